import type { BuildRenderer } from './build-renderer.ts';
import type { Output } from './output.ts';
import { safeBlock } from './safe-text.ts';

/** `--quiet`: only notices, and those on standard error, so that standard output has the images' paths alone. */
export function quietRenderer(err: Output): BuildRenderer {
  return {
    show: (event) => {
      if (event.type === 'notice') err.write(`note: ${safeBlock(event.message)}\n`);
    },
    say: (line) => err.write(`${line}\n`),
    close: async () => {},
  };
}

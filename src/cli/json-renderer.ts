import type { BuildEvent } from '../build/build-events.ts';
import type { BuildRenderer } from './build-renderer.ts';
import type { Output } from './output.ts';
import { safeJson } from './safe-text.ts';

/** `--json`: one build event a line on standard output, and nothing else there. */
export function jsonRenderer(out: Output): BuildRenderer {
  return {
    show: (event: BuildEvent) => out.write(`${safeJson(event)}\n`),
    close: async () => {},
  };
}

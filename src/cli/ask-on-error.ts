import type { BuildContext } from '../build/build-context.ts';
import type { CliIo } from './cli-io.ts';
import { safeText } from './safe-text.ts';

/** `--on-error=ask`: what becomes of the guest of a failed install. Without a terminal nobody is asked. */
export function askOnErrorWith(io: CliIo): Pick<BuildContext, 'askOnError'> {
  const { ask } = io;
  if (ask === undefined) return {};
  return {
    askOnError: async (error, signal) => {
      io.err.write(`${safeText(error.message)}\n`);
      for (;;) {
        const answer = (
          await ask('End the guest (a, abort) or leave it for a look (k, keep)? [A/k] ', signal)
        )
          .trim()
          .toLowerCase();
        if (/^(a|abort|)$/.test(answer)) return 'abort';
        if (/^(k|keep)$/.test(answer)) return 'keep';
      }
    },
  };
}

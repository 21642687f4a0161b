import { CancelledError, EXIT_CODES } from '../foundation/errors.ts';
import type { CliIo } from './cli-io.ts';

/** What the user's Ctrl-C becomes. SIGTERM and SIGHUP count as the first one. */
export type Interruption = {
  /** Aborted by the first Ctrl-C: stop the work, clean up, report. */
  readonly signal: AbortSignal;
  /** Stops listening. */
  readonly end: () => void;
};

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** How long clean-up may take after the second Ctrl-C before the process ends anyway. */
export const HARD_EXIT_AFTER_MS = 5000;

/** What was begun in a cloud is named when it cannot be taken back (`afterCleanUp`). */
export const ENDING_OF_PUBLISHING =
  'Ending at once. What is named above may be left; the next publication of the same content goes on with it.';

/**
 * Listens for the user's wish to stop. Our own listeners replace Node's (which would end the process on the spot and leave the
 * guest running), so listr2 and execa must not put up theirs.
 * @param say prints a line for the user
 * @param atSecond what the second Ctrl-C tells of what may be left by then
 * @param beforeExit does what is still to be done when clean-up is not waited for any longer; nothing after it is
 */
export function listenForInterruption(
  io: Pick<CliIo, 'signals' | 'exit'>,
  say: (line: string) => void,
  atSecond: () => string = () => 'Ending at once.',
  beforeExit: (reason: unknown) => void = () => undefined,
): Interruption {
  const stopping = new AbortController();
  let exitTimer: NodeJS.Timeout | undefined;
  let count = 0;

  const exit = (): void => {
    beforeExit(stopping.signal.reason);
    io.exit(EXIT_CODES.cancelled);
  };
  const onSignal = (name: NodeJS.Signals): void => {
    count += 1;
    if (count === 1) {
      say('Stopping and cleaning up … (Ctrl-C again to end at once)');
      stopping.abort(new CancelledError(`Cancelled by ${name}.`));
    } else if (count === 2) {
      say(atSecond());
      exitTimer = setTimeout(exit, HARD_EXIT_AFTER_MS);
    } else {
      exit();
    }
  };

  const listeners = SIGNALS.map((name) => [name, () => onSignal(name)] as const);
  for (const [name, listener] of listeners) io.signals.on(name, listener);
  return {
    signal: stopping.signal,
    end: () => {
      clearTimeout(exitTimer);
      for (const [name, listener] of listeners) io.signals.off(name, listener);
    },
  };
}

import type { Clock } from '../foundation/clock.ts';
import type { InstallProgress } from '../watch/install-outcome.ts';

export type RemainingTeller = {
  progress(progress: InstallProgress): void;
  end(): void;
};

/** The remaining time is told to the user by tens of seconds. */
const EVERY_MS = 5000;

/**
 * Tells progress when there is some, and again while there is none, so that the remaining time counts down.
 * @param tell gets the progress, when it was made (ms of the monotonic clock), and the seconds since then
 */
export function tellRemaining(
  clock: Clock,
  tell: (progress: InstallProgress, told: number, since: number) => void,
): RemainingTeller {
  const stop = new AbortController();
  let last: { readonly progress: InstallProgress; readonly told: number } | undefined;

  async function keepTelling(): Promise<void> {
    while (!stop.signal.aborted) {
      await clock.sleep(EVERY_MS, stop.signal).catch(() => {});
      if (stop.signal.aborted || last === undefined) continue;
      const since = clock.monotonic() - last.told;
      if (since >= EVERY_MS) tell(last.progress, last.told, since / 1000);
    }
  }
  void keepTelling();

  return {
    progress: (progress) => {
      last = { progress, told: clock.monotonic() };
      tell(progress, last.told, 0);
    },
    end: () => stop.abort(),
  };
}

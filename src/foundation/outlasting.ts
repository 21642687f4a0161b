import type { Clock } from './clock.ts';

export type Outlasting = {
  readonly signal: AbortSignal;
  /** To be called when nobody needs the signal any more. */
  readonly end: () => void;
};

/**
 * A signal that is aborted some time after another one: for a request of which one has to know how it ended.
 * @param onAbort called when the other one is aborted
 */
export function outlasting(signal: AbortSignal, ms: number, clock: Clock, onAbort: () => void): Outlasting {
  const late = new AbortController();
  const over = new AbortController();
  const wait = (): void => {
    onAbort();
    clock.sleep(ms, over.signal).then(
      () => late.abort(signal.reason),
      () => undefined, // nobody needs it any more
    );
  };
  if (signal.aborted) wait();
  else signal.addEventListener('abort', wait, { once: true });
  return {
    signal: late.signal,
    end: () => {
      signal.removeEventListener('abort', wait);
      over.abort();
    },
  };
}

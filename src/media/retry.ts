import { type Clock, systemClock } from '../foundation/clock.ts';
import { MediaError } from '../foundation/errors.ts';
import { ATTEMPTS, type DownloadOptions, STALL_MS } from './downloader.ts';
import { publicUrl } from './public-url.ts';

/** A break worth another try: connection lost, stalled, too short, or the server is busy. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

export type Attempts = Pick<DownloadOptions, 'attempts' | 'signal'> & {
  readonly clock?: Clock;
  /** Bytes of an unfinished download that the next run can go on with. */
  readonly kept?: () => Promise<number>;
};

/** Pauses double from one second on. */
const FIRST_PAUSE_MS = 500;

/** @throws MediaError `media.download` when every attempt was interrupted */
export async function retrying<T>(url: string, options: Attempts, once: () => Promise<T>): Promise<T> {
  const { attempts = ATTEMPTS, clock = systemClock, signal, kept } = options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once();
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      if (attempt >= attempts) throw failed(url, error, attempts, (await kept?.()) ?? 0);
      await clock.sleep(FIRST_PAUSE_MS * 2 ** attempt, signal);
    }
  }
}

/** Ends `work` with an Interrupted when `alive` is not called for so long. */
export async function withStallLimit<T>(
  stallMs: number | undefined,
  work: (stall: AbortController, alive: () => void) => Promise<T>,
): Promise<T> {
  const stall = new AbortController();
  const limit = stallMs ?? STALL_MS;
  const timer = setTimeout(() => stall.abort(new Interrupted(`nothing came for ${limit / 1000} s`)), limit);
  try {
    return await work(stall, () => timer.refresh());
  } finally {
    clearTimeout(timer);
  }
}

function failed(url: string, error: Interrupted, attempts: number, kept: number): MediaError {
  const tries = attempts === 1 ? '' : `, ${attempts} times`;
  return new MediaError(
    'media.download',
    `${publicUrl(url)} cannot be fetched: ${error.message}${tries}. Check the network and the address, then try again` +
      `${kept > 0 ? ': what has arrived is kept' : ''}.`,
    { cause: error },
  );
}

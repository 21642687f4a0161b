import { type Clock, systemClock } from '../foundation/clock.ts';
import { MediaError } from '../foundation/errors.ts';
import { publicUrl } from '../foundation/public-url.ts';
import { formatSize } from '../foundation/size.ts';
import { ATTEMPTS, type DownloadOptions, STALL_MS } from './downloader.ts';

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

/** Less than this within the stall limit is a stall as well, else a drip of single bytes would take months (curl's --speed-limit). */
const LEAST_BYTES = 1024;

/** Ends `work` with an Interrupted when `alive` is told of next to nothing for so long. */
export async function withStallLimit<T>(
  stallMs: number | undefined,
  work: (stall: AbortController, alive: (bytes: number) => void) => Promise<T>,
): Promise<T> {
  const stall = new AbortController();
  const limit = stallMs ?? STALL_MS;
  let came = 0;
  const timer = setTimeout(() => {
    const what = came === 0 ? 'nothing came for' : `only ${formatSize(came)} came in`;
    stall.abort(new Interrupted(`${what} ${limit / 1000} s`));
  }, limit);
  const alive = (bytes: number): void => {
    came += bytes;
    if (came < LEAST_BYTES) return;
    came = 0;
    timer.refresh();
  };
  try {
    return await work(stall, alive);
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

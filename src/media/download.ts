import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, systemClock } from '../foundation/clock.ts';
import { MediaError } from '../foundation/errors.ts';
import { httpFetch, Interrupted, reasonOf } from './http-fetch.ts';
import { publicUrl } from './public-url.ts';
import { LARGEST_TEXT } from './tree/media-tree.ts';

export type DownloadProgress = { readonly bytes: number; readonly total: number | undefined };

export type Downloader = {
  exists(url: string): Promise<boolean>;
  /** A small text file; undefined when the server has none. */
  readText(url: string): Promise<string | undefined>;
  /** Fetches into `target`; after a break it goes on where it stopped, in this run and in the next. */
  download(url: string, target: string): Promise<void>;
  /** Length and ETag or date, which change when the file does; undefined when the server tells neither. */
  identity(url: string): Promise<string | undefined>;
};

export type DownloadOptions = {
  /** Folder for unfinished downloads. */
  readonly partial: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly clock?: Clock;
  /** Give up on a connection that delivers nothing for so long. */
  readonly stallMs?: number;
  readonly attempts?: number;
  readonly fetch?: typeof fetch;
};

/** HTTP and HTTPS with Node's fetch, which checks certificates. */
export function openDownloader(options: DownloadOptions): Downloader {
  const clock = options.clock ?? systemClock;
  const stallMs = options.stallMs ?? 60_000;
  const attempts = options.attempts ?? 4;

  const request = async (url: string, init: RequestInit, stall: AbortController): Promise<Response> => {
    const signals = [stall.signal, ...(options.signal ? [options.signal] : [])];
    try {
      return await httpFetch(options.fetch ?? fetch, url, { ...init, signal: AbortSignal.any(signals) });
    } catch (error) {
      options.signal?.throwIfAborted();
      throw error;
    }
  };

  const retrying = async <T>(url: string, once: () => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await once();
      } catch (error) {
        if (!(error instanceof Interrupted)) throw error;
        if (attempt >= attempts) throw failed(url, error);
        await clock.sleep(500 * 2 ** attempt, options.signal);
      }
    }
  };

  const head = (url: string): Promise<Response> =>
    retrying(url, () =>
      withStallLimit(stallMs, async (stall) => {
        const response = await request(url, { method: 'HEAD' }, stall);
        return checked(url, response, [404, 403, 405, 410, 501]);
      }),
    );

  return {
    exists: async (url) => (await head(url)).ok,
    identity: async (url) => {
      const { ok, headers } = await head(url);
      const version = headers.get('etag') ?? headers.get('last-modified');
      return ok && version !== null ? `${headers.get('content-length') ?? ''} ${version}` : undefined;
    },
    readText: (url) =>
      retrying(url, () =>
        withStallLimit(stallMs, async (stall) => {
          const response = await checked(url, await request(url, {}, stall), [404, 403, 410]);
          const length = Number(response.headers.get('content-length') ?? 0);
          const wanted = response.ok && length <= LARGEST_TEXT;
          const text = wanted ? await response.text().catch(interrupted) : undefined;
          if (!wanted) await response.body?.cancel();
          return text;
        }),
      ),
    download: async (url, target) => {
      await mkdir(options.partial, { recursive: true });
      const part = join(options.partial, createHash('sha256').update(url).digest('hex').slice(0, 32));
      await retrying(url, () =>
        withStallLimit(stallMs, (stall, alive) => fetchRest(url, part, request, stall, alive, options)),
      );
      await rename(part, target);
    },
  };
}

type Request = (url: string, init: RequestInit, stall: AbortController) => Promise<Response>;

/** One connection: from where the unfinished file ends, or from the start when the server's file is another one now. */
async function fetchRest(
  url: string,
  part: string,
  request: Request,
  stall: AbortController,
  alive: () => void,
  options: DownloadOptions,
): Promise<void> {
  const have = (await stat(part).catch(ifMissing))?.size ?? 0;
  const headers: Record<string, string> = { 'Accept-Encoding': 'identity' };
  if (have > 0) headers.Range = `bytes=${have}-`;
  const response = await request(url, { headers }, stall);
  const start = response.status === 206 ? startOf(response) : 0;
  if ((response.status === 416 && have > 0) || (response.status === 206 && start !== have)) {
    await response.body?.cancel();
    await rm(part, { force: true });
    throw new Interrupted(`the server has another file now (HTTP ${response.status})`);
  }
  await checked(url, response, []);
  const total = totalLength(response, start);
  let bytes = start;
  const file = await open(part, start > 0 ? 'a' : 'w');
  try {
    // Written piece by piece, so that a break loses nothing that had come.
    for await (const piece of bodyOf(response, options.signal)) {
      alive();
      await file.writeFile(piece);
      bytes += piece.length;
      options.onProgress?.({ bytes, total });
    }
  } finally {
    await file.close();
  }
  if (total !== undefined && bytes !== total) {
    if (bytes > total) await rm(part, { force: true });
    throw new Interrupted(`got ${bytes} of ${total} bytes`);
  }
}

/** The body's pieces; a break while reading is an interruption, an error of whoever takes them is not. */
async function* bodyOf(response: Response, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  try {
    for (;;) {
      const next = await reader?.read().catch((cause: unknown) => {
        signal?.throwIfAborted();
        return interrupted(cause);
      });
      if (next === undefined || next.done) return;
      yield next.value;
    }
  } finally {
    await reader?.cancel().catch(() => {});
  }
}

/** First byte of a partial answer: `Content-Range: bytes 1000-1999/2000`. */
function startOf(response: Response): number {
  return Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1] ?? Number.NaN);
}

function totalLength(response: Response, start: number): number | undefined {
  const length = response.headers.get('content-length');
  return length === null ? undefined : start + Number(length);
}

/** Lets success and the statuses named pass; a busy server is worth another try, everything else is final. */
async function checked(url: string, response: Response, allowed: readonly number[]): Promise<Response> {
  if (response.status === 200 || response.status === 206 || allowed.includes(response.status))
    return response;
  await response.body?.cancel();
  if (response.status === 429 || response.status >= 500)
    throw new Interrupted(`the server answered HTTP ${response.status}`);
  const code = [404, 410].includes(response.status) ? 'media.not-found' : 'media.download';
  throw new MediaError(
    code,
    `${publicUrl(url)} cannot be fetched: HTTP ${response.status} ${response.statusText}. Check the address.`,
    { details: { status: response.status } },
  );
}

async function withStallLimit<T>(
  stallMs: number,
  work: (stall: AbortController, alive: () => void) => Promise<T>,
): Promise<T> {
  const stall = new AbortController();
  const timer = setTimeout(
    () => stall.abort(new Interrupted(`nothing came for ${stallMs / 1000} s`)),
    stallMs,
  );
  try {
    return await work(stall, () => timer.refresh());
  } finally {
    clearTimeout(timer);
  }
}

function interrupted(cause: unknown): never {
  throw cause instanceof Interrupted ? cause : new Interrupted(reasonOf(cause), { cause });
}

function failed(url: string, error: Interrupted): MediaError {
  return new MediaError(
    'media.download',
    `${publicUrl(url)} cannot be fetched: ${error.message}. Check the network and the address, then try again: what ` +
      'has arrived is kept.',
    { cause: error },
  );
}

function ifMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  throw error;
}

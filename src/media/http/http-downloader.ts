import { open } from 'node:fs/promises';
import { MediaError } from '../../foundation/errors.ts';
import { printable } from '../../foundation/printable.ts';
import { publicUrl } from '../../foundation/public-url.ts';
import { aboutFile } from '../../foundation/write-file.ts';
import { type ByteSource, inBlocks } from '../byte-source.ts';
import type { Downloader, DownloadOptions } from '../downloader.ts';
import { completePartial, type PartialFile } from '../partial-file.ts';
import { proxyFetch } from '../proxy-fetch.ts';
import { Interrupted, retrying, withStallLimit } from '../retry.ts';
import { tooLarge } from '../too-large.ts';
import { LARGEST_TEXT } from '../tree/media-tree.ts';
import { httpFetch } from './http-fetch.ts';
import { bodyOf, readUpTo } from './response-body.ts';

type Request = (url: string, init: RequestInit, stall: AbortController) => Promise<Response>;

/** Certificates are checked. */
export function openHttpDownloader(options: DownloadOptions): Downloader {
  const { stallMs, signal } = options;
  const send = options.fetch ?? proxyFetch(options.proxy);
  const request: Request = async (url, init, stall) => {
    const signals = [stall.signal, ...(signal ? [signal] : [])];
    try {
      return await httpFetch(send, url, { ...init, signal: AbortSignal.any(signals) });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  };
  const head = (url: string): Promise<Response> =>
    retrying(url, options, () =>
      withStallLimit(stallMs, async (stall) =>
        checked(url, await request(url, { method: 'HEAD' }, stall), [404, 403, 405, 410, 501]),
      ),
    );
  return {
    exists: async (url) => (await head(url)).ok,
    identity: async (url) => {
      const { ok, headers } = await head(url);
      const version = versionOf(headers);
      return ok && version !== undefined ? `${headers.get('content-length') ?? ''} ${version}` : undefined;
    },
    readText: (url) =>
      retrying(url, options, () =>
        withStallLimit(stallMs, async (stall, alive) => {
          const response = await checked(url, await request(url, {}, stall), [404, 403, 410]);
          if (response.ok) return (await readWhole(url, response, LARGEST_TEXT, alive, signal)).toString();
          await response.body?.cancel();
          return undefined;
        }),
      ),
    readSmall: (url, limit) =>
      retrying(url, options, () =>
        withStallLimit(stallMs, async (stall, alive) => {
          const response = await checked(url, await request(url, {}, stall), []);
          return readWhole(url, response, limit, alive, signal);
        }),
      ),
    readStart: (url, limit) =>
      retrying(url, options, () =>
        withStallLimit(stallMs, async (stall, alive) => {
          const headers = { 'Accept-Encoding': 'identity', Range: `bytes=0-${limit - 1}` };
          // Of an empty file there is no first byte (RFC 9110, 15.5.17).
          const response = await checked(url, await request(url, { headers }, stall), [416]);
          if (response.ok) return (await readUpTo(response, limit, alive, signal)).subarray(0, limit);
          await response.body?.cancel();
          return Buffer.alloc(0);
        }),
      ),
    download: (url, target) =>
      completePartial(options.partial, url, target, signal, (part) =>
        retrying(url, { ...options, kept: part.size }, () =>
          withStallLimit(stallMs, (stall, alive) => fetchRest(url, part, request, stall, alive, options)),
        ),
      ),
    openBytes: async (url) => {
      const response = await head(url);
      if (!response.ok) throw refused(url, response);
      const size = Number(response.headers.get('content-length'));
      if (!(size > 0)) return undefined;
      const source = rangesOf(url, size, request, options);
      // The only sure way to learn whether ranges are served.
      return (await source.read(0, 1)).length === 1 ? inBlocks(source) : undefined;
    },
  };
}

/** A small file. What the server says of its length is no promise, so what comes is counted too. */
async function readWhole(
  url: string,
  response: Response,
  limit: number,
  alive: (bytes: number) => void,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  if (Number(response.headers.get('content-length') ?? 0) > limit) {
    await response.body?.cancel();
    throw tooLarge(url, limit);
  }
  const content = await readUpTo(response, limit, alive, signal);
  if (content.length > limit) throw tooLarge(url, limit);
  return content;
}

/** One connection: from where the unfinished file ends, or from the start when the server's file is another one now. */
async function fetchRest(
  url: string,
  part: PartialFile,
  request: Request,
  stall: AbortController,
  alive: (bytes: number) => void,
  options: DownloadOptions,
): Promise<void> {
  const [have, known] = [await part.size(), await part.note()];
  const headers: Record<string, string> = { 'Accept-Encoding': 'identity' };
  if (have > 0) headers.Range = `bytes=${have}-`;
  // A weak ETag promises no equal bytes and is not allowed here (RFC 9110, 13.1.5).
  if (have > 0 && known.version && !known.version.startsWith('W/')) headers['If-Range'] = known.version;
  const response = await request(url, { headers }, stall);
  const start = response.status === 206 ? startOf(response) : 0;
  const version = versionOf(response.headers);
  const total = totalLength(response, start);
  const another = differs(known.version, version) || differs(known.total, total);
  const astray = response.status === 206 && start !== have;
  if ((response.status === 416 && have > 0) || (response.status === 206 && another) || astray) {
    await response.body?.cancel();
    await part.discard();
    const why = astray && !another ? 'sends another part than it was asked for' : 'has another file now';
    throw new Interrupted(`the server ${why} (HTTP ${response.status})`);
  }
  await checked(url, response, []);
  if (start === 0) await part.begin({ version, total });
  await append(part, start, response, { ...options, total, alive });
}

type Appending = DownloadOptions & {
  readonly total: number | undefined;
  readonly alive: (bytes: number) => void;
};

async function append(
  part: PartialFile,
  start: number,
  response: Response,
  { total, alive, signal, onProgress }: Appending,
): Promise<void> {
  let bytes = start;
  const file = await open(part.path, start > 0 ? 'a' : 'w');
  try {
    // Written piece by piece, so that a break loses nothing that had come.
    for await (const piece of bodyOf(response, signal)) {
      alive(piece.length);
      await file.writeFile(piece).catch((error: unknown) => {
        throw aboutFile(error, part.path);
      });
      bytes += piece.length;
      onProgress?.({ bytes, total });
    }
  } finally {
    await file.close();
  }
  if (total !== undefined && bytes !== total) {
    if (bytes > total) await part.discard();
    throw new Interrupted(`got ${bytes} of ${total} bytes`);
  }
}

/** Reads by range requests; nothing where the server sends the whole file instead. */
function rangesOf(url: string, size: number, request: Request, options: DownloadOptions): ByteSource {
  return {
    name: publicUrl(url),
    size,
    read: (offset, length) =>
      retrying(url, options, () =>
        withStallLimit(options.stallMs, async (stall) => {
          const headers = { 'Accept-Encoding': 'identity', Range: `bytes=${offset}-${offset + length - 1}` };
          const response = await checked(url, await request(url, { headers }, stall), [416]);
          if (response.status === 206 && startOf(response) === offset)
            return (await readUpTo(response, length, () => {}, options.signal)).subarray(0, length);
          await response.body?.cancel();
          return Buffer.alloc(0);
        }),
      ),
    close: async () => {},
  };
}

function versionOf(headers: Headers): string | undefined {
  return headers.get('etag') ?? headers.get('last-modified') ?? undefined;
}

/** Two things that are both known. */
function differs<T>(known: T | undefined, now: T | undefined): boolean {
  return known !== undefined && now !== undefined && known !== now;
}

/** First byte of a partial answer: `Content-Range: bytes 1000-1999/2000`. */
function startOf(response: Response): number {
  return Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1] ?? Number.NaN);
}

/** A partial answer tells the whole's length behind the slash, and some give it to who asked for no part. */
function totalLength(response: Response, start: number): number | undefined {
  const range = response.status === 206 ? response.headers.get('content-range') : null;
  const told = /\/(\d+)$/.exec(range ?? '')?.[1];
  if (told !== undefined) return Number(told);
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
  throw refused(url, response);
}

/** Of an answer through a proxy agent undici tells no reason phrase, whatever its type says. */
function refused(url: string, { status, statusText = '' }: Response): MediaError {
  const answer = `HTTP ${status} ${printable(statusText)}`.trimEnd();
  return new MediaError(
    [404, 410].includes(status) ? 'media.not-found' : 'media.download',
    `${publicUrl(url)} cannot be fetched: ${answer}. Check the address.`,
    { details: { status } },
  );
}

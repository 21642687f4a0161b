import { createWriteStream } from 'node:fs';
import { Writable } from 'node:stream';
import { Client, FTPError } from 'basic-ftp';
import { HostError, KilnError, MediaError } from '../../foundation/errors.ts';
import { publicUrl } from '../../foundation/public-url.ts';
import { asKilnError } from '../../foundation/system-error.ts';
import { aboutFile } from '../../foundation/write-file.ts';
import { inBlocks } from '../byte-source.ts';
import { type Downloader, type DownloadOptions, STALL_MS } from '../downloader.ts';
import { completePartial, type PartialFile } from '../partial-file.ts';
import { Interrupted, retrying } from '../retry.ts';
import { tooLarge } from '../too-large.ts';
import { LARGEST_TEXT } from '../tree/media-tree.ts';

/** File not there or not to be had, names not allowed (RFC 959, 4.2). */
const REFUSED = [450, 550, 553];

/** Plain FTP in passive mode, anonymous unless the URL has a user name. One connection for each file. */
export function openFtpDownloader(options: DownloadOptions): Downloader {
  const { signal } = options;
  const connected = <T>(
    url: string,
    work: (client: Client, path: string) => Promise<T>,
    part?: PartialFile,
  ): Promise<T> =>
    retrying(url, part ? { ...options, kept: part.size } : options, () => session(url, options, work));
  return {
    exists: (url) => connected(url, async (client, path) => (await sizeOf(client, path)) !== undefined),
    identity: (url) =>
      connected(url, async (client, path) => {
        const size = await sizeOf(client, path);
        const changed = await client.lastMod(path).catch(ifRefused);
        return size === undefined || changed === undefined ? undefined : `${size} ${changed.toISOString()}`;
      }),
    readText: (url) =>
      connected(url, async (client, path) => {
        const size = await sizeOf(client, path);
        return size === undefined
          ? undefined
          : (await readWhole(url, client, path, size, LARGEST_TEXT)).toString();
      }),
    readSmall: (url, limit) =>
      connected(url, async (client, path) => {
        const size = await sizeOf(client, path);
        if (size === undefined) throw missing(url);
        return readWhole(url, client, path, size, limit);
      }),
    readStart: (url, limit) => connected(url, (client, path) => readPart(client, path, 0, limit)),
    download: (url, target) =>
      completePartial(options.partial, url, target, signal, (part) =>
        connected(url, (client, path) => fetchRest(url, client, path, part, options), part),
      ),
    openBytes: (url) =>
      connected(url, async (client, path) => {
        const size = await sizeOf(client, path);
        if (size === undefined) throw missing(url);
        return inBlocks({
          name: publicUrl(url),
          size,
          read: (offset, length) => connected(url, (again) => readPart(again, path, offset, length)),
          close: async () => {},
        });
      }),
  };
}

async function session<T>(
  url: string,
  { signal, stallMs = STALL_MS }: DownloadOptions,
  work: (client: Client, path: string) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const { hostname, port, username, password, pathname } = new URL(url);
  const path = decodeURIComponent(pathname);
  // A line break would begin a command of its own.
  if (/[\0-\x1f]/.test(path)) throw missing(url);
  const client = new Client(stallMs);
  const end = (): void => client.close();
  signal?.addEventListener('abort', end, { once: true });
  try {
    await client.access({
      host: hostname.replace(/^\[|\]$/g, ''),
      ...(port === '' ? {} : { port: Number(port) }),
      ...(username === ''
        ? {}
        : { user: decodeURIComponent(username), password: decodeURIComponent(password) }),
    });
    return await work(client, path);
  } catch (error) {
    signal?.throwIfAborted();
    throw described(url, error);
  } finally {
    signal?.removeEventListener('abort', end);
    client.close();
  }
}

/** What the server says is final, except that it is busy (4xx); what breaks the connection is worth another try. */
function described(url: string, error: unknown): unknown {
  if (error instanceof KilnError || error instanceof Interrupted) return error;
  if (!(error instanceof FTPError))
    return new Interrupted(error instanceof Error ? error.message : String(error), { cause: error });
  if (REFUSED.includes(error.code)) return missing(url, error);
  if (error.code < 500) return new Interrupted(`the server answered ${error.message}`, { cause: error });
  return new MediaError(
    'media.download',
    `${publicUrl(url)} cannot be fetched: ${error.message}. Check the address.`,
    {
      cause: error,
    },
  );
}

function missing(url: string, cause?: unknown): MediaError {
  return new MediaError(
    'media.not-found',
    `${publicUrl(url)} cannot be fetched: the server has no such file. Check the address.`,
    cause === undefined ? {} : { cause },
  );
}

async function sizeOf(client: Client, path: string): Promise<number | undefined> {
  return client.size(path).catch(ifRefused);
}

function ifRefused(error: unknown): undefined {
  if (error instanceof FTPError && REFUSED.includes(error.code)) return undefined;
  throw error;
}

async function fetchRest(
  url: string,
  client: Client,
  path: string,
  part: PartialFile,
  { onProgress }: DownloadOptions,
): Promise<void> {
  const total = await sizeOf(client, path);
  if (total === undefined) throw missing(url);
  const version = (await client.lastMod(path).catch(ifRefused))?.toISOString();
  const known = await part.note();
  const same = known.version === version && known.total === total;
  if (!same) await part.discard();
  const start = same ? await part.size() : 0;
  if (start === 0) await part.begin({ version, total });
  if (start < total) {
    client.trackProgress(({ bytes }) => onProgress?.({ bytes: start + bytes, total }));
    await downloadTo(part.path, client, path, start);
  }
  const got = await part.size();
  if (got > total) await part.discard();
  if (got !== total) throw new Interrupted(`got ${got} of ${total} bytes`);
}

/** What the disk says is told as it is: no other attempt makes room on a full one. */
async function downloadTo(target: string, client: Client, path: string, start: number): Promise<void> {
  const file = createWriteStream(target, { flags: start > 0 ? 'a' : 'w' });
  let fault: unknown;
  file.once('error', (error) => {
    fault = asKilnError(aboutFile(error, target));
  });
  try {
    await client.downloadTo(file, path, start);
  } catch (error) {
    throw fault instanceof HostError ? fault : error;
  }
}

async function readWhole(
  url: string,
  client: Client,
  path: string,
  size: number,
  limit: number,
): Promise<Buffer> {
  if (size > limit) throw tooLarge(url, limit);
  return readPart(client, path, 0, size);
}

/** From `offset` on; the transfer is cut off when there is enough, which costs the connection. */
async function readPart(client: Client, path: string, offset: number, length: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let have = 0;
  const enough = new Error('enough');
  const sink = new Writable({
    write: (piece: Buffer, _encoding, done) => {
      pieces.push(piece);
      have += piece.length;
      done(have > length ? enough : null);
    },
  });
  try {
    await client.downloadTo(sink, path, offset);
  } catch (error) {
    if (have < length) throw error;
  }
  return Buffer.concat(pieces).subarray(0, length);
}

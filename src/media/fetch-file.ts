import { createHash } from 'node:crypto';
import { digestFile } from '../foundation/digest-file.ts';
import { MediaError } from '../foundation/errors.ts';
import { publicUrl } from '../foundation/public-url.ts';
import { fileBytes } from './byte-source.ts';
import { checkPin } from './check-pin.ts';
import type { MediaSource } from './install-media.ts';
import type { CachedFile, MediaCache } from './media-cache.ts';
import { parseMediaLocator } from './media-locator.ts';
import type { ResolveContext } from './resolve-media.ts';
import { type CheckedPin, pinOf } from './verify/listed-pin.ts';
import { isWebPage, PAGE_START } from './web-page.ts';

export type FetchedFile = CachedFile & {
  /** Nothing of it came over the network this time. */
  readonly fromCache: boolean;
  /** What it was checked against. */
  readonly checked?: CheckedPin;
};

/**
 * The file of that URL from the cache, else from the network: from the URL itself or a mirror. What is known by its checksum is not
 * asked for again; for others one HEAD request tells whether the server has a newer one, and without an answer the cached one is
 * used. A file enters the cache only when it is the one that is pinned or listed.
 * @throws MediaError `media.offline`, `media.download`, `media.not-found`, `media.checksum` and those of `pinOf`
 */
export async function fetchFile(
  url: string,
  source: MediaSource,
  context: ResolveContext,
): Promise<FetchedFile> {
  if (context.offline) return fetchedBefore(url, source, context.cache);
  const key = keyOf(url);
  const cached = await context.cache.find(key);
  const checked = await pinOf(source, pathOf(url), context);
  const known = checked && (await knownByPin(checked, cached, context));
  if (known !== undefined) return { ...known, fromCache: true, ...(checked ? { checked } : {}) };
  // A pinned file is fetched because the one in the cache is not it; others may be still the same.
  const identity = await context.downloader.identity(url).catch((error: unknown) => {
    if (checked === undefined && cached !== undefined) {
      context.notice(`${publicUrl(url)} cannot be asked for news; using the copy in the cache.`);
      return cached.notes.identity;
    }
    if (source.mirrors === undefined) throw error;
    return undefined;
  });
  if (checked === undefined && cached && identity !== undefined) {
    if (cached.notes.identity === identity) return { ...cached, fromCache: true };
    context.notice(`${publicUrl(url)} is another file than the one fetched before; fetching it anew.`);
  }
  const make = async (path: string): Promise<Record<string, string>> => {
    await fromAnywhere([url, ...(source.mirrors ?? [])], path, checked, context);
    return { ...(identity === undefined ? {} : { identity }), ...listNote(source) };
  };
  const lock = context.signal ? { signal: context.signal } : {};
  // Where there was none, another run may have made it while this one waited for the lock.
  const found = cached === undefined ? await context.cache.findOrMake(key, make, lock) : undefined;
  const right = found && (checked === undefined || (await knownByPin(checked, found, context)) !== undefined);
  const made = right ? found : await context.cache.make(key, make, lock);
  return { ...made, fromCache: false, ...(checked ? { checked } : {}) };
}

/** Whether its server is asked before a file in the cache is used again: nothing but a pin tells that it is still the right one. */
export function isAskedForNews({ from, pin }: MediaSource): boolean {
  return pin === undefined && parseMediaLocator(from).scheme === 'url';
}

export function offlineError(url: string): MediaError {
  return new MediaError(
    'media.offline',
    `${publicUrl(url)} is not in the cache, and fetching is forbidden by offline mode. Run once without it.`,
  );
}

/** Remembered with the file: the list it was checked against. */
function listNote({ checksums, keyring }: MediaSource): Record<string, string> {
  return checksums === undefined
    ? {}
    : { list: createHash('sha256').update(`${checksums} ${keyring}`).digest('hex') };
}

/**
 * The file of that URL as the cache has it.
 * @throws MediaError `media.offline` where it has none, or none that was checked as it is to be
 */
export async function fetchedBefore(
  url: string,
  source: MediaSource,
  cache: MediaCache,
): Promise<FetchedFile> {
  const cached = await cache.find(keyOf(url));
  const { pin } = source;
  const pinned = pin?.algorithm === 'sha256' ? await cache.findContent(pin.digest) : undefined;
  const found = pinned ?? cached;
  if (found === undefined) throw offlineError(url);
  if (
    pinned === undefined &&
    source.checksums !== undefined &&
    cached?.notes.list !== listNote(source).list
  ) {
    throw new MediaError(
      'media.offline',
      `${publicUrl(url)} is in the cache, but was not checked against that list of checksums, which offline mode forbids to fetch.`,
    );
  }
  return { ...found, fromCache: true };
}

async function knownByPin(
  { pin }: CheckedPin,
  cached: CachedFile | undefined,
  { cache, signal }: ResolveContext,
): Promise<CachedFile | undefined> {
  if (pin.algorithm === 'sha256') return cache.findContent(pin.digest);
  if (cached === undefined) return undefined;
  return (await digestFile(cached.path, pin.algorithm, signal)) === pin.digest ? cached : undefined;
}

/** A `%` that begins no escape stands for itself. */
function pathOf(url: string): string {
  const name = new URL(url).pathname;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** The first of the URLs that gives the right file. */
async function fromAnywhere(
  urls: readonly string[],
  path: string,
  checked: CheckedPin | undefined,
  context: ResolveContext,
): Promise<void> {
  const failures: MediaError[] = [];
  for (const url of urls) {
    context.progress({ detail: `fetching ${publicUrl(url)}` });
    try {
      await context.downloader.download(url, path);
      await lookAt(path, url, checked, context);
      const sha256 = await digestFile(path, 'sha256', context.signal);
      return await checkPin(path, sha256, publicUrl(url), checked?.pin, context.signal, checked?.where);
    } catch (error) {
      if (!(error instanceof MediaError) || urls.length === 1) throw error;
      context.notice(error.message);
      failures.push(error);
    }
  }
  const wrong = failures.some(({ code }) => code === 'media.checksum');
  throw new MediaError(
    wrong ? 'media.checksum' : 'media.download',
    `None of ${urls.length} servers has the file:\n${failures.map(({ message }) => `  ${message}`).join('\n')}`,
    { details: { reasons: failures.map(({ code, message }) => ({ code, message })) }, cause: failures[0] },
  );
}

/** Some servers answer with nothing or with a page where they have no file, and say that all is well. */
async function lookAt(
  path: string,
  url: string,
  checked: CheckedPin | undefined,
  { notice }: ResolveContext,
): Promise<void> {
  const name = publicUrl(url);
  const file = await fileBytes(path, name);
  try {
    if (file.size === 0)
      throw new MediaError('media.empty', `${name} is empty: the server sent no content. Check the address.`);
    const isPage = isWebPage((await file.read(0, PAGE_START)).toString('latin1'));
    if (isPage && checked === undefined)
      notice(`${name} is a web page; if another file was expected, check the address.`);
  } finally {
    await file.close();
  }
}

/** The cache writes keys down, so what is secret in a URL is in it as a digest. */
function keyOf(url: string): string {
  const shown = publicUrl(url);
  return shown === url
    ? `url ${url}`
    : `url ${shown} ${createHash('sha256').update(url).digest('hex').slice(0, 32)}`;
}

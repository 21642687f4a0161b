import { CancelledError, MediaError } from '../foundation/errors.ts';
import { type Logger, silentLogger } from '../foundation/logger.ts';
import { publicFrom } from '../foundation/public-url.ts';
import { formatSize } from '../foundation/size.ts';
import { debianOfflineIso } from './debian-offline.ts';
import { type Downloader, openDownloader } from './download.ts';
import { isAskedForNews } from './fetch-file.ts';
import type { MediaSource, ResolvedMedia } from './install-media.ts';
import { type MediaCache, openMediaCache } from './media-cache.ts';
import { parseMediaLocator } from './media-locator.ts';
import { noneUsable } from './none-usable.ts';
import type { ProxySettings } from './proxy-fetch.ts';
import { requireArch } from './require-usable.ts';
import { resolveAptMirror } from './resolve-apt-mirror.ts';
import { resolveDirectory, resolveFile } from './resolve-local.ts';
import { resolveUrl } from './resolve-url.ts';
import { isDirectory } from './stat-media.ts';

export type MediaProgress = { readonly detail: string; readonly percent?: number };

export type ResolveOptions = {
  /** Kiln's cache folder; media lie in its `media/`. */
  readonly cacheDir: string;
  /** Of the guest, as libvirt spells it: media of another one are refused. */
  readonly arch?: string;
  /** Fetch nothing; use what the cache and this machine have. */
  readonly offline?: boolean;
  /** Look for newer packages for an ISO that Kiln assembled. */
  readonly refresh?: boolean;
  /** For fetching over HTTP and HTTPS. */
  readonly proxy?: ProxySettings;
  readonly signal?: AbortSignal;
  readonly logger?: Logger;
  readonly onProgress?: (progress: MediaProgress) => void;
  /** What the user should know of the media; warnings of the logger where nobody listens. */
  readonly onNotice?: (message: string) => void;
  /** A candidate cannot be used and the next is tried; named without credentials. */
  readonly onPassedOver?: (source: MediaSource, why: string) => void;
};

/** What every way of resolving gets. */
export type ResolveContext = {
  readonly cache: MediaCache;
  readonly downloader: Downloader;
  readonly arch: string | undefined;
  readonly offline: boolean;
  readonly refresh: boolean;
  readonly signal: AbortSignal | undefined;
  readonly logger: Logger;
  readonly progress: (progress: MediaProgress) => void;
  readonly notice: (message: string) => void;
};

/** Errors that are about trust: another candidate must not paper over them. */
const FINAL = ['media.checksum', 'media.checksum-list', 'media.signature', 'media.unsafe-path'];

/**
 * Makes the first usable candidate ready on this machine: first one that is here already, so that a second build fetches nothing but
 * what has changed; then, in order, the others. A single candidate's error is reported as it is.
 * @throws MediaError `media.none-usable` with the reason of each candidate; CancelledError
 */
export async function resolveMedia(
  candidates: readonly MediaSource[],
  asked: ResolveOptions,
): Promise<ResolvedMedia> {
  const options = { ...asked, onNotice: eachOnce(noticesOf(asked)) };
  const context = await contextFor(options);
  const ready = await readyCandidate(candidates, options);
  const reasons: { readonly source: string; readonly reason: string }[] = [];
  for (const source of ready ? firstOf(candidates, ready.source) : candidates) {
    try {
      const isReady = source === ready?.source;
      const media = isReady && !isAskedForNews(source) ? ready.media : await resolveOne(source, context);
      if (isReady) tellNotAsked(source, candidates, context);
      return media;
    } catch (error) {
      if (options.signal?.aborted)
        throw new CancelledError('Preparing the media was cancelled.', { cause: error });
      const passable = error instanceof MediaError && !FINAL.includes(error.code);
      if (!passable || candidates.length === 1) throw error;
      const from = publicFrom(source.from);
      reasons.push({ source: from, reason: error.message });
      options.onPassedOver?.({ ...source, from }, error.message);
    }
  }
  throw noneUsable(reasons);
}

type Tell = (message: string) => void;

const noticesOf = ({ onNotice, logger }: ResolveOptions): Tell =>
  onNotice ?? ((message) => logger?.warn(message));

/** A candidate may be looked at twice. */
function eachOnce(tell: Tell): Tell {
  const told = new Set<string>();
  return (message) => {
    if (!told.has(message)) tell(message);
    told.add(message);
  };
}

type ReadyCandidate = { readonly source: MediaSource; readonly media: ResolvedMedia };

/** undefined when there is no choice to make, or no candidate can be had without the network. */
async function readyCandidate(
  candidates: readonly MediaSource[],
  options: ResolveOptions,
): Promise<ReadyCandidate | undefined> {
  if (candidates.length < 2 || options.refresh || options.offline) return undefined;
  const context = await contextFor({ ...options, offline: true });
  for (const source of candidates) {
    try {
      return { source, media: await resolveOne(source, context) };
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      // What else is wrong with it has nothing to do with the network, and is said when it is its turn.
      if (error.code !== 'media.offline') return undefined;
    }
  }
  return undefined;
}

function firstOf(candidates: readonly MediaSource[], first: MediaSource): readonly MediaSource[] {
  return [first, ...candidates.filter((source) => source !== first)];
}

function tellNotAsked(ready: MediaSource, candidates: readonly MediaSource[], context: ResolveContext): void {
  const before = candidates.slice(0, candidates.indexOf(ready)).map(({ from }) => publicFrom(from));
  if (before.length === 0) return;
  context.progress({ detail: `${publicFrom(ready.from)} is here already; ${before.join(', ')} not asked` });
}

export async function contextFor(options: ResolveOptions): Promise<ResolveContext> {
  const cache = openMediaCache(options.cacheDir);
  const progress = options.onProgress ?? (() => {});
  const downloader = openDownloader({
    partial: await cache.folder('partial'),
    ...(options.proxy ? { proxy: options.proxy } : {}),
    ...(options.signal ? { signal: options.signal } : {}),
    onProgress: ({ bytes, total }) =>
      progress({
        detail: `fetched ${formatSize(bytes)}${total ? ` of ${formatSize(total)}` : ''}`,
        ...(total ? { percent: Math.floor((100 * bytes) / total) } : {}),
      }),
  });
  return {
    cache,
    downloader,
    arch: options.arch,
    offline: options.offline ?? false,
    refresh: options.refresh ?? false,
    signal: options.signal,
    logger: options.logger ?? silentLogger,
    progress,
    notice: noticesOf(options),
  };
}

async function resolveOne(source: MediaSource, context: ResolveContext): Promise<ResolvedMedia> {
  const media = await resolveWhatever(source, context);
  requireArch(media.facts.arch, context.arch, publicFrom(source.from));
  return media;
}

async function resolveWhatever(source: MediaSource, context: ResolveContext): Promise<ResolvedMedia> {
  const locator = parseMediaLocator(source.from);
  switch (locator.scheme) {
    case 'url':
      return resolveUrl(locator.url, source, context);
    case 'apt-mirror':
      return resolveAptMirror(locator.suite, source, context);
    case 'debian-offline': {
      const iso = await debianOfflineIso(locator.suite, locator.packages, context.cache, {
        offline: context.offline,
        refresh: context.refresh,
        logger: context.logger,
        ...(context.signal ? { signal: context.signal } : {}),
        onStep: (detail) => context.progress({ detail }),
        onNotice: context.notice,
      });
      return resolveFile({ path: iso.path, name: source.from, sha256: iso.sha256 }, source, context);
    }
    case 'path':
      return (await isDirectory(locator.path))
        ? resolveDirectory(locator.path, source, context)
        : resolveFile({ path: locator.path, name: locator.path }, source, context);
  }
}

import { createHash } from 'node:crypto';
import { MediaError } from '../foundation/errors.ts';
import { refusePin } from './check-pin.ts';
import type { MediaSource, ResolvedMedia } from './install-media.ts';
import { locationOf } from './location-of.ts';
import type { CachedFile } from './media-cache.ts';
import { publicUrl } from './public-url.ts';
import { resolveFile } from './resolve-local.ts';
import type { ResolveContext } from './resolve-media.ts';
import { httpTree } from './tree/http-tree.ts';

/** A URL that ends so is one file; with `--location` everything else is an install tree. */
const FILE_ENDING = /\.(iso|img|qcow2|raw|vmdk|vdi|vhdx?)$/i;

export async function resolveUrl(
  url: string,
  source: MediaSource,
  context: ResolveContext,
): Promise<ResolvedMedia> {
  const isFile = source.kind !== 'location' || FILE_ENDING.test(new URL(url).pathname);
  if (isFile) {
    const file = await fetchOnce(url, source, context);
    return resolveFile({ path: file.path, name: publicUrl(url), sha256: file.sha256 }, source, context);
  }
  if (context.offline) throw offline(url);
  refusePin(publicUrl(url), source.pin);
  const tree = httpTree(url, context.downloader);
  const location = await locationOf(tree, source, undefined, context.cache);
  const facts =
    location.facts.family === 'anaconda'
      ? { ...location.facts, kernelArguments: [`inst.repo=${url}`] }
      : location.facts;
  return { ...location, facts, tree: { kind: 'url', url }, source: publicUrl(url) };
}

/**
 * The file of that URL from the cache, else from the network. A pinned file is never asked for again; for others one HEAD
 * request tells whether the server has a newer one, and without an answer the cached one is used.
 */
async function fetchOnce(url: string, source: MediaSource, context: ResolveContext): Promise<CachedFile> {
  const key = keyOf(url);
  const cached = await context.cache.find(key);
  const pinned =
    cached !== undefined && source.pin?.algorithm === 'sha256' && source.pin.digest === cached.sha256;
  if (cached && (context.offline || pinned)) return cached;
  if (context.offline) throw offline(url);
  const identity = await context.downloader.identity(url).catch((error: unknown) => {
    if (cached === undefined) throw error;
    context.logger.warn(`${publicUrl(url)} cannot be asked for news; using the copy in the cache.`);
    return cached.notes.identity;
  });
  if (cached && identity !== undefined && cached.notes.identity === identity) return cached;
  context.progress({ detail: `fetching ${publicUrl(url)}` });
  return context.cache.make(
    key,
    async (path) => {
      await context.downloader.download(url, path);
      return identity === undefined ? {} : { identity };
    },
    context.signal ? { signal: context.signal } : {},
  );
}

/** The cache writes keys down, so what is secret in a URL is in it as a digest. */
function keyOf(url: string): string {
  const shown = publicUrl(url);
  return shown === url
    ? `url ${url}`
    : `url ${shown} ${createHash('sha256').update(url).digest('hex').slice(0, 32)}`;
}

function offline(url: string): MediaError {
  return new MediaError(
    'media.offline',
    `${publicUrl(url)} is not in the cache, and fetching is forbidden by offline mode. Run once without it.`,
  );
}

import { MediaError } from '../foundation/errors.ts';
import { publicFrom } from '../foundation/public-url.ts';
import { findOfflineIso } from './debian-offline.ts';
import { fetchedBefore, isAskedForNews, offlineError } from './fetch-file.ts';
import { isNetworkTree, type MediaFacts, type MediaSource } from './install-media.ts';
import { lookAtLocal } from './look-at-local.ts';
import { type MediaCache, openMediaCache } from './media-cache.ts';
import { parseMediaLocator } from './media-locator.ts';
import { requireLocalMedia } from './require-local-media.ts';

/** Which of several media a build will take, as far as that is known without the network. */
export type ForeseenChoice = {
  /** Undefined where it shows only when they are tried. */
  readonly taken?: MediaSource;
  /** What the taken one told; undefined where it was not opened. */
  readonly facts?: MediaFacts;
  /** One line for the user: which, and why not the others. */
  readonly why: string;
};

export type ForeseeOptions = {
  readonly cacheDir: string;
  readonly arch: string;
  /** Nothing will be fetched. */
  readonly offline: boolean;
};

/**
 * The choice that `resolveMedia` will make of these media, without copying, fetching or making a thing: one that is here is taken, unless
 * one before it is here too and cannot be used; then they are tried in order. What only a server could tell is said as that. Undefined
 * where there is nothing to choose.
 */
export async function foreseeChoice(
  candidates: readonly MediaSource[],
  { cacheDir, arch, offline }: ForeseeOptions,
): Promise<ForeseenChoice | undefined> {
  if (candidates.length < 2) return undefined;
  const cache = openMediaCache(cacheDir);
  const reasons: string[] = [];
  const unusable: string[] = [];
  for (const source of candidates) {
    const name = publicFrom(source.from);
    try {
      const facts = await requireHere(source, cache, arch);
      const asked = !offline && isAskedForNews(source);
      const here = `${name}: it is here already${asked ? ', unless its server has another by now or none' : ''}`;
      const why = [here, ...reasons].join('; ');
      return { taken: source, why, ...(facts === undefined ? {} : { facts }) };
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      if (error.code === 'media.offline') {
        reasons.push(`${name} is not asked`);
        continue;
      }
      const reason = `${name} is passed over: ${error.message}`;
      reasons.push(reason);
      unusable.push(reason);
      if (!offline) break;
    }
  }
  return { why: ['the first that can be used, tried in this order', ...unusable].join('; ') };
}

/** @throws MediaError `media.offline` for what must be fetched or made first; others for what cannot be used */
async function requireHere(
  source: MediaSource,
  cache: MediaCache,
  arch: string,
): Promise<MediaFacts | undefined> {
  const locator = parseMediaLocator(source.from);
  switch (locator.scheme) {
    case 'path':
      await requireLocalMedia([source]);
      return lookAtLocal([source], arch);
    case 'url':
      if (isNetworkTree(source)) throw offlineError(locator.url);
      await fetchedBefore(locator.url, source, cache);
      return undefined;
    case 'apt-mirror':
      throw offlineError(source.from);
    case 'debian-offline':
      await findOfflineIso(locator.suite, locator.packages, cache);
      return undefined;
  }
}

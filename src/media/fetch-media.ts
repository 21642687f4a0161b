import { copyFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { digestFile } from '../foundation/digest-file.ts';
import { MediaError } from '../foundation/errors.ts';
import { outputFile } from '../foundation/output-file.ts';
import { makeOwnFolder } from '../foundation/own-folder.ts';
import { aboutFile } from '../foundation/write-file.ts';
import { withCacheLease } from './cache-lease.ts';
import { type FetchedFile, fetchFile } from './fetch-file.ts';
import type { MediaSource } from './install-media.ts';
import { parseMediaLocator } from './media-locator.ts';
import { contextFor, type ResolveContext, type ResolveOptions } from './resolve-media.ts';

/**
 * Fetches a file into the cache, checked, and copies it to `target` when one is named; it appears there whole or not at all.
 * @throws MediaError as `fetchFile`; `media.unsupported` when it is no URL
 */
export async function fetchMedia(
  source: MediaSource,
  options: ResolveOptions & { readonly target?: string },
): Promise<FetchedFile> {
  const locator = parseMediaLocator(source.from);
  if (locator.scheme !== 'url')
    throw new MediaError('media.unsupported', `${source.from} is no http, https or ftp address; name one.`);
  const target = options.target === undefined ? undefined : await outputFile(options.target);
  const fetch = async (): Promise<FetchedFile> => {
    const file = await fetchWhole(locator.url, source, target !== undefined, await contextFor(options));
    if (target !== undefined) await copyWhole(file.path, target);
    return file;
  };
  return withCacheLease(options.cacheDir, 'kiln media fetch', fetch, options);
}

/** What a pin or a copy vouches for is read: the cache itself goes by size and time, which a failing disk leaves as they are. */
async function fetchWhole(
  url: string,
  source: MediaSource,
  copied: boolean,
  context: ResolveContext,
): Promise<FetchedFile> {
  const file = await fetchFile(url, source, context);
  const vouched = copied || source.pin !== undefined || source.checksums !== undefined;
  if (!file.fromCache || !vouched) return file;
  if ((await digestFile(file.path, 'sha256', context.signal)) === file.sha256) return file;
  context.logger.warn(`${file.path} is damaged; it is removed from the cache and fetched anew.`);
  await rm(file.path, { force: true });
  return fetchFile(url, source, context);
}

async function copyWhole(from: string, target: string): Promise<void> {
  const work = await makeOwnFolder(dirname(target), '.kiln-fetch-').catch((error: unknown) => {
    throw aboutFile(error, target);
  });
  try {
    const whole = join(work, 'file');
    await copyFile(from, whole);
    await rename(whole, target);
  } catch (error) {
    throw aboutFile(error, target);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

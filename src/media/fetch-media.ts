import { copyFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MediaError } from '../foundation/errors.ts';
import { outputFile } from '../foundation/output-file.ts';
import { makeOwnFolder } from '../foundation/own-folder.ts';
import { aboutFile } from '../foundation/write-file.ts';
import { type FetchedFile, fetchFile } from './fetch-file.ts';
import type { MediaSource } from './install-media.ts';
import { parseMediaLocator } from './media-locator.ts';
import { contextFor, type ResolveOptions } from './resolve-media.ts';

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
    throw new MediaError(
      'media.unsupported',
      `${source.from} is no URL; name an http, https or ftp address.`,
    );
  const target = options.target === undefined ? undefined : await outputFile(options.target);
  const file = await fetchFile(locator.url, source, await contextFor(options));
  if (target !== undefined) await copyWhole(file.path, target);
  return file;
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

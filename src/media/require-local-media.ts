import { stat } from 'node:fs/promises';
import { MediaError } from '../foundation/errors.ts';
import type { MediaSource } from './install-media.ts';
import { parseMediaLocator } from './media-locator.ts';
import { noneUsable } from './none-usable.ts';
import { requireTree } from './require-usable.ts';
import { isDirectory, requireContent } from './stat-media.ts';

/**
 * What can be said of media without opening them: where all candidates are paths of this machine, one must be there, hold something, and be
 * a file where an image is meant.
 * @throws MediaError as resolveMedia would
 */
export async function requireLocalMedia(candidates: readonly MediaSource[]): Promise<void> {
  const reasons: { readonly source: string; readonly reason: string }[] = [];
  for (const source of candidates) {
    const { from } = source;
    const locator = parseMediaLocator(from);
    if (locator.scheme !== 'path') return;
    try {
      if (await isDirectory(locator.path)) requireTree(locator.path, source);
      else requireContent((await stat(locator.path)).size, locator.path);
      return;
    } catch (error) {
      if (!(error instanceof MediaError) || candidates.length === 1) throw error;
      reasons.push({ source: from, reason: error.message });
    }
  }
  throw noneUsable(reasons);
}

/** Whether it is a folder of this machine; what is not there is none. */
export async function isLocalFolder({ from }: MediaSource): Promise<boolean> {
  const locator = parseMediaLocator(from);
  if (locator.scheme !== 'path') return false;
  const found = await stat(locator.path).catch(() => undefined);
  return found?.isDirectory() === true;
}

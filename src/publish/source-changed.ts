import { stat } from 'node:fs/promises';
import { DiskError } from '../foundation/errors.ts';

/** Tells a file from what it was. */
export type FileState = { readonly size: number; readonly mtimeMs?: number };

/**
 * Why an image that was the given file is not that any more; undefined while it is.
 * @returns DiskError `disk.changed`
 */
export async function whyChanged(path: string, before: FileState): Promise<DiskError | undefined> {
  let now: Required<FileState>;
  try {
    now = await stat(path);
  } catch (cause) {
    return changed(path, 'was removed, or cannot be reached any more,', cause);
  }
  if (now.size < before.size) return changed(path, 'became shorter');
  if (now.size > before.size) return changed(path, 'became longer');
  const isSame = before.mtimeMs === undefined || now.mtimeMs === before.mtimeMs;
  return isSame ? undefined : changed(path, 'was written to');
}

/** An image of which more or less was read than it had. */
export async function changedLength(path: string, before: FileState): Promise<DiskError> {
  return (await whyChanged(path, before)) ?? changed(path, 'changed its length');
}

function changed(path: string, what: string, cause?: unknown): DiskError {
  return new DiskError(
    'disk.changed',
    `${path} ${what} while it was published. Publish it again when nothing uses it.`,
    { details: { path }, cause },
  );
}

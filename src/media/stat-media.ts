import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { MediaError } from '../foundation/errors.ts';
import { fileType, whyUnreadable } from '../foundation/read-regular-file.ts';

/**
 * Tells a folder from a file. Anything else is no media: a pipe would wait for its writer for ever, a device has no size to go by.
 * @throws MediaError `media.not-found` when nothing is there, `media.not-a-file`
 */
export async function isDirectory(path: string): Promise<boolean> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'does not exist' : reasonOf(cause);
    throw new MediaError('media.not-found', `The install media ${path} ${why}. Check the path.`, { cause });
  });
  if (found.isDirectory()) return true;
  requireFile(found, path);
  return false;
}

function reasonOf({ code }: NodeJS.ErrnoException): string {
  return whyUnreadable(code) ?? `cannot be read (${code})`;
}

/** @throws MediaError `media.empty` */
export function requireContent(size: number, name: string): void {
  if (size > 0) return;
  throw new MediaError('media.empty', `${name} is empty; its download or copy probably failed.`);
}

/** @throws MediaError `media.not-a-file` */
export function requireFile(found: Stats, name: string): void {
  if (found.isFile()) return;
  throw new MediaError(
    'media.not-a-file',
    `${name} is ${fileType(found)}, not a file; name the image itself, or a copy of what comes from there.`,
  );
}

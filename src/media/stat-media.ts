import { stat } from 'node:fs/promises';
import { MediaError } from '../foundation/errors.ts';

/** @throws MediaError `media.not-found` when nothing is there */
export async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : 'cannot be read';
    throw new MediaError('media.not-found', `The install media ${path} ${why}. Check the path.`, { cause });
  }
}

import { rmdir } from 'node:fs/promises';

/** Removes a folder that nothing is in; one that is not there is fine, and one with something in it stays. */
export async function removeIfEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  });
}

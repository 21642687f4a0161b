import { mkdir } from 'node:fs/promises';
import { join, posix } from 'node:path';

/**
 * Makes the folders between one that is there and a file below it, never that one itself: what somebody has moved away is not made anew.
 * @param path relative
 */
export async function makeFoldersBelow(folder: string, path: string): Promise<void> {
  const above = posix.dirname(path);
  if (above === '.') return;
  await makeFoldersBelow(folder, above);
  await mkdir(join(folder, above)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

import { readdir } from 'node:fs/promises';
import { join, posix } from 'node:path';

/** Relative paths of everything but folders. A link is a file, wherever it leads. */
export async function filesBelow(folder: string, below = ''): Promise<readonly string[]> {
  const entries = await readdir(join(folder, below), { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = posix.join(below, entry.name);
      return entry.isDirectory() ? filesBelow(folder, path) : [path];
    }),
  );
  return found.flat();
}

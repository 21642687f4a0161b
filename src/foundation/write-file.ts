import { writeFile as write } from 'node:fs/promises';

/** Writes a file whole. @throws the file system's error, with the path */
export async function writeFile(
  path: string,
  content: string | Uint8Array,
  options: { readonly mode?: number; readonly flag?: 'a' | 'w' } = {},
): Promise<void> {
  await write(path, content, options).catch((error: unknown) => {
    throw aboutFile(error, path);
  });
}

/**
 * Names the file in an error of the file system. Node does so where a call took the path, but write(2) and fsync(2) take an open
 * file, and theirs is how a full disk shows.
 * @param path instead of a draft's, which the error may name
 */
export function aboutFile(error: unknown, path: string): unknown {
  const isOfFileSystem = error instanceof Error && 'syscall' in error && 'code' in error;
  return isOfFileSystem ? Object.assign(error, { path }) : error;
}

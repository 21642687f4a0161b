import { rm, writeFile as write } from 'node:fs/promises';

/** What write(2) says of a file that was opened: what is in it by then is half of something. */
const CUT_SHORT = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO'];

/** Writes a file whole, or none: what could not be written to its end is removed. @throws the file system's error, with the path */
export async function writeFile(
  path: string,
  content: string | Uint8Array,
  options: { readonly mode?: number; readonly flag?: 'a' | 'w' } = {},
): Promise<void> {
  await write(path, content, options).catch(async (error: NodeJS.ErrnoException) => {
    if (options.flag !== 'a' && CUT_SHORT.includes(error.code ?? '')) await rm(path, { force: true });
    throw aboutFile(error, path);
  });
}

/** The same of a copy, of which reading may fail as well: names the file in errors of write(2) alone. */
export function aboutWrite(error: unknown, path: string): unknown {
  return (error as NodeJS.ErrnoException).syscall === 'write' ? aboutFile(error, path) : error;
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

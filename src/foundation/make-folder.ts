import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder with those above it that are missing; one that is there already is as good. Unlike mkdir's `recursive` this ends
 * where a file system answers ENOENT for ever, as /proc does, and gives the file system's own reason: Node 20 to 24 look again after
 * EROFS or ENOSPC, find nothing, and say ENOENT.
 * @param mode of what is made, as mkdir(2) takes it
 * @throws the file system's error, with the path it is about; ENOTDIR where a file is in the way
 */
export async function makeFolder(path: string, mode?: number): Promise<void> {
  try {
    await makeOne(path, mode);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path), mode);
    await makeOne(path, mode);
  }
}

async function makeOne(path: string, mode: number | undefined): Promise<void> {
  try {
    await mkdir(path, mode);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') return requireFolder(path);
    // A read-only file system may refuse before it looks whether there is anything to make.
    const found = code === 'ENOENT' ? undefined : await stat(path).catch(() => undefined);
    if (found?.isDirectory() !== true) throw error;
  }
}

/** A link that leads nowhere is in the way as well; then stat(2) says what is wrong with it. */
async function requireFolder(path: string): Promise<void> {
  if ((await stat(path)).isDirectory()) return;
  const error = new Error(`ENOTDIR: not a directory, mkdir '${path}'`);
  throw Object.assign(error, { code: 'ENOTDIR', syscall: 'mkdir', path });
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code;

import { readlink, realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { HostError, SpecError } from './errors.ts';
import { fileType } from './read-regular-file.ts';

/**
 * Where a file that the user named is to be written, asked before the work begins. A link is followed, to a file that is not there yet
 * too: what is put in place by rename(2) would take the link's own place. A pipe or a device would vanish the same way, and one that is
 * opened and written instead may wait for ever or hold somebody's disk.
 * No folder is made for it: a path that was mistyped would be.
 * @throws SpecError `output.not-a-file`; HostError `host.bad-path`; the file system's error for a folder and for what cannot be reached
 */
export async function outputFile(path: string): Promise<string> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found?.isDirectory()) {
    const error = new Error(`EISDIR: illegal operation on a directory, open '${path}'`);
    throw Object.assign(error, { code: 'EISDIR', syscall: 'open', path });
  }
  if (found !== undefined && !found.isFile()) {
    const copied = found.isBlockDevice()
      ? `, then copy it there, over all that is on it: dd if=FILE of=${path} bs=4M conv=fsync`
      : '';
    throw new SpecError(
      'output.not-a-file',
      `${path} is ${fileType(found)}, not a file. Name a file${copied}.`,
      { details: { path } },
    );
  }
  const link = await readlink(path).catch(() => undefined);
  if (link === undefined) {
    if (found === undefined) await requireFolderOf(path);
    return path;
  }
  if (found !== undefined) return realpath(path);
  return outputFile(resolve(await realpath(dirname(path)), link));
}

async function requireFolderOf(path: string): Promise<void> {
  await stat(dirname(path)).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
    throw new HostError(
      'host.bad-path',
      `${path} cannot be written: the folder ${dirname(path)} does not exist. Make it, or choose another place.`,
      { cause, details: { path } },
    );
  });
}

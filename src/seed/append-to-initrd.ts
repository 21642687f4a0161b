import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { type CpioEntry, FILE_TYPE, paddingTo4, writeCpio } from '../foundation/cpio-newc.ts';
import { aboutWrite } from '../foundation/write-file.ts';
import type { SeedFile } from './seed-file.ts';

/**
 * Writes to `outPath` the initrd with the files in its root, the way virt-install's --initrd-inject does: a second archive
 * behind the first, which the kernel unpacks over it. The same input gives the same bytes; `initrdPath` is left alone.
 * Files are root's and readable by root alone, since install scripts may hold password hashes.
 * @throws RangeError for a name that leaves the archive (`../x`)
 */
export async function appendToInitrd(
  initrdPath: string,
  files: readonly SeedFile[],
  outPath: string,
): Promise<void> {
  const archive = gzipSync(writeCpio(entriesOf(files)));
  const { size } = await stat(initrdPath);
  const temporary = `${outPath}.part`;
  try {
    await pipeline(createReadStream(initrdPath), createWriteStream(temporary, { mode: 0o600 }));
    // Between archives the kernel skips zeros up to the next multiple of four (init/initramfs.c).
    const tail = Buffer.concat([Buffer.alloc(paddingTo4(size)), archive]);
    await pipeline([tail], createWriteStream(temporary, { flags: 'a' }));
    await rename(temporary, outPath);
  } catch (error) {
    throw aboutWrite(error, outPath);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Folders first, then the files in the order of their names. */
function entriesOf(files: readonly SeedFile[]): CpioEntry[] {
  const folders = new Set<string>();
  for (const { name } of files) {
    for (let parent = posix.dirname(name); parent !== '.' && parent !== '/'; parent = posix.dirname(parent)) {
      folders.add(parent);
    }
  }
  const byName = (a: { path: string }, b: { path: string }): number => (a.path < b.path ? -1 : 1);
  return [
    ...[...folders].map((path) => ({
      path,
      mode: FILE_TYPE.directory | 0o755,
      content: Buffer.alloc(0),
    })),
    ...files.map(({ name, content, mode }) => ({
      path: name,
      mode: FILE_TYPE.file | (mode ?? 0o600),
      content: Buffer.from(content),
    })),
  ].sort(byName);
}

import { constants, type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import process from 'node:process';
import { HostError } from '../foundation/errors.ts';
import { formatSize } from '../foundation/size.ts';
import { nearestExisting } from '../host/free-space.ts';

const MIB = 2 ** 20;
/** open(2): a file without a name, which is gone when it is closed. Node has no word for it; the value is that of x86-64. */
const O_TMPFILE = 0o20200000;

/**
 * Makes a build's raw disk `sizeBytes` large; what is new takes no room until the guest writes to it.
 * @throws HostError `host.no-space` where no file may become that large (details: path, wanted, most, in bytes)
 */
export async function growDisk(disk: string, sizeBytes: number): Promise<void> {
  const file = await open(disk, 'r+');
  try {
    await growFile(file, disk, sizeBytes);
  } finally {
    await file.close();
  }
}

/**
 * Refuses as `growDisk` would, before there is a disk and without leaving anything. Says nothing where that cannot be tried: file systems that know no
 * files without a name, and folders that may not be written, of which others speak.
 */
export async function foreseeDisk(disk: string, sizeBytes: number): Promise<void> {
  const folder = await nearestExisting(dirname(disk));
  const file = await open(folder, constants.O_RDWR | O_TMPFILE, 0o600).catch(() => undefined);
  if (file === undefined) return;
  try {
    await growFile(file, disk, sizeBytes);
  } finally {
    await file.close();
  }
}

async function growFile(file: FileHandle, disk: string, sizeBytes: number): Promise<void> {
  if (await isTaken(file, sizeBytes)) return;
  const most = await largestFile(file, sizeBytes);
  throw new HostError(
    'host.no-space',
    `The disk ${disk} is to have ${formatSize(sizeBytes)}, and a file may have ${sizeWord(most)} at most there: that is the limit of its file ` +
      'system, or of this shell (ulimit -f). Ask for a smaller disk (--disk size=…), or choose a folder on another file system (--output).',
    { details: { path: disk, wanted: sizeBytes, most } },
  );
}

/** The error is enough: of the limit of a shell the kernel also tells by a signal, whose usual effect comes back once a program was run and watched. */
async function isTaken(file: FileHandle, sizeBytes: number): Promise<boolean> {
  process.on('SIGXFSZ', toldByError);
  try {
    await file.truncate(sizeBytes);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EFBIG') throw error;
    return false;
  } finally {
    process.off('SIGXFSZ', toldByError);
  }
}

const toldByError = (): void => {};

/** To the MiB, by trying: no call tells what a file system takes. The disk keeps its size. */
async function largestFile(file: FileHandle, tooLarge: number): Promise<number> {
  const { size } = await file.stat();
  let [least, beyond] = [Math.floor(size / MIB), Math.ceil(tooLarge / MIB)];
  while (beyond - least > 1) {
    const middle = Math.floor((least + beyond) / 2);
    if (await isTaken(file, middle * MIB)) least = middle;
    else beyond = middle;
  }
  await file.truncate(size);
  return least * MIB;
}

/** Rounded down and as `--disk size=` takes it: of ext4's 16 TiB less a block, 16 TiB would be refused again. */
function sizeWord(most: number): string {
  return most >= 1024 * MIB ? `${Math.floor(most / MIB / 1024)}GiB` : `${most / MIB}MiB`;
}

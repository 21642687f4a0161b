import { stat, truncate } from 'node:fs/promises';
import { HostError } from '../foundation/errors.ts';
import { formatSize } from '../foundation/size.ts';

const MIB = 2 ** 20;

/**
 * Makes a build's raw disk `sizeBytes` large; what is new takes no room until the guest writes to it.
 * @throws HostError `host.no-space` where no file may become that large (details: path, wanted, most, in bytes)
 */
export async function growDisk(disk: string, sizeBytes: number): Promise<void> {
  if (await isTaken(disk, sizeBytes)) return;
  const most = await largestFile(disk, sizeBytes);
  throw new HostError(
    'host.no-space',
    `The disk ${disk} is to have ${formatSize(sizeBytes)}, and a file may have ${sizeWord(most)} at most there: that is the limit of its file ` +
      'system, or of this shell (ulimit -f). Ask for a smaller disk (--disk size=…), or choose a folder on another file system (--output).',
    { details: { path: disk, wanted: sizeBytes, most } },
  );
}

async function isTaken(disk: string, sizeBytes: number): Promise<boolean> {
  try {
    await truncate(disk, sizeBytes);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EFBIG') throw error;
    return false;
  }
}

/** To the MiB, by trying: no call tells what a file system takes. The disk keeps its size. */
async function largestFile(disk: string, tooLarge: number): Promise<number> {
  const { size } = await stat(disk);
  let [least, beyond] = [Math.floor(size / MIB), Math.ceil(tooLarge / MIB)];
  while (beyond - least > 1) {
    const middle = Math.floor((least + beyond) / 2);
    if (await isTaken(disk, middle * MIB)) least = middle;
    else beyond = middle;
  }
  await truncate(disk, size);
  return least * MIB;
}

/** Rounded down and as `--disk size=` takes it: of ext4's 16 TiB less a block, 16 TiB would be refused again. */
function sizeWord(most: number): string {
  return most >= 1024 * MIB ? `${Math.floor(most / MIB / 1024)}GiB` : `${most / MIB}MiB`;
}

import { withFileReader } from '../disk/disk-reader.ts';
import { fileSystemKind } from '../disk/file-system-kind.ts';
import { readPartitionTable } from '../disk/partition-table.ts';
import { DiskError } from '../foundation/errors.ts';
import type { QemuImg } from '../qemu-img/qemu-img.ts';
import type { ImageRef } from '../qemu-img/qemu-img-arguments.ts';

const SECTOR = 512;

/**
 * A raw image is known by nothing but what a disk has: whole sectors, with a partition table or a file system in them, or all of them blank.
 * Anything else is some other file, and a service would hand it to everybody who may see the image.
 * @throws DiskError `disk.not-a-disk`
 */
export async function requireRawDisk(path: string): Promise<void> {
  await withFileReader(path, async (reader) => {
    if (reader.size === 0 || reader.size % SECTOR !== 0)
      throw notADisk(path, `has ${reader.size} bytes, and a disk has whole sectors of ${SECTOR}`);
    if ((await readPartitionTable(reader)).kind !== 'none') return;
    if ((await fileSystemKind(reader)) === 'unknown')
      throw notADisk(path, 'holds neither a partition table nor a file system that Kiln knows');
  });
}

/**
 * An image whose tables name clusters beyond the file's end, or contradict each other, was cut short or damaged on its way here. Only its
 * tables are read, an eighth of a per mille of it. What is cut off inside the last cluster cannot be told from an image that was made so.
 * @throws DiskError `disk.corrupt`
 */
export async function requireWhole(tool: QemuImg, image: ImageRef, signal?: AbortSignal): Promise<void> {
  const { result } = await tool.check(image, signal === undefined ? {} : { signal });
  if (result !== 'corrupt') return;
  throw new DiskError(
    'disk.corrupt',
    `${image.path} is damaged or was cut short: \`qemu-img check\` finds errors in it, so nothing was sent. Copy it again from where it came.`,
    { details: { path: image.path } },
  );
}

function notADisk(path: string, what: string): DiskError {
  return new DiskError(
    'disk.not-a-disk',
    `${path} ${what}, so it is no raw disk image and nothing was sent. Name the image; one that is a disk all the same goes as qcow2 (qemu-img convert -f raw -O qcow2).`,
    { details: { path } },
  );
}

import { DiskError } from '../foundation/errors.ts';
import type { DiskReader } from './disk-reader.ts';
import { sliceOf } from './disk-reader.ts';
import { openExt } from './ext-file-system.ts';
import { openFat } from './fat-file-system.ts';
import { type FileSystemKind, fileSystemKind } from './file-system-kind.ts';
import type { FileTree } from './file-tree.ts';
import { readLogicalVolumes } from './lvm.ts';
import type { Partition, PartitionTable } from './partition.ts';

/** Something that can hold a file system, opened as far as Kiln can. */
export type Volume = {
  readonly name: string;
  readonly reader: DiskReader;
  readonly kind: FileSystemKind;
  /** Undefined for kinds that Kiln cannot look into, or when opening failed. */
  readonly tree: FileTree | undefined;
  /** Where it lies in one piece on the disk, for tools that take an offset. */
  readonly offset: number | undefined;
  readonly partition: Partition | undefined;
};

/** Volumes without one of these can still hide an operating system from Kiln. */
const HOLDS_NO_FILES: readonly FileSystemKind[] = ['swap', 'empty', 'vfat', 'exfat', 'iso9660', 'unknown'];

/** Whether an operating system may be on it without Kiln being able to see it. */
export function isOpaque({ kind, tree }: Volume): boolean {
  return tree === undefined && !HOLDS_NO_FILES.includes(kind);
}

/** Every partition of the table and every linear LVM volume on them; the whole disk when it has no table. */
export async function openVolumes(disk: DiskReader, table: PartitionTable): Promise<readonly Volume[]> {
  if (table.kind === 'none') return [await openVolume('whole disk', disk, 0, undefined)];
  const partitions: Volume[] = [];
  for (const partition of table.partitions) {
    const reader = sliceOf(disk, partition.start, partition.size);
    partitions.push(await openVolume(`partition ${partition.number}`, reader, partition.start, partition));
  }
  const physical = partitions.filter(({ kind }) => kind === 'lvm2');
  const logical = await readLogicalVolumes(physical.map(({ reader }) => reader));
  const inside = await Promise.all(
    logical.map(({ name, reader }) => openVolume(`logical volume ${name}`, reader, undefined, undefined)),
  );
  return [...(inside.length > 0 ? partitions.filter(({ kind }) => kind !== 'lvm2') : partitions), ...inside];
}

async function openVolume(
  name: string,
  reader: DiskReader,
  offset: number | undefined,
  partition: Partition | undefined,
): Promise<Volume> {
  const kind = await fileSystemKind(reader);
  return { name, reader, kind, tree: await openTree(kind, reader), offset, partition };
}

/** A file system that does not hold together is like one Kiln cannot read; the checks then say so. */
async function openTree(kind: FileSystemKind, reader: DiskReader): Promise<FileTree | undefined> {
  try {
    if (kind === 'ext2' || kind === 'ext3' || kind === 'ext4') return await openExt(reader);
    return kind === 'vfat' ? await openFat(reader) : undefined;
  } catch (error) {
    if (error instanceof DiskError) return undefined;
    throw error;
  }
}

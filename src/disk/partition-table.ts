import type { DiskReader } from './disk-reader.ts';
import type { PartitionTable } from './partition.ts';
import { readGpt } from './partition-table-gpt.ts';
import { readMbr } from './partition-table-mbr.ts';

const NO_TABLE: PartitionTable = { kind: 'none', sectorSize: 512, partitions: [], problems: [] };

/**
 * The partition table of a disk. A GPT counts when the MBR protects it (a hybrid MBR too), or when nothing else is there.
 * Entries that are empty or leave the disk are dropped and reported, so that callers may trust start and size.
 */
export async function readPartitionTable(reader: DiskReader): Promise<PartitionTable> {
  if (reader.size < 512) return NO_TABLE;
  const mbr = await readMbr(reader);
  const gpt = mbr.kind === 'none' || mbr.protective ? await readGpt(reader) : undefined;
  if (gpt) return gpt;
  if (mbr.kind === 'none') return NO_TABLE;
  if (!mbr.protective) return mbr;
  return { ...NO_TABLE, problems: ['the protective MBR has no GPT behind it'] };
}

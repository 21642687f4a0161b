import type { DiskReader } from './disk-reader.ts';
import { MBR_TYPE, type Partition, type PartitionTable, soundPartitions } from './partition.ts';

const SECTOR = 512;
const ENTRIES = 446;
const EXTENDED = new Set(['05', '0f', '85']);
/** Linux stops at partition 60 or so too; a chain that is longer is a loop or an attack. */
const MOST_LOGICAL = 64;

type Entry = {
  readonly active: boolean;
  readonly type: string;
  readonly first: number;
  readonly count: number;
};

/** `protective`: one entry of type 0xEE says that a GPT holds the truth. */
export async function readMbr(
  reader: DiskReader,
): Promise<PartitionTable & { readonly protective: boolean }> {
  const entries = readEntries(await reader.read(0, SECTOR));
  if (!entries || !looksLikeTable(entries)) {
    return { kind: 'none', sectorSize: SECTOR, partitions: [], problems: [], protective: false };
  }
  const primary = entries.map((entry, index) => partitionOf(entry, index + 1, 0));
  const extended = entries.find(({ type }) => EXTENDED.has(type));
  const { logical, problems } = extended
    ? await readLogical(reader, extended.first)
    : { logical: [], problems: [] };
  const used = [...primary.filter(({ type }) => type !== '00' && !EXTENDED.has(type)), ...logical];
  const sound = soundPartitions(used, reader.size);
  return {
    kind: 'mbr',
    sectorSize: SECTOR,
    partitions: sound.partitions,
    problems: [...sound.problems, ...problems],
    protective: entries.some(({ type }) => type === MBR_TYPE.protective),
  };
}

/** Logical partitions form a linked list of sectors, each with one entry and one link (relative to the first sector). */
async function readLogical(
  reader: DiskReader,
  base: number,
): Promise<{ readonly logical: readonly Partition[]; readonly problems: readonly string[] }> {
  const logical: Partition[] = [];
  const seen = new Set<number>();
  let at = base;
  while (logical.length < MOST_LOGICAL) {
    if (seen.has(at)) return { logical, problems: ['the chain of logical partitions is a loop'] };
    seen.add(at);
    const outside = (at + 1) * SECTOR > reader.size;
    const entries = outside ? undefined : readEntries(await reader.read(at * SECTOR, SECTOR));
    const [own, link] = entries ?? [];
    if (!own || !link) return { logical, problems: ['the chain of logical partitions is broken'] };
    if (own.count > 0) logical.push(partitionOf(own, logical.length + 5, at));
    if (!EXTENDED.has(link.type) || link.count === 0) return { logical, problems: [] };
    at = base + link.first;
  }
  return { logical, problems: [`more than ${MOST_LOGICAL} logical partitions`] };
}

function readEntries(sector: Buffer): readonly Entry[] | undefined {
  if (sector.readUInt16LE(510) !== 0xaa55) return undefined;
  return [0, 1, 2, 3].map((index) => {
    const at = ENTRIES + index * 16;
    return {
      active: sector.readUInt8(at) === 0x80,
      type: sector.toString('hex', at + 4, at + 5),
      first: sector.readUInt32LE(at + 8),
      count: sector.readUInt32LE(at + 12),
    };
  });
}

/** A FAT or NTFS boot sector has the same signature where a table would be, but text instead of entries. */
function looksLikeTable(entries: readonly Entry[]): boolean {
  const used = entries.filter(({ type, count }) => type !== '00' && count > 0);
  return used.length > 0 && used.every(({ first }) => first > 0);
}

function partitionOf({ active, type, first, count }: Entry, number: number, base: number): Partition {
  return { number, start: (base + first) * SECTOR, size: count * SECTOR, type, name: '', active };
}

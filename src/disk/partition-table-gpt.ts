import { crc32 } from 'node:zlib';
import { printable } from '../foundation/printable.ts';
import type { DiskReader } from './disk-reader.ts';
import { type Partition, type PartitionTable, soundPartitions } from './partition.ts';

/** UEFI specification 2.10, section 5.3. */
const SIGNATURE = 'EFI PART';
const SECTOR_SIZES = [512, 4096] as const;
const HEADER_SIZE = 92;
const MOST_ENTRIES = 4096;
const LEGACY_BOOT = 4n;
const UNUSED = '00000000-0000-0000-0000-000000000000';

type Header = {
  readonly entriesAt: number;
  readonly count: number;
  readonly entrySize: number;
  readonly crc: number;
};

/** The GPT of a disk from its first header, or from the one at the end when the first is damaged; undefined without any. */
export async function readGpt(reader: DiskReader): Promise<PartitionTable | undefined> {
  for (const sectorSize of SECTOR_SIZES) {
    const first = await tryHeader(reader, sectorSize, sectorSize);
    const last = await tryHeader(reader, sectorSize, reader.size - sectorSize);
    const header = typeof first === 'object' ? first : last;
    if (typeof header === 'object') {
      // A disk that was enlarged has no header at its new end; firmware and Linux do not mind.
      const problems = [
        ...headerProblems('first', first),
        ...(last === 'none' ? [] : headerProblems('backup', last)),
      ];
      return readTable(reader, sectorSize, header, problems);
    }
    if (first === 'damaged') {
      return { kind: 'none', sectorSize, partitions: [], problems: headerProblems('first', first) };
    }
  }
  return undefined;
}

async function readTable(
  reader: DiskReader,
  sectorSize: number,
  header: Header,
  headerProblems: readonly string[],
): Promise<PartitionTable> {
  const length = header.count * header.entrySize;
  const at = header.entriesAt * sectorSize;
  if (!Number.isSafeInteger(at) || at + length > reader.size) {
    return {
      kind: 'none',
      sectorSize,
      partitions: [],
      problems: ['the GPT has its entries outside the disk'],
    };
  }
  const entries = await reader.read(at, length);
  const sum = crc32(entries) === header.crc ? [] : ['the GPT entries do not match their checksum'];
  const sound = soundPartitions(partitionsOf(entries, header, sectorSize), reader.size);
  const problems = [...headerProblems, ...sum, ...sound.problems];
  return { kind: 'gpt', sectorSize, partitions: sound.partitions, problems };
}

async function tryHeader(
  reader: DiskReader,
  sectorSize: number,
  at: number,
): Promise<Header | 'none' | 'damaged'> {
  if (at < sectorSize || at + sectorSize > reader.size) return 'none';
  const sector = await reader.read(at, sectorSize);
  if (sector.toString('latin1', 0, 8) !== SIGNATURE) return 'none';
  const size = sector.readUInt32LE(12);
  if (size < HEADER_SIZE || size > sectorSize) return 'damaged';
  const copy = Buffer.from(sector.subarray(0, size));
  copy.writeUInt32LE(0, 16); // the sum is taken with its own field empty
  const header = {
    entriesAt: Number(sector.readBigUInt64LE(72)),
    count: sector.readUInt32LE(80),
    entrySize: sector.readUInt32LE(84),
    crc: sector.readUInt32LE(88),
  };
  const plausible = header.count <= MOST_ENTRIES && header.entrySize >= 128 && header.entrySize <= 4096;
  return crc32(copy) === sector.readUInt32LE(16) && plausible ? header : 'damaged';
}

function headerProblems(which: string, header: Header | 'none' | 'damaged'): string[] {
  if (typeof header === 'object') return [];
  return [header === 'none' ? `the ${which} GPT header is missing` : `the ${which} GPT header is damaged`];
}

function partitionsOf(entries: Buffer, { count, entrySize }: Header, sectorSize: number): Partition[] {
  return Array.from({ length: count }, (_, index) => {
    const entry = entries.subarray(index * entrySize, (index + 1) * entrySize);
    const first = Number(entry.readBigUInt64LE(32));
    const last = Number(entry.readBigUInt64LE(40));
    return {
      number: index + 1,
      start: first * sectorSize,
      size: (last - first + 1) * sectorSize,
      type: guidOf(entry),
      name: printable((entry.toString('utf16le', 56, 128).split('\0')[0] ?? '').trim()),
      active: (entry.readBigUInt64LE(48) & LEGACY_BOOT) !== 0n,
    };
  }).filter(({ type }) => type !== UNUSED);
}

/** GUIDs are stored with their first three fields little-endian. */
function guidOf(entry: Buffer): string {
  const hex = (from: number, to: number): string => entry.toString('hex', from, to);
  const swapped = (from: number, to: number): string =>
    Buffer.from(entry.subarray(from, to)).reverse().toString('hex');
  return `${swapped(0, 4)}-${swapped(4, 6)}-${swapped(6, 8)}-${hex(8, 10)}-${hex(10, 16)}`;
}

import { DiskError } from '../foundation/errors.ts';
import type { DiskReader } from './disk-reader.ts';
import type { FileEntry, FileNode, FileTree } from './file-tree.ts';

/** Microsoft "FAT: General Overview of On-Disk Format" 1.03, and Linux fs/fat for the dirty flag. */
type FatLayout = {
  readonly bits: 12 | 16 | 32;
  readonly clusterSize: number;
  readonly fatAt: number;
  readonly fatSize: number;
  readonly dataAt: number;
  /** FAT12 and FAT16 keep the root directory outside the clusters. */
  readonly rootAt: number;
  readonly rootSize: number;
  readonly rootCluster: number;
  readonly dirty: boolean;
};

type FatEntry = FileEntry & {
  readonly directory: boolean;
  readonly size: number;
  /** 8.3, in capitals; every file has one. */
  readonly shortName: string;
};

const ROOT = 0;
const LARGEST_DIRECTORY = 2 ** 20;
const ATTRIBUTE = { label: 0x08, directory: 0x10, longName: 0x0f } as const;
const LINUX_DIRTY = 1;

/** Whether the file system was left mounted, by the flag that Linux and Windows set while it is. */
export async function isFatDirty(reader: DiskReader): Promise<boolean> {
  return (await readLayout(reader)).dirty;
}

/** Opens FAT12, FAT16 or FAT32 for reading. A file is called by its long name where it has one, else by the short one; case does not count. */
export async function openFat(reader: DiskReader): Promise<FileTree> {
  const layout = await readLayout(reader);
  const entries = async ({ id }: FileNode): Promise<readonly FatEntry[]> =>
    parseDirectory(await readChain(reader, layout, id, LARGEST_DIRECTORY));
  return {
    root: { kind: 'directory', size: 0, id: ROOT },
    entries,
    find: async (directory, name) => {
      const wanted = name.toUpperCase();
      const found = (await entries(directory)).find(
        (entry) => entry.name.toUpperCase() === wanted || entry.shortName === wanted,
      );
      return found && { kind: found.directory ? 'directory' : 'file', size: found.size, id: found.id };
    },
    read: async ({ id, size }, longest) => {
      const length = Math.min(size, longest);
      return length === 0
        ? Buffer.alloc(0)
        : (await readChain(reader, layout, id, length)).subarray(0, length);
    },
    stream: async function* ({ id, size }) {
      let left = size;
      for await (const part of clustersOf(reader, layout, id, size)) {
        yield part.subarray(0, Math.min(part.length, left));
        left -= part.length;
      }
    },
  };
}

async function readLayout(reader: DiskReader): Promise<FatLayout> {
  const boot = await reader.read(0, 512);
  const sector = boot.readUInt16LE(11);
  const clusterSize = boot.readUInt8(13) * sector;
  const reserved = boot.readUInt16LE(14);
  const fats = boot.readUInt8(16);
  const rootEntries = boot.readUInt16LE(17);
  const sectors = boot.readUInt16LE(19) || boot.readUInt32LE(32);
  const fatSectors = boot.readUInt16LE(22) || boot.readUInt32LE(36);
  if (![512, 1024, 2048, 4096].includes(sector) || clusterSize === 0 || reserved === 0 || fats === 0) {
    throw new DiskError('disk.corrupt', 'A FAT boot sector holds impossible numbers.');
  }
  const rootAt = (reserved + fats * fatSectors) * sector;
  const rootSize = Math.ceil((rootEntries * 32) / sector) * sector;
  const clusters = Math.floor((sectors * sector - rootAt - rootSize) / clusterSize);
  const bits = clusters < 4085 ? 12 : clusters < 65525 ? 16 : 32;
  return {
    bits,
    clusterSize,
    fatAt: reserved * sector,
    fatSize: fatSectors * sector,
    dataAt: rootAt + rootSize,
    rootAt,
    rootSize,
    rootCluster: bits === 32 ? boot.readUInt32LE(44) : 0,
    dirty: (boot.readUInt8(bits === 32 ? 0x41 : 0x25) & LINUX_DIRTY) !== 0,
  };
}

/** The content of a cluster chain up to `longest` bytes; a loop ends there too, since every step adds a cluster. */
async function readChain(
  reader: DiskReader,
  layout: FatLayout,
  first: number,
  longest: number,
): Promise<Buffer> {
  if (first === ROOT && layout.bits !== 32) {
    return reader.read(layout.rootAt, Math.min(layout.rootSize, longest));
  }
  const parts: Buffer[] = [];
  const start = first === ROOT ? layout.rootCluster : first;
  for await (const part of clustersOf(reader, layout, start, longest)) parts.push(part);
  return Buffer.concat(parts);
}

async function* clustersOf(
  reader: DiskReader,
  layout: FatLayout,
  first: number,
  longest: number,
): AsyncGenerator<Buffer> {
  let cluster = first;
  for (
    let length = 0;
    cluster >= 2 && cluster < endOfChain(layout) && length < longest;
    length += layout.clusterSize
  ) {
    const at = layout.dataAt + (cluster - 2) * layout.clusterSize;
    yield await reader.read(at, layout.clusterSize);
    cluster = await nextCluster(reader, layout, cluster);
  }
}

function endOfChain({ bits }: FatLayout): number {
  return bits === 32 ? 0x0ffffff7 : 2 ** bits - 9;
}

async function nextCluster(reader: DiskReader, layout: FatLayout, cluster: number): Promise<number> {
  const at = Math.floor((cluster * layout.bits) / 8);
  if (at + 4 > layout.fatSize + 4) throw new DiskError('disk.corrupt', 'A FAT file leads outside its table.');
  const entry = await reader.read(layout.fatAt + at, 4);
  if (layout.bits === 32) return entry.readUInt32LE(0) & 0x0fffffff;
  if (layout.bits === 16) return entry.readUInt16LE(0);
  return cluster % 2 === 0 ? entry.readUInt16LE(0) & 0xfff : entry.readUInt16LE(0) >> 4;
}

function parseDirectory(content: Buffer): readonly FatEntry[] {
  const entries: FatEntry[] = [];
  let long: LongName | undefined;
  for (let at = 0; at + 32 <= content.length; at += 32) {
    const entry = content.subarray(at, at + 32);
    const first = entry.readUInt8(0);
    const attributes = entry.readUInt8(11);
    if (first === 0) break;
    if (first !== 0xe5 && attributes === ATTRIBUTE.longName) {
      long = withPart(first & LAST_PART ? undefined : long, entry);
      continue;
    }
    const skipped = first === 0xe5 || attributes & ATTRIBUTE.label;
    if (!skipped) entries.push(parseEntry(entry, attributes, long));
    long = undefined;
  }
  return entries;
}

/** A long name stands in entries before its file's own, the end first; each has the checksum of the short name that it belongs to. */
type LongName = { readonly text: string; readonly checksum: number };

const LAST_PART = 0x40;

function withPart(rest: LongName | undefined, entry: Buffer): LongName {
  const units = [entry.subarray(1, 11), entry.subarray(14, 26), entry.subarray(28, 32)];
  const [text = ''] = Buffer.concat(units).toString('utf16le').split('\0');
  return { text: text + (rest?.text ?? ''), checksum: entry.readUInt8(13) };
}

function checksumOf(entry: Buffer): number {
  return entry.subarray(0, 11).reduce((sum, byte) => (((sum & 1) << 7) + (sum >> 1) + byte) & 0xff, 0);
}

function parseEntry(entry: Buffer, attributes: number, long: LongName | undefined): FatEntry {
  const stem = entry.toString('latin1', 0, 8).trimEnd();
  const extension = entry.toString('latin1', 8, 11).trimEnd();
  const shortName = extension ? `${stem}.${extension}` : stem;
  return {
    name: long?.checksum === checksumOf(entry) ? long.text : shortName,
    shortName,
    id: entry.readUInt16LE(20) * 2 ** 16 + entry.readUInt16LE(26),
    directory: (attributes & ATTRIBUTE.directory) !== 0,
    size: entry.readUInt32LE(28),
  };
}

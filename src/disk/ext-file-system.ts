import { DiskError } from '../foundation/errors.ts';
import type { DiskReader } from './disk-reader.ts';
import { blocksOf } from './ext-block-map.ts';
import type { FileEntry, FileNode, FileTree } from './file-tree.ts';

/** Kernel documentation, "ext4 Data Structures and Algorithms". Only what reading needs. */
export type ExtSuperblock = {
  readonly blockSize: number;
  readonly inodeSize: number;
  readonly inodesPerGroup: number;
  readonly inodesCount: number;
  readonly descriptorSize: number;
  readonly firstDataBlock: number;
  readonly incompatible: number;
  /** Unmounted properly, as far as the state field says. */
  readonly cleanlyUnmounted: boolean;
  readonly hasErrors: boolean;
  readonly needsRecovery: boolean;
  readonly label: string;
};

const INCOMPATIBLE = { recover: 0x4, metaBlockGroups: 0x10, is64Bit: 0x80 } as const;
const INODE = { inlineData: 0x10000000, encrypted: 0x800 } as const;
const ROOT_INODE = 2;
const LARGEST_DIRECTORY = 2 ** 20;
const FAST_LINK = 60;
const LONGEST_RUN = 2 ** 20;

type ExtInode = FileNode & { readonly raw: Buffer };

/** @throws DiskError `disk.corrupt` when the numbers cannot be true */
export async function readExtSuperblock(reader: DiskReader): Promise<ExtSuperblock> {
  const raw = await reader.read(1024, 1024);
  const incompatible = raw.readUInt32LE(96);
  const state = raw.readUInt16LE(58);
  const modern = raw.readUInt32LE(76) > 0;
  const superblock = {
    blockSize: 1024 * 2 ** Math.min(raw.readUInt32LE(24), 30),
    inodeSize: modern ? raw.readUInt16LE(88) : 128,
    inodesPerGroup: raw.readUInt32LE(40),
    inodesCount: raw.readUInt32LE(0),
    descriptorSize: incompatible & INCOMPATIBLE.is64Bit ? raw.readUInt16LE(254) : 32,
    firstDataBlock: raw.readUInt32LE(20),
    incompatible,
    cleanlyUnmounted: (state & 1) !== 0,
    hasErrors: (state & 2) !== 0,
    needsRecovery: (incompatible & INCOMPATIBLE.recover) !== 0,
    label: raw.toString('utf8', 120, 136).split('\0')[0] ?? '',
  };
  if (!isPlausible(superblock))
    throw new DiskError('disk.corrupt', 'An ext superblock holds impossible numbers.');
  return superblock;
}

function isPlausible({ blockSize, inodeSize, inodesPerGroup, descriptorSize }: ExtSuperblock): boolean {
  const sizes = blockSize <= 65536 && inodeSize >= 128 && inodeSize <= blockSize && inodesPerGroup > 0;
  return sizes && descriptorSize >= 32 && descriptorSize <= 1024;
}

/** Opens ext2, ext3 or ext4 for reading. The journal is not replayed: an unclean file system shows its last written state. */
export async function openExt(reader: DiskReader): Promise<FileTree> {
  const superblock = await readExtSuperblock(reader);
  if (superblock.incompatible & INCOMPATIBLE.metaBlockGroups) throw unsupported('meta block groups');
  const inode = (id: number): Promise<ExtInode> => readInode(reader, superblock, id);
  const content = async (id: number, longest: number): Promise<Buffer> =>
    readContent(reader, superblock, await inode(id), longest);
  const entries = async ({ id }: FileNode): Promise<readonly FileEntry[]> =>
    parseDirectory(await content(id, LARGEST_DIRECTORY), superblock.blockSize);
  return {
    root: await inode(ROOT_INODE),
    entries,
    find: async (directory, name) => {
      const entry = (await entries(directory)).find((candidate) => candidate.name === name);
      return entry && inode(entry.id);
    },
    read: async ({ id }, longest) => content(id, longest),
    stream: async function* ({ id }) {
      yield* streamContent(reader, superblock, await inode(id));
    },
  };
}

async function readInode(reader: DiskReader, superblock: ExtSuperblock, id: number): Promise<ExtInode> {
  const { inodesPerGroup, inodeSize, blockSize, descriptorSize, firstDataBlock } = superblock;
  if (id < 1 || id > superblock.inodesCount)
    throw new DiskError('disk.corrupt', `ext inode ${id} does not exist.`);
  const group = Math.floor((id - 1) / inodesPerGroup);
  const descriptorAt = (firstDataBlock + 1) * blockSize + group * descriptorSize;
  const descriptor = await reader.read(descriptorAt, descriptorSize);
  const high = descriptorSize >= 64 ? descriptor.readUInt32LE(0x28) : 0;
  const table = (high * 2 ** 32 + descriptor.readUInt32LE(8)) * blockSize;
  const raw = await reader.read(table + ((id - 1) % inodesPerGroup) * inodeSize, inodeSize);
  const size = raw.readUInt32LE(108) * 2 ** 32 + raw.readUInt32LE(4);
  return { id, kind: kindOf(raw.readUInt16LE(0)), size, raw };
}

function kindOf(mode: number): FileNode['kind'] {
  switch (mode & 0xf000) {
    case 0x8000:
      return 'file';
    case 0x4000:
      return 'directory';
    case 0xa000:
      return 'symlink';
    default:
      return 'other';
  }
}

async function readContent(
  reader: DiskReader,
  { blockSize }: ExtSuperblock,
  inode: ExtInode,
  longest: number,
): Promise<Buffer> {
  const length = Math.min(inode.size, longest);
  if (inode.kind === 'symlink' && inode.size < FAST_LINK) return inode.raw.subarray(40, 40 + inode.size);
  refuseUnreadable(inode);
  const blocks = await blocksOf(reader, blockSize, inode.raw, Math.ceil(length / blockSize));
  const parts: Buffer[] = [];
  for (const block of blocks) {
    parts.push(block === 0 ? Buffer.alloc(blockSize) : await reader.read(block * blockSize, blockSize));
  }
  return Buffer.concat(parts).subarray(0, length);
}

/** Blocks that lie side by side are read at once. */
async function* streamContent(
  reader: DiskReader,
  { blockSize }: ExtSuperblock,
  inode: ExtInode,
): AsyncGenerator<Buffer> {
  refuseUnreadable(inode);
  const blocks = await blocksOf(reader, blockSize, inode.raw, Math.ceil(inode.size / blockSize));
  const most = LONGEST_RUN / blockSize;
  let left = inode.size;
  for (let index = 0; index < blocks.length; ) {
    const first = blocks[index] ?? 0;
    let count = 1;
    while (count < most && blocks[index + count] === (first === 0 ? 0 : first + count)) count += 1;
    const part =
      first === 0 ? Buffer.alloc(count * blockSize) : await reader.read(first * blockSize, count * blockSize);
    yield part.subarray(0, Math.min(part.length, left));
    left -= part.length;
    index += count;
  }
}

function refuseUnreadable({ raw }: ExtInode): void {
  const flags = raw.readUInt32LE(32);
  if (flags & INODE.encrypted) throw unsupported('file encryption');
  if (flags & INODE.inlineData) throw unsupported('inline data');
}

/** Hash-tree directories keep their index in blocks that look like one unused entry, so a plain walk reads them as well. */
function parseDirectory(content: Buffer, blockSize: number): readonly FileEntry[] {
  const entries: FileEntry[] = [];
  for (let block = 0; block < content.length; block += blockSize) {
    const end = Math.min(block + blockSize, content.length);
    for (let at = block; at + 8 <= end; ) {
      const id = content.readUInt32LE(at);
      const length = content.readUInt16LE(at + 4);
      const nameLength = content.readUInt8(at + 6);
      if (length < 8 || at + length > end || 8 + nameLength > length) break;
      if (id !== 0) entries.push({ id, name: content.toString('utf8', at + 8, at + 8 + nameLength) });
      at += length;
    }
  }
  return entries;
}

function unsupported(feature: string): DiskError {
  return new DiskError('disk.unsupported', `The ext file system uses ${feature}, which Kiln cannot read.`);
}

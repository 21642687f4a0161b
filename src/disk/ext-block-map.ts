import { DiskError } from '../foundation/errors.ts';
import type { DiskReader } from './disk-reader.ts';

const USES_EXTENTS = 0x80000;
const MAP_AT = 40;
const MAP_SIZE = 60;
const EXTENT_MAGIC = 0xf30a;
const DEEPEST = 5;
/** Each holds hundreds of extents; a file Kiln reads needs one or two. */
const MOST_NODES = 256;
const UNWRITTEN = 32768;
const DIRECT = 12;

/** The disk blocks of the first `count` blocks of a file, 0 for a hole. */
export async function blocksOf(
  reader: DiskReader,
  blockSize: number,
  inode: Buffer,
  count: number,
): Promise<readonly number[]> {
  const map = inode.subarray(MAP_AT, MAP_AT + MAP_SIZE);
  const blocks = new Array<number>(count).fill(0);
  if (inode.readUInt32LE(32) & USES_EXTENTS) {
    await fillFromExtents(reader, blockSize, map, DEEPEST, { blocks, nodes: 0 });
  } else {
    await fillFromPointers(reader, blockSize, map, blocks);
  }
  return blocks;
}

type Filling = { readonly blocks: number[]; nodes: number };

async function fillFromExtents(
  reader: DiskReader,
  blockSize: number,
  node: Buffer,
  deepest: number,
  filling: Filling,
): Promise<void> {
  filling.nodes += 1;
  const depth = node.readUInt16LE(6);
  const entries = node.readUInt16LE(2);
  const fits = 12 + entries * 12 <= node.length;
  if (node.readUInt16LE(0) !== EXTENT_MAGIC || depth > deepest || !fits || filling.nodes > MOST_NODES) {
    throw new DiskError('disk.corrupt', 'An ext file has a damaged extent tree.');
  }
  for (let index = 0; index < entries; index += 1) {
    const entry = node.subarray(12 + index * 12, 24 + index * 12);
    if (entry.readUInt32LE(0) >= filling.blocks.length) return;
    if (depth === 0) {
      fillExtent(entry, filling.blocks);
    } else {
      const child = entry.readUInt16LE(8) * 2 ** 32 + entry.readUInt32LE(4);
      const block = await reader.read(child * blockSize, blockSize);
      await fillFromExtents(reader, blockSize, block, depth - 1, filling);
    }
  }
}

function fillExtent(entry: Buffer, blocks: number[]): void {
  const first = entry.readUInt32LE(0);
  const length = entry.readUInt16LE(4);
  if (length > UNWRITTEN) return; // allocated but never written: reads as zeroes
  const start = entry.readUInt16LE(6) * 2 ** 32 + entry.readUInt32LE(8);
  for (let index = 0; index < length && first + index < blocks.length; index += 1) {
    blocks[first + index] = start + index;
  }
}

/** ext2 and ext3: twelve direct pointers, then one block of pointers, then one of blocks of pointers. */
async function fillFromPointers(
  reader: DiskReader,
  blockSize: number,
  map: Buffer,
  blocks: number[],
): Promise<void> {
  const perBlock = blockSize / 4;
  const pointers = async (block: number): Promise<Buffer> =>
    block === 0 ? Buffer.alloc(blockSize) : reader.read(block * blockSize, blockSize);
  const single = blocks.length > DIRECT ? await pointers(map.readUInt32LE(48)) : undefined;
  const double = blocks.length > DIRECT + perBlock ? await pointers(map.readUInt32LE(52)) : undefined;
  let loaded: { readonly index: number; readonly block: Buffer } | undefined;
  for (let index = 0; index < blocks.length; index += 1) {
    if (index < DIRECT) {
      blocks[index] = map.readUInt32LE(index * 4);
    } else if (index < DIRECT + perBlock) {
      blocks[index] = single?.readUInt32LE((index - DIRECT) * 4) ?? 0;
    } else {
      const beyond = index - DIRECT - perBlock;
      const outer = Math.floor(beyond / perBlock);
      if (outer >= perBlock || !double) return; // past what Kiln ever reads
      if (loaded?.index !== outer) {
        loaded = { index: outer, block: await pointers(double.readUInt32LE(outer * 4)) };
      }
      blocks[index] = loaded.block.readUInt32LE((beyond % perBlock) * 4);
    }
  }
}

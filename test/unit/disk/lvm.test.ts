import { expect, it } from 'vitest';
import { checkBounds, type DiskReader } from '../../../src/disk/disk-reader.ts';
import { readLogicalVolumes } from '../../../src/disk/lvm.ts';
import { recordedPhysicalVolume } from './recorded-lvm.ts';

const MIB = 2 ** 20;
const EXTENT = 4 * MIB;

type Piece = readonly [offset: number, text: string];

/** The recorded head, and text at some places; the rest of the volume reads as zeroes. */
function physicalVolume(
  pieces: readonly Piece[] = [],
  size = 200 * MIB,
  head = recordedPhysicalVolume(),
): DiskReader {
  const parts = [[0, head] as const, ...pieces.map(([at, text]) => [at, Buffer.from(text)] as const)];
  return {
    size,
    read: async (offset, length) => {
      checkBounds(size, offset, length);
      const result = Buffer.alloc(length);
      for (const [at, part] of parts) {
        const from = Math.max(offset, at);
        const to = Math.min(offset + length, at + part.length);
        if (from < to) part.copy(result, from - offset, from - at, to - at);
      }
      return result;
    },
  };
}

it('reads a linear volume across its segments', async () => {
  const disk = physicalVolume([
    [MIB, 'first'],
    [MIB + 10 * EXTENT - 3, 'end'],
    [MIB + 15 * EXTENT, 'second'],
    [MIB + 10 * EXTENT, 'swap'],
  ]);
  const volumes = await readLogicalVolumes([disk]);
  expect(volumes.map(({ name, reader }) => [name, reader.size])).toEqual([
    ['debian-vg/root', 20 * EXTENT],
    ['debian-vg/swap_1', 5 * EXTENT],
  ]);
  const [root, swap] = volumes;
  expect((await root?.reader.read(0, 5))?.toString()).toBe('first');
  expect((await root?.reader.read(10 * EXTENT - 3, 9))?.toString()).toBe('endsecond');
  expect((await swap?.reader.read(0, 4))?.toString()).toBe('swap');
});

it('leaves out a volume whose extents lie outside', async () => {
  expect(await readLogicalVolumes([physicalVolume([], MIB + 12 * EXTENT)])).toEqual([]);
});

it.each([
  ['garbage', (disk: Buffer) => disk.fill('[{"', 4096 + 512)],
  ['an endless text', (disk: Buffer) => disk.writeBigUInt64LE(2n ** 60n, 4096 + 48)],
  ['no magic', (disk: Buffer) => disk.fill(0, 4096, 4096 + 40)],
  ['an area outside', (disk: Buffer) => disk.writeBigUInt64LE(2n ** 62n, 512 + 32 + 32 + 8 + 32)],
])('takes metadata with %s for none', async (_what, damage) => {
  const head = recordedPhysicalVolume();
  damage(head);
  expect(await readLogicalVolumes([physicalVolume([], 200 * MIB, head)])).toEqual([]);
});

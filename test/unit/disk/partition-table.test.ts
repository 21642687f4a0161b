import { describe, expect, it } from 'vitest';
import { readPartitionTable } from '../../../src/disk/partition-table.ts';
import { ESP_GUID, LINUX_GUID, readerOf, SECTOR, writeGpt, writeMbr } from './disk-builder.ts';

const MIB = 2 ** 20;
const blank = (): Buffer => Buffer.alloc(4 * MIB);
const read = (disk: Buffer) => readPartitionTable(readerOf(disk));

describe('readPartitionTable', () => {
  it('finds nothing on an empty or tiny disk', async () => {
    expect(await read(blank())).toMatchObject({ kind: 'none', problems: [] });
    expect(await read(Buffer.alloc(10))).toMatchObject({ kind: 'none', problems: [] });
  });

  it('does not take a FAT boot sector for a table', async () => {
    const disk = blank();
    disk.writeUInt16LE(0xaa55, 510);
    expect((await read(disk)).kind).toBe('none');
  });

  it('reads a GPT', async () => {
    const disk = blank();
    writeGpt(disk, [
      { type: ESP_GUID, first: 2048, last: 4095, name: 'EFI' },
      { type: LINUX_GUID, first: 4096, last: 6143, attributes: 4n },
    ]);
    expect(await read(disk)).toEqual({
      kind: 'gpt',
      sectorSize: 512,
      problems: [],
      partitions: [
        { number: 1, start: MIB, size: MIB, type: ESP_GUID, name: 'EFI', active: false },
        { number: 2, start: 2 * MIB, size: MIB, type: LINUX_GUID, name: '', active: true },
      ],
    });
  });

  it('makes escape sequences in a partition name harmless', async () => {
    const disk = blank();
    writeGpt(disk, [{ type: LINUX_GUID, first: 2048, last: 4095, name: 'a\u001b[2J\u202eb' }]);
    expect((await read(disk)).partitions[0]?.name).toBe('a?[2J?b');
  });

  it('reads the backup when the first header is damaged, and says so', async () => {
    const disk = blank();
    writeGpt(disk, [{ type: LINUX_GUID, first: 2048, last: 4095 }]);
    disk[SECTOR + 40] = 0xff;
    const table = await read(disk);
    expect(table.partitions).toHaveLength(1);
    expect(table.problems).toEqual(['the first GPT header is damaged']);
  });

  it('reports entries that do not match their checksum', async () => {
    const disk = blank();
    writeGpt(disk, [{ type: LINUX_GUID, first: 2048, last: 4095 }]);
    disk[2 * SECTOR + 60] = 0x41;
    expect((await read(disk)).problems).toEqual(['the GPT entries do not match their checksum']);
  });

  it('accepts a disk that was enlarged, with no backup at its new end', async () => {
    const disk = blank();
    writeGpt(disk, [{ type: LINUX_GUID, first: 2048, last: 4095 }]);
    expect((await read(Buffer.concat([disk, Buffer.alloc(MIB)]))).problems).toEqual([]);
  });

  it('reads a hybrid MBR as the GPT it goes with', async () => {
    const disk = blank();
    writeGpt(disk, [{ type: LINUX_GUID, first: 2048, last: 4095 }]);
    writeMbr(disk, [
      { type: 0xee, first: 1, count: 2047 },
      { type: 0x83, first: 2048, count: 2048, active: true },
    ]);
    expect(await read(disk)).toMatchObject({ kind: 'gpt', partitions: [{ type: LINUX_GUID }] });
  });

  it('reports a protective MBR without a GPT', async () => {
    const disk = blank();
    writeMbr(disk, [{ type: 0xee, first: 1, count: 8191 }]);
    expect(await read(disk)).toMatchObject({
      kind: 'none',
      problems: ['the protective MBR has no GPT behind it'],
    });
  });

  it('drops entries outside the disk and names overlaps', async () => {
    const disk = blank();
    writeGpt(disk, [
      { type: LINUX_GUID, first: 2048, last: 4095 },
      { type: LINUX_GUID, first: 4000, last: 5000 },
      { type: LINUX_GUID, first: 6000, last: 5000 },
      { type: LINUX_GUID, first: 6000, last: 2 ** 53 },
    ]);
    const table = await read(disk);
    expect(table.partitions.map(({ number }) => number)).toEqual([1, 2]);
    expect(table.problems).toEqual([
      'partition 3 lies outside the disk',
      'partition 4 lies outside the disk',
      'partition 2 overlaps the one before it',
    ]);
  });

  it('reads primary and logical partitions of an MBR', async () => {
    const disk = blank();
    writeMbr(disk, [
      { type: 0x83, first: 64, count: 100, active: true },
      { type: 0x05, first: 2048, count: 4096 },
    ]);
    writeMbr(
      disk,
      [
        { type: 0x82, first: 10, count: 100 },
        { type: 0x05, first: 1000, count: 500 },
      ],
      2048,
    );
    writeMbr(disk, [{ type: 0x83, first: 10, count: 200 }], 3048);
    const table = await read(disk);
    expect(table).toMatchObject({ kind: 'mbr', problems: [] });
    expect(
      table.partitions.map(({ number, type, start, active }) => [number, type, start / SECTOR, active]),
    ).toEqual([
      [1, '83', 64, true],
      [5, '82', 2058, false],
      [6, '83', 3058, false],
    ]);
  });

  it.each([
    ['itself', 0],
    ['nowhere', 2 ** 31],
  ])('ends a chain of logical partitions that leads to %s', async (_to, link) => {
    const disk = blank();
    writeMbr(disk, [{ type: 0x05, first: 2048, count: 4096 }]);
    writeMbr(
      disk,
      [
        { type: 0x82, first: 10, count: 100 },
        { type: 0x05, first: link, count: 500 },
      ],
      2048,
    );
    expect((await read(disk)).problems).toHaveLength(1);
  });
});

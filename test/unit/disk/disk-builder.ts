import { crc32 } from 'node:zlib';
import type { DiskReader } from '../../../src/disk/disk-reader.ts';
import { checkBounds } from '../../../src/disk/disk-reader.ts';

export const SECTOR = 512;
export const LINUX_GUID = '0fc63daf-8483-4772-8e79-3d69d8477de4';
export const ESP_GUID = 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b';

export type GptEntry = {
  readonly type: string;
  /** Sectors, the last one included. */
  readonly first: number;
  readonly last: number;
  readonly name?: string;
  readonly attributes?: bigint;
};

export type MbrEntry = {
  readonly type: number;
  readonly first: number;
  readonly count: number;
  readonly active?: boolean;
};

export function readerOf(disk: Buffer): DiskReader {
  return {
    size: disk.length,
    read: async (offset, length) => {
      checkBounds(disk.length, offset, length);
      return Buffer.from(disk.subarray(offset, offset + length));
    },
  };
}

/** Writes four MBR entries and the signature into the sector at `sector`. */
export function writeMbr(disk: Buffer, entries: readonly MbrEntry[], sector = 0): void {
  const at = sector * SECTOR;
  entries.forEach(({ type, first, count, active }, index) => {
    const entry = at + 446 + index * 16;
    disk[entry] = active ? 0x80 : 0;
    disk[entry + 4] = type;
    disk.writeUInt32LE(first, entry + 8);
    disk.writeUInt32LE(count, entry + 12);
  });
  disk.writeUInt16LE(0xaa55, at + 510);
}

/** A protective MBR, and the GPT at both ends. */
export function writeGpt(disk: Buffer, entries: readonly GptEntry[]): void {
  const sectors = disk.length / SECTOR;
  writeMbr(disk, [{ type: 0xee, first: 1, count: sectors - 1 }]);
  const table = Buffer.alloc(128 * 128);
  entries.forEach((entry, index) => {
    writeEntry(table.subarray(index * 128, (index + 1) * 128), entry);
  });
  writeHalf(disk, table, { own: 1, other: sectors - 1, entries: 2 });
  writeHalf(disk, table, { own: sectors - 1, other: 1, entries: sectors - 33 });
}

function writeEntry(to: Buffer, { type, first, last, name = '', attributes = 0n }: GptEntry): void {
  const [a = '', b = '', c = '', d = '', e = ''] = type.split('-');
  const swapped = [a, b, c].map((part) => Buffer.from(part, 'hex').reverse());
  Buffer.concat([...swapped, Buffer.from(d + e, 'hex')]).copy(to);
  to.fill(0x11, 16, 32);
  to.writeBigUInt64LE(BigInt(first), 32);
  to.writeBigUInt64LE(BigInt(last), 40);
  to.writeBigUInt64LE(attributes, 48);
  to.write(name, 56, 'utf16le');
}

function writeHalf(
  disk: Buffer,
  table: Buffer,
  at: { readonly own: number; readonly other: number; readonly entries: number },
): void {
  const header = disk.subarray(at.own * SECTOR, at.own * SECTOR + 92);
  header.write('EFI PART', 0, 'latin1');
  header.writeUInt32LE(0x10000, 8);
  header.writeUInt32LE(92, 12);
  header.writeBigUInt64LE(BigInt(at.own), 24);
  header.writeBigUInt64LE(BigInt(at.other), 32);
  header.writeBigUInt64LE(BigInt(at.entries), 72);
  header.writeUInt32LE(128, 80);
  header.writeUInt32LE(128, 84);
  header.writeUInt32LE(crc32(table), 88);
  header.writeUInt32LE(0, 16);
  header.writeUInt32LE(crc32(header), 16);
  table.copy(disk, at.entries * SECTOR);
}

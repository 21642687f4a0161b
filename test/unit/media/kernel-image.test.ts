import { describe, expect, it } from 'vitest';
import * as kernel from '../../../src/media/kernel-image.ts';
import { bzImage, elfWithNote } from '../../support/kernel-images.ts';

const bytes = (content: Buffer) => ({
  size: content.length,
  read: async (offset: number, length: number) => content.subarray(offset, offset + length),
});
const kernelPayload = (image: Buffer) => kernel.kernelPayload(bytes(image));
const hasPvhEntry = (elf: Buffer) => kernel.hasPvhEntry(bytes(elf));

const xz = Buffer.from('fd377a585a000000', 'hex');

describe('kernelPayload', () => {
  it.each([
    ['xz', xz, xz.length],
    ['zstd', Buffer.from('28b52ffd00', 'hex'), 5],
    ['gzip', Buffer.from('1f8b080000', 'hex'), 9],
  ])('finds a payload of %s', async (compression, payload, length) => {
    await expect(kernelPayload(bzImage(payload))).resolves.toEqual({ offset: 1024, length, compression });
  });

  it('knows no kernel, old ones and other compressions not', async () => {
    await expect(kernelPayload(Buffer.alloc(4096))).resolves.toBeUndefined();
    await expect(kernelPayload(Buffer.from('short'))).resolves.toBeUndefined();
    await expect(kernelPayload(bzImage(Buffer.from('02214c1800', 'hex')))).resolves.toBeUndefined();
    const old = bzImage(xz);
    old.writeUInt16LE(0x0206, 0x206);
    await expect(kernelPayload(old)).resolves.toBeUndefined();
  });

  it('does not follow offsets out of the file', async () => {
    const image = bzImage(xz);
    image.writeUInt32LE(0xffffffff, 0x24c);
    await expect(kernelPayload(image)).resolves.toBeUndefined();
    image.writeUInt32LE(12, 0x24c);
    image.writeUInt32LE(0xfffffff0, 0x248);
    await expect(kernelPayload(image)).resolves.toBeUndefined();
  });
});

describe('hasPvhEntry', () => {
  it('sees the note', () => expect(hasPvhEntry(elfWithNote('Xen', 18))).resolves.toBe(true));
  it.each([
    ['another note', elfWithNote('Xen', 17)],
    ["another's note", elfWithNote('GNU', 18)],
    ['no ELF file', Buffer.alloc(256)],
    ['an ELF file cut short', elfWithNote('Xen', 18).subarray(0, 100)],
  ])('sees none in %s', (_what, elf) => expect(hasPvhEntry(elf)).resolves.toBe(false));

  it('does not follow offsets out of the file', async () => {
    const elf = elfWithNote('Xen', 18);
    elf.writeBigUInt64LE(0xffffffffn, 64 + 32);
    await expect(hasPvhEntry(elf)).resolves.toBe(false);
    const table = elfWithNote('Xen', 18);
    table.writeBigUInt64LE(0xffffffffffffn, 32);
    await expect(hasPvhEntry(table)).resolves.toBe(false);
  });
});

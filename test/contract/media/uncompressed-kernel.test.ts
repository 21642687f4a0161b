import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { uncompressedKernel } from '../../../src/media/uncompressed-kernel.ts';
import { bzImage, elfWithNote } from '../../support/kernel-images.ts';

const PVH = elfWithNote('Xen', 18);
const pack = (tool: string, elf: Buffer): Buffer => execFileSync(tool, ['-q', '-c'], { input: elf });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-kernel-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function unpack(image: Buffer, sha256 = 'a'.repeat(64)): Promise<string | undefined> {
  const kernelPath = join(folder, 'vmlinuz');
  writeFileSync(kernelPath, image);
  return uncompressedKernel({ kernelPath, sha256, cacheDir: join(folder, 'cache') });
}

describe('uncompressedKernel', () => {
  it.each([
    ['xz', () => bzImage(pack('xz', PVH))],
    ['zstd', () => bzImage(pack('zstd', PVH))],
    ['gzip', () => bzImage(gzipSync(PVH), Buffer.alloc(0))],
  ])('unpacks %s, once', async (_compression, image) => {
    const path = await unpack(image());
    expect(readFileSync(path ?? '')).toEqual(PVH);
    expect(await unpack(Buffer.from('not looked at again'))).toBe(path);
    expect(readdirSync(join(folder, 'cache/media/objects'))).toHaveLength(1);
  });

  it('leaves a kernel alone that QEMU could not enter, or that is damaged', async () => {
    expect(await unpack(bzImage(pack('xz', elfWithNote('GNU', 3))))).toBeUndefined();
    expect(await unpack(bzImage(pack('xz', PVH).subarray(0, 40)), 'b'.repeat(64))).toBeUndefined();
    expect(await unpack(bzImage(gzipSync(PVH).subarray(0, 40)), 'd'.repeat(64))).toBeUndefined();
    expect(await unpack(Buffer.from('no kernel'), 'c'.repeat(64))).toBeUndefined();
    const left = readdirSync(join(folder, 'cache/media/objects'));
    expect(left.filter((name) => name.startsWith('.making'))).toEqual([]);
  });
});

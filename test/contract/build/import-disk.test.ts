import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { importDisk } from '../../../src/build/import-disk.ts';
import type { ResolvedMedia } from '../../../src/media/install-media.ts';
import { resolveMedia } from '../../../src/media/resolve-media.ts';

const SIZE = 4 * 2 ** 20;

let folder: string;
let image: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-import-disk-'));
  image = join(folder, 'image.raw');
  writeAt(0, Buffer.alloc(SIZE, 'a'), 'w');
});
afterEach(() => rmSync(folder, { recursive: true }));

function writeAt(offset: number, content: Uint8Array, flag: 'w' | 'r+' = 'r+'): void {
  const file = openSync(image, flag);
  writeSync(file, content, 0, content.length, offset);
  closeSync(file);
}

async function resolved(): Promise<Extract<ResolvedMedia, { kind: 'import' }>> {
  const context = { cacheDir: join(folder, 'cache'), arch: 'x86_64', offline: true } as const;
  const media = await resolveMedia([{ kind: 'import', from: image }], context);
  if (media.kind !== 'import') throw new Error(`resolved as ${media.kind}`);
  return media;
}

const copying = async (onProgress: (part: number) => void = () => undefined): Promise<unknown> => {
  const media = await resolved();
  onProgress(-1);
  return importDisk({
    image: media,
    disk: join(folder, 'disk.raw'),
    sizeBytes: undefined,
    signal: new AbortController().signal,
    onProgress,
  });
};

describe('importDisk', () => {
  it('copies an image that nobody writes to', async () => {
    expect(await copying()).toEqual({ kind: 'imported', format: 'raw' });
  });

  it('refuses an image that was written to after its checksum was made', async () => {
    const written = copying((part) => {
      if (part < 0) writeAt(SIZE - 4096, Buffer.alloc(4096, 'b'));
    });
    await expect(written).rejects.toMatchObject({
      code: 'disk.changed',
      message: expect.stringContaining(image),
    });
  });

  it.each([64, 128])('refuses a qcow2 image with damaged tables at %i KiB', async (kibibytes) => {
    const raw = image;
    image = join(folder, 'image.qcow2');
    execFileSync('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', raw, image]);
    writeAt(kibibytes * 1024, Buffer.alloc(64 * 1024, 0x5a));
    await expect(copying()).rejects.toMatchObject({
      code: 'disk.corrupt',
      message: expect.stringContaining(image),
    });
  });

  it('refuses an image that is written to during the copy', async () => {
    const written = copying((part) => {
      if (part >= 0) writeAt(0, Buffer.alloc(4096, 'b'));
    });
    await expect(written).rejects.toMatchObject({ code: 'disk.changed' });
  });
});

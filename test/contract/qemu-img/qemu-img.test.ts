import { readFileSync, statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCommand } from '../../../src/process/run-command.ts';
import { qemuImg } from '../../../src/qemu-img/qemu-img.ts';

const MIB = 2 ** 20;
const tool = qemuImg();

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-qemu-img-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function rawImage(name: string, size = 4 * MIB): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, Buffer.alloc(MIB, 'data'));
  await truncate(path, size);
  return path;
}

describe('qemu-img', () => {
  it('has a version', async () => {
    expect(await tool.version()).toMatch(/^\d+\.\d+/);
  });

  it.each([
    'a,b=c',
    'nbd:localhost',
    '-U',
    'with space',
    'new\nline',
    "it's",
    'json:{"driver":"null-co"}',
    'ü',
  ])('takes %j for a file, whatever it looks like', async (name) => {
    const strange = join(folder, name.replaceAll('/', ''));
    await mkdir(strange);
    const source = { path: join(strange, `${name}.raw`), format: 'raw' } as const;
    const target = { path: join(strange, `${name}.qcow2`), format: 'qcow2' } as const;
    await tool.create({ ...source, size: MIB });
    await tool.convert({ source, target });
    await tool.resize(target, 2 * MIB);
    expect(await tool.info(target)).toMatchObject({ format: 'qcow2', virtualSize: 2 * MIB });
    expect(await tool.check(target)).toMatchObject({ result: 'clean' });
    expect((await readdir(strange)).toSorted()).toEqual([`${name}.qcow2`, `${name}.raw`].toSorted());
  });

  it('reads a raw image as raw though its guest wrote a qcow2 header into it', async () => {
    const path = await rawImage('disk.raw');
    const inner = join(folder, 'inner.qcow2');
    await tool.create({ path: inner, format: 'qcow2', size: 64 * MIB });
    await runCommand('dd', [`if=${inner}`, `of=${path}`, 'conv=notrunc', 'status=none']);
    expect(await tool.info({ path, format: 'raw' })).toMatchObject({ format: 'raw', virtualSize: 4 * MIB });
  });

  it('maps and measures', async () => {
    const image = { path: await rawImage('disk.raw'), format: 'raw' } as const;
    const map = await tool.map(image);
    expect(map[0]).toEqual({ start: 0, length: MIB, data: true });
    expect(map.at(-1)).toMatchObject({ data: false });
    expect((await tool.measure(image, 'qcow2')).required).toBeGreaterThan(MIB);
  });

  it('makes an overlay that shows what is below', async () => {
    const backing = { path: await rawImage('disk.raw'), format: 'raw' } as const;
    const overlay = { path: join(folder, 'overlay'), format: 'qcow2' } as const;
    await tool.create({ ...overlay, backing });
    expect(await tool.info(overlay)).toMatchObject({ virtualSize: 4 * MIB, backingFile: backing.path });
  });

  it('tells how far a conversion is', async () => {
    const seen: number[] = [];
    const source = { path: await rawImage('disk.raw'), format: 'raw' } as const;
    const onProgress = (part: number): void => void seen.push(part);
    await tool.convert({ source, target: { path: join(folder, 'o'), format: 'qcow2' } }, { onProgress });
    expect(seen.at(-1)).toBe(1);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  it('finds a damaged qcow2', async () => {
    const image = { path: join(folder, 'o'), format: 'qcow2' } as const;
    await tool.convert({ source: { path: await rawImage('disk.raw'), format: 'raw' }, target: image });
    // The refcount table's first entry (at 64 KiB in a new image) leads to the block with all counts.
    const zero = `printf '\\0\\0\\0\\0\\0\\0\\0\\0' | dd of='${image.path}' bs=1 seek=65536 conv=notrunc status=none`;
    await runCommand('sh', ['-c', zero]);
    expect((await tool.check(image)).result).toBe('corrupt');
  });

  it('says that raw cannot be checked', async () => {
    expect(await tool.check({ path: await rawImage('d'), format: 'raw' })).toMatchObject({
      result: 'unsupported',
    });
  });
});

describe("qemu-img's failures", () => {
  it('the tool is not there', async () => {
    const missing = qemuImg({ file: 'kiln-no-such-tool' });
    await expect(missing.version()).rejects.toMatchObject({ code: 'host.tool-missing' });
  });

  it('the image is not there', async () => {
    const image = { path: join(folder, 'x'), format: 'raw' } as const;
    await expect(tool.info(image)).rejects.toMatchObject({ code: 'disk.not-found' });
  });

  it('the image is not what it is taken for', async () => {
    const image = { path: await rawImage('x'), format: 'qcow2' } as const;
    await expect(tool.info(image)).rejects.toMatchObject({ code: 'disk.corrupt' });
  });

  it('a lock that another process holds, unless it is shared', async () => {
    const image = { path: await rawImage('x'), format: 'raw' } as const;
    const end = new AbortController();
    const holder = runCommand('qemu-io', ['-f', 'raw', '-c', 'sleep 60000', image.path], {
      signal: end.signal,
    });
    try {
      // `info` does not read data and so asks for no lock; `convert` does.
      const convert = (shareLock: boolean) =>
        tool.convert({ source: image, target: { path: join(folder, 'o'), format: 'qcow2' }, shareLock });
      // Looked for in proc_locks(5): whoever tries by taking the lock can be in the holder's way.
      const held = `:${statSync(image.path).ino} `;
      await vi.waitFor(() => expect(readFileSync('/proc/locks', 'utf8')).toContain(held), {
        timeout: 20_000,
        interval: 50,
      });
      await expect(convert(false)).rejects.toMatchObject({ code: 'disk.locked' });
      await convert(true);
    } finally {
      end.abort();
      await expect(holder).rejects.toMatchObject({ code: 'cancelled' });
    }
  });

  it.each([
    ['ends the process', ''],
    ['refuses the write', "trap '' XFSZ\n"],
  ])('a limit for file sizes that %s', async (_how, trap) => {
    const limited = join(folder, 'limited');
    await writeFile(limited, `#!/bin/sh\n${trap}ulimit -f 512\nexec qemu-img "$@"\n`);
    await chmod(limited, 0o755);
    const source = { path: await rawImage('x'), format: 'raw' } as const;
    const convert = qemuImg({ file: limited }).convert({
      source,
      target: { path: join(folder, 'o'), format: 'qcow2' },
    });
    await expect(convert).rejects.toMatchObject({ code: 'host.no-space', details: { folder } });
    await expect(convert).rejects.toThrow('ulimit -f');
  });

  it('being cancelled', async () => {
    const image = { path: await rawImage('x'), format: 'raw' } as const;
    await expect(tool.info(image, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});

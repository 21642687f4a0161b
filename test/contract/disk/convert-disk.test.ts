import { createHash } from 'node:crypto';
import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeChecksumFiles } from '../../../src/artifact/checksum.ts';
import type { OutputSpec } from '../../../src/artifact/output-spec.ts';
import { beginConversion, type ConversionOptions, convertDisk } from '../../../src/disk/convert-disk.ts';
import { runCommand } from '../../../src/process/run-command.ts';
import { DISK_FORMATS } from '../../../src/qemu-img/disk-format.ts';
import { type QemuImg, qemuImg } from '../../../src/qemu-img/qemu-img.ts';
import { mayMount, mountSmall } from './small-mount.ts';

const MIB = 2 ** 20;
const SIZE = 40 * MIB;
const MAY_MOUNT = await mayMount();
const FULL_DISK_OUTPUTS: readonly OutputSpec[] = [
  ...DISK_FORMATS.map((format) => ({ format })),
  { format: 'vmdk', subformat: 'streamOptimized' },
];

let folder: string;
let out: string;
let source: { readonly path: string; readonly format: 'raw' };
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-convert-'));
  out = join(folder, 'out');
  source = { path: join(folder, 'disk.raw'), format: 'raw' };
  await writeFile(source.path, sourceContent());
  await truncate(source.path, SIZE);
});
afterEach(() => rm(folder, { recursive: true }));

/** Half text, half noise that does not compress. */
function sourceContent(): Buffer {
  const noise = Array.from({ length: 2 ** 15 }, (_, index) =>
    createHash('sha256').update(`${index}`).digest(),
  );
  return Buffer.concat([Buffer.alloc(MIB, 'text of some sort '), Buffer.alloc(5 * MIB), ...noise]);
}

const options = (
  outputs: readonly OutputSpec[],
  more: Partial<ConversionOptions> = {},
): ConversionOptions => ({
  source,
  outputs,
  name: 'debian',
  directory: out,
  ...more,
});

describe('convertDisk', () => {
  it.each<OutputSpec & { readonly file: string; readonly packed: string }>([
    { format: 'qcow2', file: 'debian.qcow2', packed: 'zstd' },
    { format: 'qcow2', compression: 'zlib', file: 'debian.qcow2', packed: 'zlib' },
    { format: 'qcow2', compression: 'none', file: 'debian.qcow2', packed: 'none' },
    { format: 'raw', file: 'debian.img', packed: 'none' },
    { format: 'vmdk', file: 'debian.vmdk', packed: 'none' },
    { format: 'vmdk', subformat: 'streamOptimized', file: 'debian.vmdk', packed: 'zlib' },
    { format: 'vpc', file: 'debian.vhd', packed: 'none' },
    { format: 'vpc', subformat: 'fixed', file: 'debian.vhd', packed: 'none' },
    { format: 'vhdx', file: 'debian.vhdx', packed: 'none' },
    { format: 'vdi', file: 'debian.vdi', packed: 'none' },
  ])('makes %o with the same content and size', async ({ file, packed, ...output }) => {
    const [artifact] = await convertDisk(options([output]));
    const path = join(out, file);
    expect(artifact).toMatchObject({
      path,
      name: file,
      format: output.format,
      compression: packed,
      virtualSize: SIZE,
    });
    await runCommand('qemu-img', ['compare', '-f', 'raw', '-F', output.format, source.path, path]);
    const content = await readFile(path);
    expect(artifact).toMatchObject({
      size: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
      sha512: createHash('sha512').update(content).digest('hex'),
    });
    expect(await readdir(out)).toEqual([file]);
  });

  it('keeps a raw image sparse', async () => {
    await convertDisk(options([{ format: 'raw' }]));
    expect((await qemuImg().info({ path: join(out, 'debian.img'), format: 'raw' })).actualSize).toBeLessThan(
      4 * MIB,
    );
  });

  it('packs qcow2 with zstd', async () => {
    await convertDisk(options([{ format: 'qcow2' }]));
    const info = await qemuImg().info({ path: join(out, 'debian.qcow2'), format: 'qcow2' });
    expect(info.compression).toBe('zstd');
  });

  it('makes several outputs, tells the progress, and checksum files that coreutils accepts', async () => {
    const seen: number[] = [];
    const outputs: OutputSpec[] = [
      { format: 'qcow2', fileName: 'odd\nname\\, or=so' },
      { format: 'raw' },
      { format: 'vdi' },
    ];
    const artifacts = await convertDisk(options(outputs, { onProgress: (part) => void seen.push(part) }));
    await writeChecksumFiles(out, artifacts);
    await runCommand('sha256sum', ['--strict', '-c', 'SHA256SUMS'], { cwd: out });
    await runCommand('sha512sum', ['--strict', '-c', 'SHA512SUMS'], { cwd: out });
    expect(await readdir(out)).toHaveLength(5);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBe(1);
  });

  it('refuses two outputs of one name', async () => {
    const twice = convertDisk(options([{ format: 'raw' }, { format: 'qcow2', fileName: 'debian.img' }]));
    await expect(twice).rejects.toMatchObject({ code: 'output.same-name' });
  });

  it('takes a raw disk as raw whatever its guest wrote to its start', async () => {
    await runCommand('qemu-img', [
      'create',
      '-q',
      '-f',
      'qcow2',
      '-u',
      '-b',
      '/etc/passwd',
      '-F',
      'raw',
      join(folder, 'x'),
      '1M',
    ]);
    await runCommand('dd', [`if=${join(folder, 'x')}`, `of=${source.path}`, 'conv=notrunc', 'status=none']);
    const [artifact] = await convertDisk(options([{ format: 'raw' }]));
    expect(artifact?.virtualSize).toBe(SIZE);
    await runCommand('cmp', [source.path, join(out, 'debian.img')]);
  });
});

describe('beginConversion', () => {
  it('shows nothing before commit', async () => {
    const pending = await beginConversion(options([{ format: 'qcow2' }]));
    expect((await readdir(out)).filter((name) => !name.startsWith('.'))).toEqual([]);
    const other = join(folder, 'final');
    const [artifact] = await pending.commit(other);
    expect(artifact?.path).toBe(join(other, 'debian.qcow2'));
    await pending.discard();
    expect(await readdir(other)).toEqual(['debian.qcow2']);
    expect(await readdir(out)).toEqual([]);
  });

  it('leaves nothing when discarded', async () => {
    const pending = await beginConversion(options([{ format: 'qcow2' }, { format: 'raw' }]));
    await pending.discard();
    await pending.discard();
    expect(await readdir(out)).toEqual([]);
  });

  it('does not hand out images of a disk that was written to meanwhile', async () => {
    const pending = await beginConversion(options([{ format: 'qcow2' }]));
    await appendFile(source.path, 'x');
    await utimes(source.path, new Date(), new Date(Date.now() + 5000));
    await expect(pending.commit()).rejects.toMatchObject({ code: 'disk.changed' });
    expect(await readdir(out)).toEqual([]);
  });
});

describe('a conversion that fails leaves nothing', () => {
  async function leavesNothing(conversion: Promise<unknown>, code: string): Promise<void> {
    await expect(conversion).rejects.toMatchObject({ code });
    expect(await readdir(out)).toEqual([]);
  }

  it('at a limit for file sizes', async () => {
    const limited = join(folder, 'qemu-img');
    await writeFile(limited, '#!/bin/sh\ntrap \'\' XFSZ\nulimit -f 1024\nexec qemu-img "$@"\n');
    await chmod(limited, 0o755);
    const conversion = convertDisk(options([{ format: 'qcow2' }], { tool: qemuImg({ file: limited }) }));
    await leavesNothing(conversion, 'host.no-space');
    await expect(conversion).rejects.toMatchObject({ details: { folder: out } });
  });

  // A file system that is really full needs a mount; a user who may not make one has the limit above alone.
  it.each<OutputSpec>(MAY_MOUNT ? FULL_DISK_OUTPUTS : [])('on a full file system, as %o', async (output) => {
    await mkdir(out);
    const unmount = await mountSmall(out);
    try {
      const noise = ['if=/dev/urandom', `of=${source.path}`, 'bs=1M', 'count=16', 'status=none'];
      await runCommand('dd', noise);
      const conversion = convertDisk(options([output]));
      await leavesNothing(conversion, 'host.no-space');
      await expect(conversion).rejects.toMatchObject({ details: { folder: out } });
    } finally {
      await unmount?.();
    }
  });

  it('when the second output fails', async () => {
    const real = qemuImg();
    const failing: QemuImg = {
      ...real,
      convert: (convert, call) =>
        convert.target.format === 'raw'
          ? real.convert({ ...convert, source: { path: join(folder, 'none'), format: 'raw' } }, call)
          : real.convert(convert, call),
    };
    const outputs: OutputSpec[] = [{ format: 'qcow2' }, { format: 'raw' }];
    await leavesNothing(convertDisk(options(outputs, { tool: failing })), 'disk.not-found');
  });

  it('when it is cancelled at any time', async () => {
    await mkdir(out);
    await leavesNothing(
      convertDisk(options([{ format: 'qcow2' }], { signal: AbortSignal.abort() })),
      'cancelled',
    );
    const stop = new AbortController();
    const real = qemuImg();
    const tool: QemuImg = {
      ...real,
      convert: async (convert, call) => {
        await real.convert(convert, call);
        stop.abort(); // while checksums are computed
      },
    };
    await leavesNothing(
      convertDisk(options([{ format: 'qcow2' }], { signal: stop.signal, tool })),
      'cancelled',
    );
  });
});

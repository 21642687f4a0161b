import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imageFormat, infoProblem, inspectImage } from '../../../src/disk/image-kind.ts';
import { runCommand } from '../../../src/process/run-command.ts';
import { DISK_FORMATS } from '../../../src/qemu-img/disk-format.ts';
import { qemuImg } from '../../../src/qemu-img/qemu-img.ts';

const tool = qemuImg();
let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-image-kind-'));
  path = join(folder, 'image.raw'); // the name never decides
});
afterEach(() => rm(folder, { recursive: true }));

const create = (...args: string[]) => runCommand('qemu-img', ['create', '-q', ...args]);

async function patch(offset: number, content: Buffer | string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.write(Buffer.from(content as string, 'latin1'), 0, undefined, offset);
  } finally {
    await file.close();
  }
}

const refused = (code: string) => expect(imageFormat(path)).rejects.toMatchObject({ code });

describe('inspectImage', () => {
  it.each(DISK_FORMATS)('recognises %s by content', async (format) => {
    await create('-f', format, path, '8M');
    const found = await inspectImage(tool, path);
    expect(found.format).toBe(format);
    expect(found.virtualSize).toBeGreaterThanOrEqual(8 * 2 ** 20);
  });

  it.each([
    ['vmdk', 'subformat=streamOptimized'],
    ['vpc', 'subformat=fixed'],
    ['qcow2', 'compat=0.10'],
    ['vdi', 'static=on'],
  ])('recognises %s with %s', async (format, option) => {
    await create('-f', format, '-o', option, path, '8M');
    expect((await inspectImage(tool, path)).format).toBe(format);
  });

  it('says when there is no file', async () => {
    await refused('disk.not-found');
  });
});

describe('an image that reaches out of itself is refused', () => {
  it('qcow2 with a backing file', async () => {
    await create('-f', 'qcow2', '-u', '-b', '/etc/passwd', '-F', 'raw', path, '8M');
    await refused('disk.backing-file');
  });

  it('qcow2 with an external data file, before any tool opens what it names', async () => {
    await create('-f', 'qcow2', '-o', `data_file=${join(folder, 'data')}`, path, '8M');
    await refused('disk.external-data');
  });

  it('qcow2 that names a data file without saying so in its features', async () => {
    await create('-f', 'qcow2', '-o', `data_file=${join(folder, 'data')}`, path, '8M');
    await patch(72, Buffer.alloc(8));
    await refused('disk.external-data');
  });

  it('VMDK as descriptor of other files', async () => {
    await create('-f', 'vmdk', '-o', 'subformat=monolithicFlat', path, '8M');
    await refused('disk.external-data');
  });

  it('VMDK with a parent', async () => {
    const parent = join(folder, 'parent');
    await create('-f', 'vmdk', parent, '8M');
    await create('-f', 'vmdk', '-b', parent, '-F', 'vmdk', path);
    await refused('disk.backing-file');
  });

  it('differencing VHD and VDI', async () => {
    await create('-f', 'vpc', path, '8M');
    await patch(60, Buffer.from([0, 0, 0, 4]));
    await refused('disk.backing-file');
    await create('-f', 'vdi', path, '8M');
    await patch(0x4c, Buffer.from([4, 0, 0, 0]));
    await refused('disk.backing-file');
  });
});

describe('an image that is not a plain disk is refused', () => {
  it('with internal snapshots', async () => {
    await create('-f', 'qcow2', path, '8M');
    await runCommand('qemu-img', ['snapshot', '-c', 'one', path]);
    await refused('disk.snapshots');
  });

  // qemu-img measures its own CPU time in the kernel's ticks and gives up when none has passed, which is often, hence the tries.
  it('encrypted, as qcow2 and as LUKS', async () => {
    const createEncrypted = async (...options: string[]) => {
      for (let tries = 100; ; tries -= 1) {
        const tried = create('--object', 'secret,id=s,data=123456', ...options, path, '8M');
        if (tries === 0) return tried;
        const made = await tried.then(
          () => true,
          () => false,
        );
        if (made) return;
      }
    };
    const light = 'iter-time=10';
    await createEncrypted('-f', 'qcow2', '-o', `encrypt.format=luks,encrypt.key-secret=s,encrypt.${light}`);
    await refused('disk.encrypted');
    await createEncrypted('-f', 'luks', '-o', `key-secret=s,${light}`);
    await refused('disk.encrypted');
  });

  it('marked corrupt, not closed, or from the future', async () => {
    await create('-f', 'qcow2', path, '8M');
    for (const [bits, code] of [
      [2, 'disk.corrupt'],
      [1, 'disk.dirty'],
      [0x80, 'disk.unsupported'],
    ] as const) {
      await patch(72, Buffer.from([0, 0, 0, 0, 0, 0, 0, bits]));
      await refused(code);
    }
  });

  it.each(['gzip', 'xz', 'zstd'])('packed with %s', async (packer) => {
    await writeFile(join(folder, 'x'), 'content');
    await runCommand('sh', ['-c', `${packer} -c '${folder}/x' > '${path}'`]);
    await refused('disk.packed');
  });

  it('cut off within its header', async () => {
    await writeFile(path, 'QFI\xfb\0\0\0\x03', 'latin1');
    await refused('disk.corrupt');
  });

  it('also when only the tool sees it', async () => {
    await create('-f', 'qcow2', '-u', '-b', '/etc/passwd', '-F', 'raw', path, '8M');
    expect(infoProblem(await tool.info({ path, format: 'qcow2' }))).toMatchObject({
      code: 'disk.backing-file',
    });
  });
});

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { extractPartitionImage } from '../../../src/disk/partition-image.ts';
import { runCommand } from '../../../src/process/run-command.ts';
import { debianTree, ESP_AT, makeBootableDisk, makeLvmDisk, ROOT_AT, ROOT_SIZE } from './bootable-disk.ts';

let folder: string;
let out: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-partition-'));
  out = join(folder, 'out');
  await mkdir(out);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Longer than one read, and no two parts alike. */
const content = (length: number, seed: number): Buffer =>
  Buffer.from(
    Uint32Array.from({ length: length / 4 }, (_, index) => (index * 2654435761 + seed) >>> 0).buffer,
  );
const KERNEL = content(5 * 2 ** 20 + 12, 1);
const INITRD = content(9 * 2 ** 20 + 4, 2);

async function withKernel(root: string): Promise<void> {
  await debianTree(root);
  await mkdir(join(root, 'boot'));
  await writeFile(join(root, 'boot/vmlinuz-6.12.0-amd64'), KERNEL);
  await writeFile(join(root, 'boot/initrd.img-6.12.0-amd64'), INITRD);
}

it.each(['ext4', 'ext2'] as const)(
  'takes root file system, kernel and initrd out of a disk with %s',
  async (type) => {
    const disk = await makeBootableDisk(folder, { type, fill: withKernel });
    const { root, kernel, initrd, version } = await extractPartitionImage(disk, out);
    expect(version).toBe('6.12.0-amd64');
    expect((await readFile(kernel.path)).equals(KERNEL)).toBe(true);
    expect((await readFile(initrd.path)).equals(INITRD)).toBe(true);
    const { stdout } = await runCommand('sha512sum', [initrd.path]);
    expect(stdout.split(' ')[0]).toBe(initrd.sha512);
    const whole = await readFile(disk);
    expect((await readFile(root.path)).equals(whole.subarray(ROOT_AT, ROOT_AT + ROOT_SIZE))).toBe(true);
    await runCommand('e2fsck', ['-f', '-n', root.path]);
  },
);

it.each([
  ['grub-install and BIOS modules', 'grub', ['i386-pc/boot.img'], ['bios']],
  [
    'grub2-install and modules of both kinds',
    'grub2',
    ['i386-pc/boot.img', 'x86_64-efi/modinfo.sh'],
    ['bios', 'uefi'],
  ],
  ['no modules', 'grub', [], []],
  ['no grub-install', undefined, ['i386-pc/boot.img'], []],
] as const)('tells whether a node can boot from its own disk: %s', async (_, prefix, modules, firmware) => {
  const fill = async (root: string): Promise<void> => {
    await withKernel(root);
    const programs = prefix ? ['install', 'mkconfig'].map((name) => `usr/sbin/${prefix}-${name}`) : [];
    for (const file of [...programs, ...modules.map((name) => `usr/lib/grub/${name}`)]) {
      await mkdir(dirname(join(root, file)), { recursive: true });
      await writeFile(join(root, file), 'x');
    }
  };
  const { localBoot } = await extractPartitionImage(await makeBootableDisk(folder, { fill }), out);
  expect(localBoot.firmware).toEqual(firmware);
});

it('takes kernel and initrd from a /boot of their own, which is FAT, by their long names', async () => {
  const disk = await makeBootableDisk(folder);
  for (const [name, bytes] of [
    ['vmlinuz-6.12.0-amd64', KERNEL],
    ['vmlinuz-6.12.0-amd64.old', INITRD],
    ['initrd.img-6.12.0-amd64', INITRD],
  ] as const) {
    await writeFile(join(folder, name), bytes);
    await runCommand('mcopy', ['-i', `${disk}@@${ESP_AT}`, join(folder, name), `::/${name}`]);
  }
  const { kernel, initrd, version, localBoot } = await extractPartitionImage(disk, out);
  expect(localBoot).toMatchObject({
    firmware: [],
    sentence: expect.stringContaining('/boot is a volume of its own'),
  });
  expect(version).toBe('6.12.0-amd64');
  expect((await readFile(kernel.path)).equals(KERNEL)).toBe(true);
  expect((await readFile(initrd.path)).equals(INITRD)).toBe(true);
});

it('says that a disk has no kernel, and that it has no root file system', async () => {
  await expect(extractPartitionImage(await makeLvmDisk(folder), out)).rejects.toMatchObject({
    code: 'disk.no-kernel',
  });
  const empty = join(folder, 'empty.raw');
  await writeFile(empty, Buffer.alloc(2 ** 20));
  await expect(extractPartitionImage(empty, out)).rejects.toMatchObject({ code: 'disk.no-root' });
});

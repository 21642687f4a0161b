import { mkdir, open, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../../src/process/run-command.ts';
import { ESP_GUID, LINUX_GUID, SECTOR, writeGpt, writeMbr } from '../../unit/disk/disk-builder.ts';
import { recordedPhysicalVolume } from '../../unit/disk/recorded-lvm.ts';

const MIB = 2 ** 20;
const BIOS_GRUB = '21686148-6449-6e6f-744e-656564454649';
const SIZE = 96 * MIB;
export const ESP_AT = 2 * MIB;
export const ROOT_AT = 40 * MIB;
export const ROOT_SIZE = 48 * MIB;

export type RootOptions = {
  readonly type?: 'ext2' | 'ext3' | 'ext4';
  /** Writes the tree that becomes the root file system. */
  readonly fill?: (root: string) => Promise<void>;
};

export async function debianTree(root: string): Promise<void> {
  await mkdir(join(root, 'etc'));
  await mkdir(join(root, 'usr/lib'), { recursive: true });
  await mkdir(join(root, 'var/lib/kiln'), { recursive: true });
  await writeFile(
    join(root, 'usr/lib/os-release'),
    'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nID=debian\nVERSION_ID="13"\n',
  );
  await runCommand('ln', ['-s', '../usr/lib/os-release', join(root, 'etc/os-release')]);
  await writeFile(join(root, 'var/lib/kiln/installed'), 'token-of-this-build\n');
}

/** A GPT disk as an installer leaves it: GRUB's two stages, an EFI system partition with a loader, a root file system. */
export async function makeBootableDisk(folder: string, options: RootOptions = {}): Promise<string> {
  const path = join(folder, 'disk.raw');
  const disk = Buffer.alloc(SIZE);
  writeGpt(disk, [
    { type: BIOS_GRUB, first: 2048, last: 4095 },
    { type: ESP_GUID, first: ESP_AT / SECTOR, last: ROOT_AT / SECTOR - 1 },
    { type: LINUX_GUID, first: ROOT_AT / SECTOR, last: (ROOT_AT + ROOT_SIZE) / SECTOR - 1 },
  ]);
  disk.write('\xeb\x63', 0, 'latin1');
  disk.writeBigUInt64LE(2048n, 0x5c);
  disk.write('GRUB \0Geom\0Hard Disk\0Read\0 Error', 0x180, 'latin1');
  disk.write('second stage', MIB, 'latin1');
  (await espImage(folder)).copy(disk, ESP_AT);
  (await rootImage(folder, options)).copy(disk, ROOT_AT);
  await writeFile(path, disk);
  return path;
}

async function espImage(folder: string): Promise<Buffer> {
  const path = join(folder, 'esp');
  const loader = join(folder, 'loader');
  await writeFile(path, Buffer.alloc(ROOT_AT - ESP_AT));
  await writeFile(loader, Buffer.concat([Buffer.from('MZ'), Buffer.alloc(70_000)]));
  await runCommand('mkfs.vfat', ['-F', '32', '-s', '1', path]);
  await runCommand('mmd', ['-i', path, '::/EFI', '::/EFI/BOOT', '::/EFI/debian']);
  await runCommand('mcopy', ['-i', path, loader, '::/EFI/BOOT/BOOTX64.EFI']);
  await runCommand('mcopy', ['-i', path, loader, '::/EFI/debian/shimx64.efi']);
  return readFile(path);
}

/** A root file system on a linear LVM volume of two segments, as `recorded-lvm.ts` describes it, in an MBR partition. */
export async function makeLvmDisk(folder: string): Promise<string> {
  const path = join(folder, 'lvm.raw');
  const [partition, extent] = [MIB, 4 * MIB];
  const head = Buffer.alloc(SECTOR);
  writeMbr(head, [{ type: 0x8e, first: partition / SECTOR, count: (200 * MIB) / SECTOR }]);
  const root = await rootImage(folder, {}, 20 * extent);
  await writeFile(path, head);
  await truncate(path, partition + 200 * MIB);
  await patchFile(path, partition, recordedPhysicalVolume());
  await patchFile(path, partition + MIB, root.subarray(0, 10 * extent));
  await patchFile(path, partition + MIB + 15 * extent, root.subarray(10 * extent));
  return path;
}

async function rootImage(
  folder: string,
  { type = 'ext4', fill = debianTree }: RootOptions,
  size = ROOT_SIZE,
): Promise<Buffer> {
  const tree = join(folder, 'tree');
  const path = join(folder, 'root');
  await mkdir(tree);
  await fill(tree);
  await writeFile(path, Buffer.alloc(size));
  await runCommand('mke2fs', ['-q', '-t', type, '-d', tree, path]);
  return readFile(path);
}

/** Overwrites bytes of a file in place. */
export async function patchFile(path: string, offset: number, content: Buffer): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.write(content, 0, content.length, offset);
  } finally {
    await file.close();
  }
}

/** Runs commands of debugfs on the disk's root file system. */
export async function debugRoot(path: string, command: string): Promise<void> {
  await runCommand('debugfs', ['-w', '-R', command, `${path}?offset=${ROOT_AT}`]);
}

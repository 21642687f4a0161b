import { DiskError } from '../foundation/errors.ts';
import { printable } from '../foundation/printable.ts';
import type { DiskReader } from './disk-reader.ts';
import { type DiskCheck, type Firmware, fail, pass, unknown } from './disk-report.ts';
import { type FileTree, findPath } from './file-tree.ts';
import { isEsp, type PartitionTable } from './partition.ts';
import type { Volume } from './volume.ts';

const SECTOR = 512;
const BOOT_CODE = 440;
/** grub-core/boot/i386/pc/boot.S keeps the first sector of core.img here. */
const GRUB_CORE_SECTOR = 0x5c;
/** These load the boot sector of the partition marked active: syslinux's mbr.bin and gptmbr.bin, and DOS's own. */
const CHAIN_LOADERS =
  /Missing operating system|Operating system load error|Missing OS|Invalid partition table/;

/** UEFI specification 2.10, section 3.5.1.1: what firmware starts from a disk it has no boot entry for. */
const REMOVABLE = ['BOOTX64.EFI', 'BOOTAA64.EFI', 'BOOTIA32.EFI', 'BOOTRISCV64.EFI'] as const;

/** Whether the firmware would find something to start; whether that works only a boot can tell. */
export async function checkBootLoader(
  firmware: Firmware,
  disk: DiskReader,
  table: PartitionTable,
  volumes: readonly Volume[],
): Promise<DiskCheck> {
  return firmware === 'uefi' ? checkUefi(table, volumes) : checkBios(disk, table);
}

async function checkBios(disk: DiskReader, table: PartitionTable): Promise<DiskCheck> {
  const mbr = disk.size < SECTOR ? Buffer.alloc(SECTOR) : await disk.read(0, SECTOR);
  const code = mbr.subarray(0, BOOT_CODE);
  if (mbr.readUInt16LE(510) !== 0xaa55 || isBlank(code)) {
    return fail('boot-loader', 'Its first sector holds no boot code, so a BIOS cannot start it.');
  }
  const text = code.toString('latin1');
  if (text.includes('GRUB')) return checkGrub(disk, mbr);
  if (CHAIN_LOADERS.test(text)) return checkActivePartition(disk, table);
  return unknown('boot-loader', 'Its first sector holds boot code of a loader Kiln does not know.');
}

async function checkGrub(disk: DiskReader, mbr: Buffer): Promise<DiskCheck> {
  const core = Number(mbr.readBigUInt64LE(GRUB_CORE_SECTOR)) * SECTOR;
  const inside = core >= SECTOR && core + SECTOR <= disk.size;
  const first = inside ? await disk.read(core, SECTOR) : Buffer.alloc(SECTOR);
  if (isBlank(first) || first.toString('latin1', 0, 8) === 'EFI PART') {
    return fail('boot-loader', "GRUB's first sector points to no second stage (core.img).");
  }
  return pass('boot-loader', 'GRUB is in the first sector and its second stage is in place.');
}

async function checkActivePartition(disk: DiskReader, table: PartitionTable): Promise<DiskCheck> {
  const active = table.partitions.find((partition) => partition.active);
  if (!active)
    return fail('boot-loader', 'The first sector starts the active partition, but none is marked active.');
  const sector = await disk.read(active.start, SECTOR);
  if (isBlank(sector))
    return fail('boot-loader', `The active partition ${active.number} has no boot sector.`);
  return pass('boot-loader', `The first sector starts partition ${active.number}, which has a boot sector.`);
}

async function checkUefi(table: PartitionTable, volumes: readonly Volume[]): Promise<DiskCheck> {
  const systems = volumes.filter(({ partition }) => partition !== undefined && isEsp(partition));
  if (systems.length === 0) {
    const kind = table.kind === 'none' ? 'no partition table' : 'no EFI system partition';
    return fail('boot-loader', `It has ${kind}, so UEFI firmware cannot start it.`);
  }
  const loaders: string[] = [];
  for (const { tree } of systems) if (tree) loaders.push(...(await efiLoaders(tree)));
  const removable = loaders.find((path) =>
    REMOVABLE.some((name) => path.toUpperCase() === `EFI/BOOT/${name}`),
  );
  if (removable) return pass('boot-loader', `${removable} is on the EFI system partition.`);
  const [other] = loaders;
  if (other === undefined) return fail('boot-loader', 'Its EFI system partition holds no boot loader.');
  return unknown(
    'boot-loader',
    `Its loader ${other} starts only where the firmware has a boot entry for it; EFI/BOOT/BOOTX64.EFI is missing.`,
  );
}

/** `EFI/<vendor>/<name>.EFI`, each a program by its first bytes. */
async function efiLoaders(tree: FileTree): Promise<readonly string[]> {
  try {
    const efi = await findPath(tree, 'EFI');
    if (efi?.kind !== 'directory') return [];
    const found: string[] = [];
    for (const vendor of (await tree.entries(efi)).slice(0, 64)) {
      const folder = vendor.name.startsWith('.') ? undefined : await tree.find(efi, vendor.name);
      if (folder?.kind !== 'directory') continue;
      for (const { name } of (await tree.entries(folder)).slice(0, 256)) {
        const file = name.toUpperCase().endsWith('.EFI') ? await tree.find(folder, name) : undefined;
        const isProgram = file?.kind === 'file' && (await tree.read(file, 2)).toString('latin1') === 'MZ';
        if (isProgram) found.push(printable(`EFI/${vendor.name}/${name}`));
      }
    }
    return found;
  } catch (error) {
    if (error instanceof DiskError) return []; // a damaged ESP starts nothing
    throw error;
  }
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0);
}

import type { Firmware } from './disk-report.ts';
import { type FileTree, findPath } from './file-tree.ts';

/** Whether the deploy ramdisk of Ironic can install GRUB out of a root file system, so that the node boots from its own disk. */
export type LocalBoot = {
  /** Firmware for which it can. */
  readonly firmware: readonly Firmware[];
  /** Goes on after "local boot: ". */
  readonly sentence: string;
};

/** GRUB's programs: Debian's and Ubuntu's names, and those of Fedora, SUSE and their kin. */
const PREFIXES = ['grub', 'grub2'] as const;
const PROGRAMS = ['install', 'mkconfig'] as const;

/** A file that grub-install(8) cannot do without, of each of its platforms; 64-bit UEFI and a PC's BIOS. */
const PLATFORMS: readonly (readonly [Firmware, string])[] = [
  ['bios', 'i386-pc/boot.img'],
  ['uefi', 'x86_64-efi/modinfo.sh'],
  ['uefi', 'arm64-efi/modinfo.sh'],
];

/**
 * The deploy ramdisk (ironic-python-agent, `install_bootloader`) mounts the root file system on the node, and there, in a chroot, runs
 * `grub-install DISK` and `grub-mkconfig -o /boot/grub/grub.cfg` (`grub2-…` where those are): programs, modules and kernel must all be in
 * that one file system. For UEFI it makes the system partition itself and installs into it.
 * @param hasKernel whether kernel and initrd are in the root file system's own /boot
 */
export async function localBootOf(root: FileTree, hasKernel: boolean): Promise<LocalBoot> {
  if (!hasKernel) return no('/boot is a volume of its own, and the root file system has no kernel');
  const prefix = await firstThere(PREFIXES, (name) =>
    allThere(
      root,
      PROGRAMS.map((program) => `usr/sbin/${name}-${program}`),
    ),
  );
  if (prefix === undefined) return no('the root file system has no grub-install and grub-mkconfig');
  const firmware = new Set<Firmware>();
  for (const [kind, file] of PLATFORMS)
    if (await allThere(root, [`usr/lib/grub/${file}`])) firmware.add(kind);
  if (firmware.size === 0) return no('the root file system has no modules of GRUB (/usr/lib/grub)');
  const words = [...firmware].map((kind) => (kind === 'bios' ? 'BIOS' : 'UEFI')).join(' and ');
  return {
    firmware: [...firmware],
    sentence: `with ${words}: ${prefix}-install and its modules are in the root file system`,
  };
}

const no = (why: string): LocalBoot => ({
  firmware: [],
  sentence: `not possible, only with kernel and ramdisk over the network: ${why}`,
});

async function firstThere<T>(
  all: readonly T[],
  isThere: (one: T) => Promise<boolean>,
): Promise<T | undefined> {
  for (const one of all) if (await isThere(one)) return one;
  return undefined;
}

async function allThere(tree: FileTree, paths: readonly string[]): Promise<boolean> {
  for (const path of paths) if ((await findPath(tree, path))?.kind !== 'file') return false;
  return true;
}

import type { ConsolePattern } from './console-pattern.ts';

const NO_MEDIUM =
  'Check that the media is bootable on this firmware (BIOS or UEFI) and, for a finished disk, that its boot loader was installed.';
const NO_ROOT =
  'Check root= on the kernel command line and that the initramfs holds the driver of the disk bus.';

/** What the kernel itself says. */
export const KERNEL_PATTERNS: readonly ConsolePattern[] = [
  {
    id: 'kernel.no-root',
    family: 'kernel',
    kind: 'panic',
    regex: /Kernel panic - not syncing: VFS: Unable to mount root fs/,
    meaning:
      'the kernel found no root file system: the initrd was not loaded, is damaged, or memory is too small',
    suggestion: 'Check the initrd and give the guest more memory.',
  },
  {
    id: 'kernel.out-of-memory',
    family: 'kernel',
    kind: 'panic',
    regex: /Kernel panic - not syncing: (System is deadlocked on memory|Out of memory)/,
    meaning: 'the guest ran out of memory',
    suggestion: 'Raise memory in the template.',
  },
  {
    id: 'kernel.panic',
    family: 'kernel',
    kind: 'panic',
    regex: /(?<!end )Kernel panic - not syncing/,
    meaning: "the guest's kernel panicked",
    suggestion:
      'On emulated CPUs (TCG) a CPU model without cx16 helps Debian 13 kernels: cpu "max,cx16=off". Otherwise try another CPU model or kernel.',
  },
  {
    id: 'kernel.halted',
    family: 'kernel',
    kind: 'error',
    regex: /reboot: System halted/,
    meaning: 'the guest halted instead of powering off, so QEMU never ends',
    suggestion:
      'Kickstart: add `poweroff` (the default is halt). Preseed: d-i debian-installer/exit/poweroff boolean true. Autoinstall: shutdown: poweroff.',
  },
  {
    id: 'kernel.power-down',
    family: 'kernel',
    kind: 'ending',
    regex: /reboot: Power down|^Requesting system poweroff|^Powering off\.$/,
    meaning: 'the guest powers off',
  },
  {
    id: 'kernel.restart',
    family: 'kernel',
    kind: 'ending',
    regex: /reboot: Restarting system|^Requesting system reboot|^Rebooting\.$/,
    meaning: 'the guest restarts',
  },
];

/** What firmware, boot loaders and the initramfs say when there is nothing to go on with. */
export const FIRMWARE_PATTERNS: readonly ConsolePattern[] = [
  {
    id: 'firmware.seabios-no-device',
    family: 'firmware',
    kind: 'not-booted',
    regex: /^No bootable device\./,
    meaning: 'the BIOS found nothing to boot',
    suggestion: NO_MEDIUM,
  },
  {
    id: 'firmware.seabios-boot-failed',
    family: 'firmware',
    kind: 'not-booted',
    regex: /^Boot failed: /,
    meaning: 'the BIOS could not boot from the device',
    suggestion: NO_MEDIUM,
  },
  {
    id: 'firmware.uefi-no-option',
    family: 'firmware',
    kind: 'not-booted',
    regex:
      /BdsDxe: (No bootable option or device was found|failed to (load|start) Boot)|Press any key to enter the Boot Manager Menu/,
    meaning: 'the UEFI firmware found nothing to boot',
    suggestion: NO_MEDIUM,
  },
  {
    id: 'firmware.uefi-shell',
    family: 'firmware',
    kind: 'not-booted',
    regex: /^Shell>$|UEFI Interactive Shell v\d|to skip startup\.nsh or any other key to continue/,
    meaning: 'the UEFI firmware found nothing to boot and started its shell',
    suggestion: NO_MEDIUM,
  },
  {
    id: 'firmware.ipxe',
    family: 'firmware',
    kind: 'not-booted',
    regex:
      /^iPXE>$|^Nothing to boot: |^No more network devices$|^Could not (boot|start download|chain)\b.*ipxe\.org\//,
    meaning: 'iPXE could not fetch or start anything',
    suggestion:
      'Look up the address in the message; check the network of the guest and the address of the script.',
  },
  {
    id: 'firmware.grub',
    family: 'firmware',
    kind: 'not-booted',
    regex: /^grub( rescue)?>$|^Entering rescue mode\.\.\.$/,
    meaning: 'GRUB found no configuration and shows its prompt',
    suggestion: NO_MEDIUM,
  },
  {
    id: 'firmware.isolinux',
    family: 'firmware',
    kind: 'not-booted',
    regex:
      /^(isolinux|SYSLINUX|ISOLINUX).*(No DEFAULT or UI configuration directive found|Image checksum error|Failed to load)/i,
    meaning: 'the boot loader of the media found no configuration or a damaged file',
    suggestion: 'Check the media against its checksum.',
  },
  {
    id: 'firmware.dracut-emergency',
    family: 'firmware',
    kind: 'not-booted',
    regex:
      /Entering emergency mode\. Exit the shell to continue|^Generating "\/run\/initramfs\/rdsosreport\.txt"|^dracut:\S*#$/,
    meaning: 'dracut found no root file system or installer image and started its emergency shell',
    suggestion: NO_ROOT,
  },
  {
    id: 'firmware.initramfs-shell',
    family: 'firmware',
    kind: 'not-booted',
    regex: /^\(initramfs\)$|^ALERT!\s+\S+ does not exist\.\s+Dropping to a shell!/,
    meaning: 'the initramfs found no root file system and started its shell',
    suggestion: NO_ROOT,
  },
  {
    id: 'firmware.emergency-mode',
    family: 'firmware',
    kind: 'not-booted',
    regex:
      /^You are in emergency mode\.|^Give root password for maintenance|^Press Enter for (maintenance|system maintenance)/,
    meaning: 'systemd entered emergency mode: a mount or a service needed for booting failed',
    suggestion: 'Check /etc/fstab of the guest: it may name a disk that is not there.',
  },
];

/** A last resort: a line that looks like a question. */
export const GENERIC_PATTERNS: readonly ConsolePattern[] = [
  {
    id: 'generic.question',
    family: 'generic',
    kind: 'prompt',
    regex: /^[A-Z][^:?>]{2,70}(:|\?( \[[^\]]+\])?|\? \([yY](es)?[/|][nN]o?\))$/,
    meaning: 'it seems to ask a question',
    suggestion: 'Answer it in the install script.',
    vague: true,
  },
];

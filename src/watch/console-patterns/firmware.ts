import type { ConsolePattern } from '../console-pattern.ts';

const NO_MEDIUM =
  'Check that the media is bootable on this firmware (BIOS or UEFI) and, for a finished disk, that its boot loader was installed.';
const NO_ROOT =
  'Check root= on the kernel command line and that the initramfs holds the driver of the disk bus.';

const NOBODY_AT_IPXE =
  'Nobody answers there: give the image a script that chooses by itself (choose --default … --timeout …, or settings instead of ' +
  'questions), or let Kiln make the image for this build: --location with --ipxe instead of --cdrom.';

const row = { family: 'firmware', kind: 'not-booted', phase: 'booting' } as const;

const LOOP =
  'The console before each start tells why; a kernel that resets itself (CPU model, memory) and a boot order that leads back to the medium are usual.';

/** What firmware, boot loaders and the initramfs say when there is nothing to go on with. */
export const FIRMWARE_PATTERNS: readonly ConsolePattern[] = [
  {
    ...row,
    id: 'firmware.boot-loop',
    kind: 'error',
    times: 3,
    regex: /^SeaBIOS \(version |^BdsDxe: starting Boot\d{4} /,
    meaning: 'the machine starts again and again',
    remedy: LOOP,
    sample: {
      from: 'documented',
      text: 'SeaBIOS (version 1.16.2)\nSeaBIOS (version 1.16.2)\nSeaBIOS (version 1.16.2)\n',
    },
    never: 'This is SeaBIOS (version 1.16.2)',
  },
  {
    ...row,
    id: 'firmware.seabios-no-device',
    regex: /^No bootable device\./,
    meaning: 'the BIOS found nothing to boot',
    remedy: NO_MEDIUM,
    sample: {
      from: 'documented',
      text: 'Booting from Hard Disk...\nBoot failed: not a bootable disk\n\nNo bootable device.',
    },
    never: 'Found no bootable devices list',
  },
  {
    ...row,
    id: 'firmware.seabios-boot-failed',
    regex: /^Boot failed: /,
    meaning: 'the BIOS could not boot from the device',
    remedy: NO_MEDIUM,
    sample: { from: 'documented', text: 'Boot failed: not a bootable disk' },
    never: 'Boot failed over to the second mirror',
  },
  {
    ...row,
    id: 'firmware.uefi-no-option',
    regex:
      /BdsDxe: (No bootable option or device was found|failed to (load|start) Boot)|Press any key to enter the Boot Manager Menu/,
    meaning: 'the UEFI firmware found nothing to boot',
    remedy: NO_MEDIUM,
    sample: {
      from: 'documented',
      text: 'BdsDxe: failed to load Boot0001 "UEFI QEMU DVD-ROM QM00001 " from PciRoot(0x0)/Pci(0x1F,0x2)/Sata(0x0,0xFFFF,0x0): Not Found\nBdsDxe: No bootable option or device was found.',
    },
    never: 'BdsDxe: starting Boot0001 "UEFI QEMU DVD-ROM"',
  },
  {
    ...row,
    id: 'firmware.uefi-shell',
    regex: /^Shell>$|UEFI Interactive Shell v\d|to skip startup\.nsh or any other key to continue/,
    meaning: 'the UEFI firmware found nothing to boot and started its shell',
    remedy: NO_MEDIUM,
    sample: {
      from: 'documented',
      text: 'UEFI Interactive Shell v2.2\nEDK II\nPress ESC in 1 seconds to skip startup.nsh or any other key to continue.\nShell>',
    },
    never: 'Shell> is the prompt of the firmware',
  },
  {
    ...row,
    id: 'firmware.ipxe-loader',
    kind: 'error',
    regex: /^KILN-IPXE failed\b/,
    meaning: 'the script on the iPXE ISO could not load the installer',
    remedy:
      'The lines above name the address and its error; check the network of the guest and that the server still has the files.',
    sample: { from: 'documented', text: 'KILN-IPXE failed: 0x2d0c618e' },
    never: 'KILN-IPXE http://10.0.2.2:9/dead.ipxe failed: 0x280a6011',
  },
  {
    ...row,
    id: 'firmware.ipxe',
    regex:
      /^Nothing to boot: |^No more network devices$|^Could not (boot|start download|chain)\b.*ipxe\.org\//,
    meaning: 'iPXE could not fetch or start anything',
    remedy:
      'Look up the address in the message; check the network of the guest and the address of the script.',
    sample: {
      from: 'recorded',
      text: 'https-test\nCould not start download: Operation not supported (http://ipxe.org/3c092003)',
    },
    never: 'iPXE initialising devices...ok',
  },
  {
    ...row,
    id: 'firmware.ipxe-ended',
    // Told instead of what the firmware says then (ipxe-console.ts), with the last error of iPXE.
    regex: /^iPXE ended(?:: (?<named>\S.*))?$/,
    meaning: 'iPXE ended without starting anything',
    remedy:
      'Correct the script that iPXE ran (of its image, or what DHCP named): `exit`, its end, or a command that fails without `|| …` behind it ends iPXE. Where an ' +
      'address is named, check that its server has it and that the guest reaches the server; `kiln ipxe check FILE` looks at a script.',
    sample: {
      from: 'recorded',
      text: 'iPXE ended: http://10.0.2.2:8081/nothere.ipxe... No such file or directory (http://ipxe.org/2d0c613b)',
    },
    never: 'iPXE ended up in its shell',
  },
  {
    ...row,
    id: 'firmware.ipxe-shell',
    kind: 'prompt',
    regex: /^iPXE>$/,
    meaning: "iPXE's shell waits for commands",
    remedy:
      'Nobody types there: take `shell` out of the script of the image, and say in it what is to happen when a command fails ' +
      '(|| goto …), or let Kiln make the image for this build: --location with --ipxe instead of --cdrom.',
    sample: { from: 'recorded', text: 'here comes a shell\niPXE>' },
    never: 'iPXE> help',
  },
  {
    ...row,
    id: 'firmware.ipxe-menu',
    kind: 'prompt',
    // Read off the rebuilt screen (ipxe-console.ts), as the next one is.
    regex: /^iPXE menu: /,
    meaning: 'the iPXE image shows a menu and waits for a choice',
    remedy: NOBODY_AT_IPXE,
    sample: { from: 'recorded', text: 'iPXE menu: Boot menu of the lab' },
    never: 'Loading the iPXE menu: menu.ipxe... ok',
  },
  {
    ...row,
    id: 'firmware.ipxe-form',
    kind: 'prompt',
    regex: /^iPXE form: /,
    meaning: 'the iPXE image asks for a login or shows its settings, and waits',
    remedy: NOBODY_AT_IPXE,
    sample: { from: 'recorded', text: 'iPXE form: login' },
    never: 'iPXE formats: bzImage',
  },
  {
    ...row,
    id: 'firmware.ipxe-question',
    kind: 'prompt',
    // Any unfinished line (ipxe-console.ts).
    regex: /^iPXE asks: /,
    vague: true,
    meaning: 'the script of the iPXE image asks for something, or for a key',
    remedy: NOBODY_AT_IPXE,
    sample: { from: 'recorded', text: 'iPXE asks: Hostname:' },
    never: 'iPXE asked for an address',
  },
  {
    ...row,
    id: 'firmware.grub',
    regex: /^grub( rescue)?>$|^Entering rescue mode\.\.\.$/,
    meaning: 'GRUB found no configuration and shows its prompt',
    remedy: NO_MEDIUM,
    sample: {
      from: 'documented',
      text: 'error: no such partition.\nEntering rescue mode...\ngrub rescue>',
    },
    never: 'Installing grub rescue packages',
  },
  {
    ...row,
    id: 'firmware.isolinux',
    // The banner may stand in front, or on a line of its own.
    regex:
      /^(?:(?:iso|sys)linux\b.*)?(?:No DEFAULT or UI configuration directive found|WARNING: No configuration file found)|^(?:iso|sys)linux.*(?:Image checksum error|Failed to load)|^Failed to load \w+\.c32/i,
    meaning: 'the boot loader of the media found no configuration or a damaged file',
    remedy:
      'Check the media against its checksum; in media of your own, put isolinux.cfg (for SYSLINUX: syslinux.cfg) beside the boot loader.',
    sample: {
      from: 'recorded',
      text: 'ISOLINUX 6.04 20200816 ETCD Copyright (C) 1994-2015 H. Peter Anvin et al\nWARNING: No configuration file found\nboot:',
    },
    never: 'ISOLINUX 6.04 20200816  Copyright (C) 1994-2015 H. Peter Anvin et al',
  },
  {
    ...row,
    id: 'firmware.dracut-emergency',
    regex:
      /Entering emergency mode\. Exit the shell to continue|^Generating "\/run\/initramfs\/rdsosreport\.txt"|^dracut:\S*#$/,
    meaning: 'dracut found no root file system or installer image and started its emergency shell',
    remedy: NO_ROOT,
    sample: {
      from: 'documented',
      text: '[  190.13] dracut-initqueue[701]: Warning: Could not boot.\nGenerating "/run/initramfs/rdsosreport.txt"\nEntering emergency mode. Exit the shell to continue.\ndracut:/#',
    },
    never: 'dracut: Mounted root filesystem /dev/vda2',
  },
  {
    ...row,
    id: 'firmware.initramfs-shell',
    regex: /^\(initramfs\)$|^ALERT!\s+\S+ does not exist\.\s+Dropping to a shell!/,
    meaning: 'the initramfs found no root file system and started its shell',
    remedy: NO_ROOT,
    sample: {
      from: 'documented',
      text: 'ALERT!  UUID=0c1f7a52-2a53-4ac5-bc0b-21c0bd67e9cb does not exist.  Dropping to a shell!\n(initramfs)',
    },
    never: 'Loading the (initramfs) image',
  },
  {
    ...row,
    id: 'firmware.emergency-mode',
    regex:
      /^You are in emergency mode\.|^Give root password for maintenance|^Press Enter for (maintenance|system maintenance)|^\(or press Control-D to continue\):/,
    meaning: 'systemd entered emergency mode: a mount or a service needed for booting failed',
    remedy: 'Check /etc/fstab of the guest: it may name a disk that is not there.',
    sample: {
      from: 'documented',
      text: 'You are in emergency mode. After logging in, type "journalctl -xb" to view\nsystem logs, "systemctl reboot" to reboot, or "exit"\nGive root password for maintenance\n(or press Control-D to continue):',
    },
    never: 'Welcome to emergency mode documentation',
  },
];

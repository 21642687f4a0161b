/**
 * The menus of the offline ISO for those who boot it themselves (`--cdrom`): both use the serial port besides the screen.
 * With direct kernel boot (`--location`) they are not used.
 */

/** Boot arguments of debian-installer for text on a serial console, nothing asked that has a default. */
const AUTOMATED =
  'priority=critical TERM=dumb DEBIAN_FRONTEND=text debian-installer/allow_unauthenticated=true console=ttyS0,115200n8';
const INTERACTIVE = 'DEBIAN_FRONTEND=text debian-installer/allow_unauthenticated=true console=ttyS0,115200n8';
/** Arguments after the dashes end up on the installed system's kernel command line. */
const INSTALLED = '--- console=ttyS0,115200n8';
/** kickseed's menu entry must have the word "auto" in it, else one installer per console starts; see docs/media.md. */
const KICKSTART = `netcfg/choose_interface=auto ks=cdrom:/ks.cfg ${AUTOMATED}`;

type Entry = { readonly label: string; readonly title: string; readonly args: string };

const ENTRIES: readonly Entry[] = [
  {
    label: 'auto',
    title: 'Unattended, /preseed.cfg of the medium',
    args: `auto=true file=/cdrom/preseed.cfg ${AUTOMATED}`,
  },
  { label: 'ks', title: 'Unattended, /ks.cfg of the medium', args: KICKSTART },
  { label: 'install', title: 'Install by hand', args: INTERACTIVE },
];

const DEFAULT_ENTRY = 'install';

/** isolinux.cfg: waits `timeout` tenths of a second (1 at least), `serial` must come first (syslinux wiki, SYSLINUX). */
export function isolinuxMenu(): string {
  const entries = ENTRIES.map(
    ({ label, args }) =>
      `label ${label}\n  kernel /install.amd/vmlinuz\n  append initrd=/install.amd/initrd.gz ${args} ${INSTALLED}\n`,
  );
  const labels = ENTRIES.map(({ label }) => label).join(', ');
  return `serial 0 115200\ndefault ${DEFAULT_ENTRY}\nprompt 1\ntimeout 50\nsay Debian offline installer: ${labels}\n${entries.join('')}`;
}

export function grubMenu(): string {
  const entries = ENTRIES.map(
    ({ label, title, args }) =>
      `menuentry "${title}" --id ${label} {\n  linux /install.amd/vmlinuz ${args} ${INSTALLED}\n  initrd /install.amd/initrd.gz\n}\n`,
  );
  return [
    'serial --unit=0 --speed=115200',
    'terminal_input console serial',
    'terminal_output console serial',
    'set timeout=5',
    `set default=${DEFAULT_ENTRY}`,
    entries.join(''),
  ].join('\n');
}

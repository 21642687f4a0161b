/** One entry that starts by itself, on the screen and on the first serial port. */
export type BootEntry = {
  readonly title: string;
  /** Arguments of the kernel, one by one. */
  readonly kernelArguments: readonly string[];
};

/** Where kernel and initrd lie on every image; names of eight letters and three, since FAT and ISO 9660 agree on them. */
export const BOOT_FILES = { kernel: 'boot/vmlinuz', initrd: 'boot/initrd.gz' } as const;

/** By this file GRUB knows the volume it was started from among others. */
export const BOOTSTRAP_MARK = '.kiln-bootstrap';

/** isolinux.cfg and syslinux.cfg: `serial` first, `timeout` in tenths of a second (syslinux wiki, "SYSLINUX"). */
export function syslinuxMenu({ title, kernelArguments }: BootEntry): string {
  return [
    'serial 0 115200',
    'default install',
    'prompt 0',
    'timeout 10',
    `say ${title}`,
    'label install',
    `  kernel /${BOOT_FILES.kernel}`,
    `  append initrd=/${BOOT_FILES.initrd} ${kernelArguments.join(' ')}`,
    '',
  ].join('\n');
}

export function grubMenu({ title, kernelArguments }: BootEntry): string {
  return [
    'serial --unit=0 --speed=115200',
    'terminal_input console serial',
    'terminal_output console serial',
    'set timeout=1',
    `menuentry ${quoted(title)} --id install {`,
    `  linux /${BOOT_FILES.kernel} ${kernelArguments.map(quoted).join(' ')}`,
    `  initrd /${BOOT_FILES.initrd}`,
    '}',
    '',
  ].join('\n');
}

/** What GRUB begins with, wherever its firmware found it. */
export const GRUB_START = [
  `search --no-floppy --set=root --file /${BOOTSTRAP_MARK}`,
  'configfile ($root)/boot/grub/grub.cfg',
  '',
].join('\n');

/** For GRUB's shell: a `;` in an argument would end the command. */
const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

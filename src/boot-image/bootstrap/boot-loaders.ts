import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HostError } from '../../foundation/errors.ts';
import { writeFile } from '../../foundation/write-file.ts';
import { CommandError, runCommand } from '../../process/run-command.ts';
import type { ToolContext } from '../tool-context.ts';
import { GRUB_START } from './boot-menus.ts';

/** SYSLINUX's master boot record for disks (host-packages/packages.txt). */
const DISK_RECORDS = [
  '/usr/lib/syslinux/mbr/mbr.bin',
  '/usr/share/syslinux/mbr.bin',
  '/usr/lib/syslinux/bios/mbr.bin',
];

/** @throws HostError `host.tool-missing` */
export async function diskBootRecord(): Promise<Buffer> {
  for (const path of DISK_RECORDS) {
    const content = await readFile(path).catch(() => undefined);
    if (content !== undefined) return content;
  }
  throw missing('mbr.bin', 'syslinux-common');
}

/** Modules for reading the volumes, starting Linux and using both consoles. */
const GRUB_MODULES =
  'normal linux iso9660 fat part_msdos part_gpt search search_fs_file configfile serial terminal echo all_video efi_gop sleep test';

/**
 * Makes GRUB for UEFI as one file, which looks for the bootstrap volume by itself.
 * @throws HostError `host.tool-missing`
 */
export async function makeGrub(folder: string, options: ToolContext): Promise<string> {
  const start = join(folder, 'start.cfg');
  const loader = join(folder, 'bootx64.efi');
  await writeFile(start, GRUB_START);
  const args = [
    ...['-O', 'x86_64-efi', '-o', loader, '--modules', 'part_msdos part_gpt fat iso9660'],
    ...['--install-modules', GRUB_MODULES, '--locales=', '--fonts=', '--themes='],
    `boot/grub/grub.cfg=${start}`,
  ];
  for (const program of ['grub-mkstandalone', 'grub2-mkstandalone']) {
    try {
      await runCommand(program, args, options);
      return loader;
    } catch (error) {
      if (!(error instanceof CommandError && error.notFound)) throw error;
    }
  }
  throw missing('grub-mkstandalone', 'grub-common and grub-efi-amd64-bin');
}

export function missing(what: string, packages: string): HostError {
  const message = `${what} is not installed; it makes media that boot (Debian: ${packages}).`;
  return new HostError('host.tool-missing', message, { details: { tool: what } });
}

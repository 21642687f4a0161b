import { chmod, copyFile, link, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from '../../foundation/make-folder.ts';
import { makeOwnFolder } from '../../foundation/own-folder.ts';
import { writeFile } from '../../foundation/write-file.ts';
import { CommandError } from '../../process/run-command.ts';
import { imageFailure } from '../image-failure.ts';
import { findIsolinux } from '../isolinux-files.ts';
import { makeEfiImage } from '../make-efi-image.ts';
import type { ToolContext } from '../tool-context.ts';
import { writeHybridIso } from '../write-hybrid-iso.ts';
import { makeGrub } from './boot-loaders.ts';
import { BOOT_FILES, BOOTSTRAP_MARK, type BootEntry, grubMenu, syslinuxMenu } from './boot-menus.ts';
import { type DiskFile, makeBootDisk } from './disk-image.ts';

export const BOOTSTRAP_FORMATS = ['iso', 'disk'] as const;
export type BootstrapFormat = (typeof BOOTSTRAP_FORMATS)[number];

export type Bootstrap = {
  readonly kernelPath: string;
  readonly initrdPath: string;
  readonly entry: BootEntry;
  readonly format: BootstrapFormat;
  /** It holds secrets: nobody but its owner may read the image. Others get the mode that the umask leaves. */
  readonly isPrivate: boolean;
};

/** Every date in the ISO, so that the same input gives the same file system: 2020-01-01 UTC. */
const DATE = new Date('2020-01-01T00:00:00Z');
const LABEL = 'KILN_BOOT';

/**
 * A small image that boots by itself, by BIOS and by UEFI, into an installer's kernel with the arguments that make it run unattended; for
 * clouds and hosts that cannot be given a kernel.
 * @throws HostError `host.tool-missing`, `host.tool-failed`, `host.no-space`
 */
export async function makeBootstrap(bootstrap: Bootstrap, path: string, options: ToolContext): Promise<void> {
  const folder = await makeOwnFolder(dirname(path), '.kiln-bootstrap-');
  try {
    const image = join(folder, 'image');
    if (bootstrap.format === 'iso') await makeIso(bootstrap, folder, image, options);
    else await makeDisk(bootstrap, folder, image, options);
    if (bootstrap.isPrivate) await chmod(image, 0o600);
    await rename(image, path);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const needs = 'xorriso, mtools, SYSLINUX and GRUB';
    throw imageFailure(error, { subject: 'The bootstrap image', path, folder, needs });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function makeIso(
  { kernelPath, initrdPath, entry }: Bootstrap,
  folder: string,
  image: string,
  options: ToolContext,
): Promise<void> {
  const tree = join(folder, 'tree');
  for (const name of ['boot/grub', 'isolinux']) await makeFolder(join(tree, name));
  await place(kernelPath, join(tree, BOOT_FILES.kernel));
  await place(initrdPath, join(tree, BOOT_FILES.initrd));
  await writeFile(join(tree, BOOTSTRAP_MARK), '');
  await writeFile(join(tree, 'boot/grub/grub.cfg'), grubMenu(entry));
  await writeFile(join(tree, 'isolinux/isolinux.cfg'), syslinuxMenu(entry));
  const { binary, library, hybridMbr } = await findIsolinux();
  await copyFile(binary, join(tree, 'isolinux/isolinux.bin'));
  await copyFile(library, join(tree, 'isolinux/ldlinux.c32'));
  const efiImage = 'boot/grub/efi.img';
  const bootLoader = await makeGrub(folder, options);
  await makeEfiImage({ bootLoader, date: DATE }, join(tree, efiImage), options);
  await writeHybridIso({ tree, volumeLabel: LABEL, hybridMbr, efiImage, date: DATE }, image, options);
}

async function makeDisk(
  { kernelPath, initrdPath, entry }: Bootstrap,
  folder: string,
  image: string,
  options: ToolContext,
): Promise<void> {
  const write = async (name: string, text: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  };
  const files: readonly DiskFile[] = [
    { from: kernelPath, to: BOOT_FILES.kernel },
    { from: initrdPath, to: BOOT_FILES.initrd },
    { from: await write('mark', ''), to: BOOTSTRAP_MARK },
    { from: await write('grub.cfg', grubMenu(entry)), to: 'boot/grub/grub.cfg' },
    { from: await write('syslinux.cfg', syslinuxMenu(entry)), to: 'syslinux.cfg' },
    { from: await makeGrub(folder, options), to: 'EFI/BOOT/BOOTX64.EFI' },
  ];
  await makeBootDisk(image, files, options);
}

/** A link where the folders are on one file system; initrds are large. */
async function place(from: string, to: string): Promise<void> {
  await link(from, to).catch(() => copyFile(from, to));
}

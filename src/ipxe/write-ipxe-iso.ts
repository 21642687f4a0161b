import { copyFile, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { imageFailure } from '../boot-image/image-failure.ts';
import type { IsolinuxFiles } from '../boot-image/isolinux-files.ts';
import { makeEfiImage } from '../boot-image/make-efi-image.ts';
import type { ToolContext } from '../boot-image/tool-context.ts';
import { writeHybridIso } from '../boot-image/write-hybrid-iso.ts';
import { SpecError } from '../foundation/errors.ts';
import { makeFolder } from '../foundation/make-folder.ts';
import { makeOwnFolder } from '../foundation/own-folder.ts';
import { formatSize } from '../foundation/size.ts';
import { aboutFile, writeFile } from '../foundation/write-file.ts';
import { CommandError } from '../process/run-command.ts';
import { type BootFirmware, type IpxePrograms, requirePrograms } from './ipxe-programs.ts';

export type IpxeIso = {
  readonly programs: IpxePrograms;
  readonly isolinux: IsolinuxFiles | undefined;
  readonly firmware: readonly BootFirmware[];
  /** The script of each firmware's iPXE. They may differ: the two programs know different commands. */
  readonly scripts: Readonly<Partial<Record<BootFirmware, string>>>;
};

/** Volume label, by which Kiln and people know it. */
export const IPXE_LABEL = 'KILN_IPXE';

/** More than any menu is long, and small enough for the real-mode loader's memory; a larger one is fetched by URL. */
export const LARGEST_SCRIPT = 256 * 1024;

/** Every date in the image, so that the same script gives the same image: 2020-01-01 UTC. */
const ISO_DATE = new Date(Date.UTC(2020, 0, 1));

const EFI_OVERHEAD_KIB = 100;

/** Cylinders of 256 KiB instead of 1 MiB. */
const STICK_HEADS = 16;

/**
 * Writes the image that boots as a CD and from a stick: on BIOS through ISOLINUX, which hands iPXE the script as its initrd
 * (ipxe.org/embed); on UEFI as `autoexec.ipxe` in the root of the partition the firmware starts iPXE from.
 * @throws SpecError `ipxe.script-too-large`; HostError `ipxe.not-installed`, `ipxe.no-uefi-script`, `host.tool-missing`, `host.no-space`
 */
export async function writeIpxeIso(iso: IpxeIso, outPath: string, context: ToolContext = {}): Promise<void> {
  const { programs, firmware, isolinux } = iso;
  for (const script of Object.values(iso.scripts)) requireSmall(script);
  requirePrograms(programs, firmware);
  const out = resolve(outPath);
  const work = await makeOwnFolder(dirname(out), '.ipxe-').catch((error: unknown) => {
    throw aboutFile(error, out);
  });
  try {
    const tree = join(work, 'tree');
    await makeFolder(join(tree, 'isolinux'));
    const bios = firmware.includes('bios') && programs.lkrn !== undefined ? programs.lkrn : undefined;
    if (bios !== undefined && isolinux !== undefined) {
      await placeIsolinux(tree, bios, isolinux);
      await writeFile(join(tree, 'boot.ipxe'), iso.scripts.bios ?? '');
    }
    const efi = firmware.includes('uefi') ? programs.efi : undefined;
    if (efi !== undefined) {
      const script = join(tree, 'autoexec.ipxe');
      await writeFile(script, iso.scripts.uefi ?? '');
      const files = [{ path: 'autoexec.ipxe', source: script }];
      const image = { bootLoader: efi, files, date: ISO_DATE, overheadKib: EFI_OVERHEAD_KIB };
      await makeEfiImage(image, join(tree, 'efi.img'), context);
    }
    const image = join(work, 'image.iso');
    const layout = {
      tree,
      volumeLabel: IPXE_LABEL,
      date: ISO_DATE,
      heads: STICK_HEADS,
      ...(bios === undefined || isolinux === undefined ? {} : { hybridMbr: isolinux.hybridMbr }),
      ...(efi === undefined ? {} : { efiImage: 'efi.img' }),
    };
    await writeHybridIso(layout, image, context);
    await rename(image, out);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw imageFailure(error, {
      subject: 'The iPXE ISO',
      path: out,
      folder: work,
      needs: 'xorriso and mtools',
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

export function requireSmall(script: string): void {
  const size = Buffer.byteLength(script);
  if (size <= LARGEST_SCRIPT) return;
  throw new SpecError(
    'ipxe.script-too-large',
    `The script has ${formatSize(size)}; one on the ISO may have ${formatSize(LARGEST_SCRIPT)}. Put it on a web server and have a ` +
      'short script chain to it.',
    { details: { size, largest: LARGEST_SCRIPT } },
  );
}

async function placeIsolinux(tree: string, lkrn: string, isolinux: IsolinuxFiles): Promise<void> {
  await copyFile(isolinux.binary, join(tree, 'isolinux', 'isolinux.bin'));
  await copyFile(isolinux.library, join(tree, 'isolinux', 'ldlinux.c32'));
  await copyFile(lkrn, join(tree, 'ipxe.lkrn'));
  const config = ['default ipxe', 'prompt 0', 'label ipxe', '  kernel /ipxe.lkrn', '  initrd /boot.ipxe', ''];
  await writeFile(join(tree, 'isolinux', 'isolinux.cfg'), config.join('\n'));
}

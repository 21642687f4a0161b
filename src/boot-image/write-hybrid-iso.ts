import { runCommand } from '../process/run-command.ts';
import type { ToolContext } from './tool-context.ts';

export type IsoLayout = {
  /** Folder with the content; for BIOS it holds isolinux/isolinux.bin. */
  readonly tree: string;
  readonly volumeLabel: string;
  /** Master boot record that makes the image boot from a USB stick too (isohybrid); undefined for UEFI alone. */
  readonly hybridMbr?: string;
  /** Path in the tree of the FAT image that UEFI firmware boots; undefined for BIOS alone. */
  readonly efiImage?: string;
  /** Becomes every date in the image. */
  readonly date: Date;
  /** Heads in the geometry that a stick's partition table tells BIOSes: the image is rounded up to as many times 16 KiB. */
  readonly heads?: number;
};

/** What xorriso takes by itself for an image of this size. */
const HEADS = 64;

/**
 * Writes the image: ISOLINUX for BIOS, the EFI image for UEFI, both from CD and from a stick. xorriso takes the
 * volume's dates and identifiers from SOURCE_DATE_EPOCH, those of files from --set_all_file_dates (xorrisofs(1)), so the same tree
 * gives the same image.
 */
export async function writeHybridIso(layout: IsoLayout, path: string, context: ToolContext): Promise<void> {
  const { tree, volumeLabel, hybridMbr, efiImage, date, heads = HEADS } = layout;
  const seconds = Math.floor(date.getTime() / 1000);
  const bios = [
    ...['-b', 'isolinux/isolinux.bin', '-c', 'isolinux/boot.cat'],
    ...['-no-emul-boot', '-boot-load-size', '4', '-boot-info-table'],
  ];
  const geometry = heads === HEADS ? [] : ['-partition_hd_cyl', String(heads), '-partition_sec_hd', '32'];
  const stick = efiImage !== undefined && hybridMbr !== undefined ? ['-isohybrid-gpt-basdat'] : [];
  const uefi = ['-e', efiImage ?? '', '-no-emul-boot', ...stick];
  await runCommand(
    'xorriso',
    [
      ...['-as', 'mkisofs', '-quiet', '-r', '-J', '-joliet-long'],
      ...['-V', volumeLabel, '-o', path],
      ...(hybridMbr === undefined ? [] : ['-isohybrid-mbr', hybridMbr, ...geometry, ...bios]),
      ...(hybridMbr !== undefined && efiImage !== undefined ? ['-eltorito-alt-boot'] : []),
      ...(efiImage === undefined ? [] : uefi),
      ...['--set_all_file_dates', `=${seconds}`],
      tree,
    ],
    { ...context, env: { SOURCE_DATE_EPOCH: String(seconds) } },
  );
}

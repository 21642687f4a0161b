import { runCommand } from '../../process/run-command.ts';
import type { AptContext } from './apt-view.ts';

export type IsoLayout = {
  readonly tree: string;
  readonly volumeLabel: string;
  /** Master boot record that makes the image boot from a USB stick too (isohybrid). */
  readonly hybridMbr: string;
  /** Becomes every date in the image. */
  readonly date: Date;
};

/**
 * Writes the image: ISOLINUX for BIOS, the EFI image for UEFI, both from CD and from a stick. xorriso takes the
 * volume's dates and identifiers from SOURCE_DATE_EPOCH, those of files from --set_all_file_dates (xorrisofs(1)), so the same tree
 * gives the same image.
 */
export async function writeInstallerIso(layout: IsoLayout, path: string, context: AptContext): Promise<void> {
  const seconds = Math.floor(layout.date.getTime() / 1000);
  await runCommand(
    'xorriso',
    [
      ...['-as', 'mkisofs', '-quiet', '-r', '-J', '-joliet-long'],
      ...['-V', layout.volumeLabel, '-o', path, '-isohybrid-mbr', layout.hybridMbr],
      ...['-b', 'isolinux/isolinux.bin', '-c', 'isolinux/boot.cat'],
      ...['-no-emul-boot', '-boot-load-size', '4', '-boot-info-table'],
      ...['-eltorito-alt-boot', '-e', 'boot/grub/efi.img', '-no-emul-boot', '-isohybrid-gpt-basdat'],
      ...['--set_all_file_dates', `=${seconds}`],
      layout.tree,
    ],
    { ...context, env: { SOURCE_DATE_EPOCH: String(seconds) } },
  );
}

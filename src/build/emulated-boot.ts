import type { ResolvedMedia } from '../media/install-media.ts';
import { type UncompressOptions, uncompressedKernel } from '../media/uncompressed-kernel.ts';
import type { BuildPlan } from '../plan/build-plan.ts';

/**
 * The media with the kernel already unpacked, where that is of use: an emulated guest whose kernel QEMU loads by itself. UEFI loads the
 * compressed image through its EFI entry, and with KVM unpacking costs next to nothing.
 */
export async function withFastKernel(
  media: ResolvedMedia,
  plan: BuildPlan,
  options: Pick<UncompressOptions, 'cacheDir' | 'signal' | 'logger'>,
): Promise<ResolvedMedia> {
  if (media.kind !== 'location' || plan.loader !== undefined) return media;
  if (plan.accelerator !== 'tcg' || plan.firmware.kind !== 'bios') return media;
  const file = media.files.find(({ role }) => role === 'kernel');
  if (file === undefined) return media;
  const { kernelPath } = media;
  const unpacked = await uncompressedKernel({ ...options, kernelPath, sha256: file.sha256 });
  return unpacked === undefined ? media : { ...media, kernelPath: unpacked };
}

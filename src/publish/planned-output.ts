import { SpecError } from '../foundation/errors.ts';
import type { DiskFormat } from '../qemu-img/disk-format.ts';
import { formatWord } from '../qemu-img/disk-format.ts';
import { demandOf, expectedImage } from './demand.ts';
import { glanceSettings, refuseDownload } from './glance/glance-settings.ts';
import { refuseKernel } from './image-properties.ts';
import { chooseOutput } from './image-source.ts';
import { type PublishTarget, targetName } from './publish-target.ts';
import { requireSense } from './require-sense.ts';
import { targetValues } from './target-values.ts';

/** An image that a build is going to make. */
export type PlannedOutput = { readonly format: DiskFormat; readonly imageKind?: 'partition' };

/**
 * Refuses a target that could get nothing of what a build is going to make, or not as it is wanted. No service is asked.
 * @param diskBytes of the guest's disk, where it is known
 * @throws SpecError `options.invalid`, `publish.no-image`
 */
export function requirePlanned(
  target: PublishTarget,
  outputs: readonly PlannedOutput[],
  diskBytes: number | undefined,
): void {
  requireSense(target, true);
  const { images } = demandOf(target, expectedImage(target, outputs, diskBytes));
  const isPartition = outputs.length > 0 && plannedKind(target, outputs) === 'partition';
  if (isPartition && (target.kind === 'cinder' || target.kind === 'http')) throw onlyPartition(target);
  if (images === 0) return;
  if (isPartition) refuseDownload(glanceSettings(target));
  else if (!targetValues(target).flag('partition-image')) refuseKernel(glanceSettings(target).properties);
}

function plannedKind(target: PublishTarget, outputs: readonly PlannedOutput[]): 'whole-disk' | 'partition' {
  const format = targetValues(target).format();
  const images = outputs.map(
    (output) => ({ format: output.format, imageKind: output.imageKind ?? 'whole-disk' }) as const,
  );
  const chosen = chooseOutput(images, format);
  if (chosen !== undefined) return chosen.imageKind;
  const there = [...new Set(outputs.map((output) => formatWord(output.format)))].join(', ');
  const wanted = format && formatWord(format);
  throw new SpecError(
    'publish.no-image',
    `The build is to make no ${wanted} image, only ${there}; choose one of these, or build with --format ${wanted}.`,
  );
}

function onlyPartition(target: PublishTarget): SpecError {
  return new SpecError(
    'publish.no-image',
    `The build is to make only a partition image, which cannot be published to ${targetName(target)}: nothing in it boots by itself. Build a whole-disk image as well (--format qcow2).`,
  );
}

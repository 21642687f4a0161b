import { glanceSettings } from '../glance/glance-settings.ts';
import { placedNotes } from '../glance/image-publication.ts';
import { localBootNote } from '../glance/partition-images.ts';
import type { Placed } from '../glance/place-image.ts';
import { plannedImage } from '../glance/planned-image.ts';
import { plannedParts } from '../glance/planned-partition.ts';
import { partitionNotes, sendPartitionImage } from '../glance/publish-partition-image.ts';
import { wantedImage } from '../glance/publish-to-glance.ts';
import { sendImage } from '../glance/send-image.ts';
import type { ImageSource } from '../image-source.ts';
import type { CloudSession } from '../openstack/cloud-session.ts';
import { type PartitionSource, withPartitionSource } from '../partition-source.ts';
import type { PublishContext } from '../publication.ts';
import type { PublishTarget } from '../publish-target.ts';
import { summed } from '../summed-source.ts';
import { targetValues } from '../target-values.ts';
import type { ImageReference } from './instance-info.ts';

const GIB = 2 ** 30;

/** What a node is told of its image, and what became of that in Glance. */
export type NodeImage = {
  readonly reference: ImageReference;
  readonly sent: readonly Placed[];
  /** What was changed in Glance, for an image that was there. */
  readonly notes: readonly string[];
};

export type PlannedNodeImage = Omit<NodeImage, 'sent'> & {
  readonly isDone: boolean;
  readonly commands: readonly string[];
};

export function rootGb(target: PublishTarget): Pick<ImageReference, 'rootGb'> {
  const count = targetValues(target).count('root-gb');
  return count === undefined ? {} : { rootGb: count };
}

/** Brings the image into Glance unless it is there. */
export async function throughGlance(
  source: ImageSource,
  target: PublishTarget,
  session: CloudSession,
  context: PublishContext,
): Promise<NodeImage> {
  const settings = glanceSettings(target, 'ironic');
  if (targetValues(target).flag('partition-image')) {
    return withPartitionSource(source, context, async (parts) => {
      warnOfBoot(parts, context);
      const placed = await sendPartitionImage(parts, settings, session, context);
      const ids = {
        root: placed.root.image.id,
        kernel: placed.kernel.image.id,
        initrd: placed.initrd.image.id,
      };
      const sent = [placed.kernel, placed.initrd, placed.root];
      return { reference: ofParts(ids, parts, target), sent, notes: partitionNotes(placed) };
    });
  }
  const placed = await sendImage(wantedImage(source, settings), source, settings, session, context);
  const reference = { source: placed.image.id, ...rootGb(target) };
  return { reference, sent: [placed], notes: placedNotes(placed) };
}

/** The same without changing anything. */
export async function plannedThroughGlance(
  source: ImageSource,
  target: PublishTarget,
  session: CloudSession,
  context: PublishContext,
): Promise<PlannedNodeImage> {
  const settings = glanceSettings(target, 'ironic');
  if (targetValues(target).flag('partition-image')) {
    return withPartitionSource(source, context, async (parts) => {
      warnOfBoot(parts, context);
      const { root, kernel, initrd, ...all } = await plannedParts(parts, source, settings, session, context);
      const ids = { root: root.id, kernel: kernel.id, initrd: initrd.id };
      return { ...all, reference: ofParts(ids, parts, target) };
    });
  }
  const wanted = { ...wantedImage(source, settings), ...(await sumOf(source, context)) };
  const planned = await plannedImage(wanted, source, settings, session, context);
  return {
    ...{ isDone: planned.isDone, notes: planned.notes },
    commands: [...planned.commands, ...planned.retireCommands],
    reference: { source: planned.id, ...rootGb(target) },
  };
}

async function sumOf(source: ImageSource, { signal }: PublishContext): Promise<{ readonly sha512: string }> {
  return { sha512: (await summed(source, signal)).sha512 };
}

function ofParts(
  ids: Readonly<Record<'root' | 'kernel' | 'initrd', string>>,
  parts: PartitionSource,
  target: PublishTarget,
): ImageReference {
  return {
    source: ids.root,
    kernel: ids.kernel,
    ramdisk: ids.initrd,
    rootGb: Math.ceil(parts.root.virtualSize / GIB),
    ...rootGb(target),
  };
}

function warnOfBoot(parts: PartitionSource, { logger }: PublishContext): void {
  if (parts.localBoot?.firmware.length !== 0) return;
  for (const note of localBootNote(parts)) logger.warn(note);
}

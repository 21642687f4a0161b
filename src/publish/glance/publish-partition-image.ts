import type { ImageSource } from '../image-source.ts';
import type { CloudSession } from '../openstack/cloud-session.ts';
import { openCloud } from '../openstack/open-cloud.ts';
import { type PartitionSource, withPartitionSource } from '../partition-source.ts';
import type { Publication, PublishContext } from '../publication.ts';
import { refuseDownload } from './glance-settings.ts';
import { placedNotes, publishedImage } from './image-publication.ts';
import { inPlace, isInPlace } from './in-place.ts';
import { aidImage, localBootNote, rootImage } from './partition-images.ts';
import type { Placed } from './place-image.ts';
import { plannedPartition } from './planned-partition.ts';
import type { GlanceSettings } from './publish-to-glance.ts';
import { sendImage } from './send-image.ts';
import { sentTakenBack } from './take-back-sent.ts';
import type { WantedImage } from './wanted-image.ts';

export type PartitionPlaced = {
  readonly root: Placed;
  readonly kernel: Placed;
  readonly initrd: Placed;
};

/**
 * Publishes the root file system of a whole-disk image, its kernel and its initrd as three images, the first linked to the others.
 * @throws SpecError, DiskError `disk.no-root`, `disk.no-kernel`, PublishError, CancelledError
 */
export async function publishPartitionImage(
  source: ImageSource,
  settings: GlanceSettings,
  context: PublishContext,
): Promise<Publication> {
  const session = await openCloud(settings, context);
  try {
    return await withPartitionSource(source, context, async (parts) => {
      if (context.dryRun) return plannedPartition(parts, source, settings, session, context);
      const placed = await sendPartitionImage(parts, settings, session, context);
      const done = await publishedImage(placed.root, session, settings);
      return {
        ...done,
        notes: [
          `kernel: image ${placed.kernel.image.id}`,
          `ramdisk: image ${placed.initrd.image.id}`,
          ...localBootNote(parts),
          ...partitionNotes(placed),
        ],
      };
    });
  } finally {
    await session.close();
  }
}

/** What became of all three, with the name of the one that is meant. */
export function partitionNotes(placed: PartitionPlaced): readonly string[] {
  return [placed.root, placed.kernel, placed.initrd].flatMap((one) =>
    placedNotes(one).map((note) => (one === placed.root ? note : `${one.image.name}: ${note}`)),
  );
}

/** Kernel and initrd first, since the root file system names them; when it fails, those that were sent for it go again. */
export async function sendPartitionImage(
  parts: PartitionSource,
  settings: GlanceSettings,
  session: CloudSession,
  context: PublishContext,
): Promise<PartitionPlaced> {
  refuseDownload(settings);
  const sent: Placed[] = [];
  const send = async (
    wanted: WantedImage,
    file: { readonly path: string; readonly size: ImageSource['size'] },
  ) => {
    const placed = await sendImage(wanted, file, settings, session, context);
    sent.push(placed);
    return placed;
  };
  const sendAids = async () => ({
    kernel: await send(aidImage('kernel', parts, settings), parts.kernel),
    initrd: await send(aidImage('initrd', parts, settings), parts.initrd),
  });
  const sendAll = async (): Promise<PartitionPlaced> => {
    const { kernel, initrd } = await sendAids();
    const linked = { kernel_id: kernel.image.id, ramdisk_id: initrd.image.id };
    return { kernel, initrd, root: await send(rootImage(parts.root, settings, linked), parts.root) };
  };
  const placed = await sendAll().catch(async (error: unknown) => {
    throw isInPlace(error) ? error : await sentTakenBack(error, sent, session, context);
  });
  if (settings.replace?.action !== 'delete') return placed;
  // An older kernel is in use as long as the older root file system is there; now that one is gone.
  const aids = await sendAids().catch((error: unknown) => {
    throw isInPlace(error) ? error : inPlace(error, placed.root.image, context.signal);
  });
  return { ...placed, ...aids };
}

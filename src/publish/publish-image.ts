import { assertNever } from '../foundation/assert-never.ts';
import { SpecError } from '../foundation/errors.ts';
import { publishToCinder } from './cinder/publish-to-cinder.ts';
import { glanceSettings } from './glance/glance-settings.ts';
import { glanceSource } from './glance/glance-source.ts';
import { publishPartitionImage } from './glance/publish-partition-image.ts';
import { publishToGlance } from './glance/publish-to-glance.ts';
import { publishToFolder } from './http-folder/publish-to-folder.ts';
import { type ImageSource, readImageSource } from './image-source.ts';
import { publishToIronic } from './ironic/publish-to-ironic.ts';
import type { Publication, PublishContext } from './publication.ts';
import { type PublishTarget, targetName } from './publish-target.ts';
import { requireSense } from './require-sense.ts';
import { whyChanged } from './source-changed.ts';
import { targetValues } from './target-values.ts';

/**
 * Publishes one image to one target: looks at it, refuses what is not fit, and does the rest.
 * @param what a build's folder, a manifest or an image; undefined for one that is in Glance already
 * @throws SpecError, DiskError, PublishError, CancelledError
 */
export async function publishImage(
  what: string | undefined,
  target: PublishTarget,
  context: PublishContext,
): Promise<Publication> {
  requireSense(target, what !== undefined);
  const format = targetValues(target).format();
  context.onProgress('looking at the image');
  const source =
    what === undefined
      ? await glanceSource(target, context)
      : await readImageSource(what, { ...context, ...(format === undefined ? {} : { format }) });
  return publishSource(source, target, context).catch(async (error: unknown) => {
    throw isAbout(error, source.path) ? ((await whyChanged(source.path, source)) ?? error) : error;
  });
}

/** Whether the file system has spoken, of this file. */
const isAbout = (error: unknown, path: string): boolean =>
  error instanceof Error && 'syscall' in error && 'path' in error && error.path === path;

/** A build that made nothing else has nothing else to publish. */
function asParts({ imageKind, manifest }: ImageSource, target: PublishTarget): boolean {
  return (
    targetValues(target).flag('partition-image') || (imageKind === 'partition' && manifest !== undefined)
  );
}

const withParts = (target: PublishTarget): PublishTarget => ({
  ...target,
  options: { ...target.options, 'partition-image': ['true'] },
});

function refusePartition({ path, imageKind, manifest }: ImageSource, target: PublishTarget): void {
  if (imageKind !== 'partition' || manifest === undefined) return;
  throw new SpecError(
    'publish.no-image',
    `${path} is a partition image, which cannot be published to ${targetName(target)}: nothing in it boots by itself. Build a whole-disk image as well (--format qcow2).`,
  );
}

function publishSource(
  source: ImageSource,
  target: PublishTarget,
  context: PublishContext,
): Promise<Publication> {
  switch (target.kind) {
    case 'glance':
      return asParts(source, target)
        ? publishPartitionImage(source, glanceSettings(target, 'ironic'), context)
        : publishToGlance(source, glanceSettings(target), context);
    case 'cinder':
      refusePartition(source, target);
      return publishToCinder(source, target, context);
    case 'ironic':
      return publishToIronic(source, asParts(source, target) ? withParts(target) : target, context);
    case 'http':
      refusePartition(source, target);
      return publishToFolder(source, target, context);
    default:
      return assertNever(target.kind);
  }
}

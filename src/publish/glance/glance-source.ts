import { PublishError, SpecError } from '../../foundation/errors.ts';
import { bytes } from '../../foundation/size.ts';
import { DISK_FORMATS } from '../../qemu-img/disk-format.ts';
import type { ImageSource } from '../image-source.ts';
import { openCloud } from '../openstack/open-cloud.ts';
import type { PublishContext } from '../publication.ts';
import { type PublishTarget, targetName } from '../publish-target.ts';
import { targetValues } from '../target-values.ts';
import { type GlanceImage, glanceApi } from './glance-api.ts';
import { glanceSettings } from './glance-settings.ts';

const GIB = 2 ** 30;

/**
 * The image that is in Glance already (`--image`) as something to publish further, known only by what Glance says of it.
 * @throws SpecError `options.invalid` where no image is named; PublishError `publish.not-found`, `publish.image-lost`
 */
export async function glanceSource(target: PublishTarget, context: PublishContext): Promise<ImageSource> {
  const id = targetValues(target).text('image');
  if (id === undefined) {
    throw new SpecError(
      'options.invalid',
      `Publishing to ${targetName(target)} needs an image: name a build, a manifest or a file, or one that is in Glance with --image.`,
    );
  }
  const session = await openCloud(glanceSettings(target), context);
  try {
    return sourceOf(await glanceApi(session, context.signal).get(id));
  } finally {
    await session.close();
  }
}

function sourceOf(image: GlanceImage): ImageSource {
  if (image.status !== 'active') {
    throw new PublishError(
      'publish.image-lost',
      `Image ${image.id} is ${image.status} in Glance, so nothing can be made of it. Publish it again, or name another with --image.`,
      { details: { id: image.id, status: image.status } },
    );
  }
  const format = image.disk_format === 'vhd' ? 'vpc' : image.disk_format;
  const firmware = image.hw_firmware_type;
  return {
    path: image.id,
    name: image.name ?? image.id,
    format: DISK_FORMATS.find((known) => known === format) ?? 'raw',
    imageKind: image.img_type === 'partition' || 'kernel_id' in image ? 'partition' : 'whole-disk',
    size: bytes(image.size ?? 0),
    // Older services do not look into the image; then its own demand is the best there is.
    virtualSize: bytes(image.virtual_size ?? Math.max(image.size ?? 0, image.min_disk * GIB)),
    sha512: image.os_hash_value ?? '',
    ...(firmware === 'bios' || firmware === 'uefi' ? { firmware } : {}),
  };
}

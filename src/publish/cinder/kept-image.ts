import { glanceApi } from '../glance/glance-api.ts';
import { isUnfinished } from '../glance/unfinished.ts';
import { CONTENT_PROPERTY } from '../glance/wanted-image.ts';
import type { Volume } from './cinder-api.ts';
import type { VolumeJob, WantedVolume } from './make-volume.ts';

/** Of a volume that is there already no image is sent; what is to be said where one was to be kept and there is none. */
export async function lackingImage(
  { name, keepImage }: WantedVolume,
  { metadata }: Volume,
  { session, context }: VolumeJob,
): Promise<readonly string[]> {
  if (!keepImage) return [];
  const content = metadata[CONTENT_PROPERTY];
  const images = await glanceApi(session, context.signal).list({ name });
  const isThere = images.some(
    (image) => image.name === name && !isUnfinished(image) && image[CONTENT_PROPERTY] === content,
  );
  return isThere
    ? []
    : [
        `no image "${name}" is in Glance: the volume was there already, and \`kiln publish glance\` puts the image beside it`,
      ];
}

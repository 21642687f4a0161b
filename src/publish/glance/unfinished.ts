import { standingOf } from '../openstack/publisher.ts';
import { MARK_PROPERTY } from './content-mark.ts';
import type { GlanceImage } from './glance-api.ts';

/** Names the publication that began an image, until the image is whole; one that is only a means bears it as long as it is there. */
export const PUBLISHER_PROPERTY = 'kiln_begun_by';

export function isUnfinished(image: GlanceImage): boolean {
  return MARK_PROPERTY in image || PUBLISHER_PROPERTY in image;
}

/**
 * Whether a publication may do with an image as it likes: nobody is at work on it, or only itself. Of what was begun on another host nobody
 * here can tell that, so it is left alone.
 */
export function isFree(image: GlanceImage, publisher: string): boolean {
  const by = image[PUBLISHER_PROPERTY];
  return !isUnfinished(image) || by === publisher || standingOf(by) === 'ended';
}

export function isUnjudged(image: GlanceImage): boolean {
  return isUnfinished(image) && standingOf(image[PUBLISHER_PROPERTY]) === 'unknown';
}

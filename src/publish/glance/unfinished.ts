import { mayTake, PUBLISHER_PROPERTY, standingOf } from '../openstack/publisher.ts';
import { MARK_PROPERTY } from './content-mark.ts';
import type { GlanceImage } from './glance-api.ts';

export function isUnfinished(image: GlanceImage): boolean {
  return MARK_PROPERTY in image || PUBLISHER_PROPERTY in image;
}

/** Whether a publication may do with an image as it likes. */
export function isFree(image: GlanceImage, publisher: string): boolean {
  return !isUnfinished(image) || mayTake(image[PUBLISHER_PROPERTY], publisher);
}

export function isUnjudged(image: GlanceImage): boolean {
  return isUnfinished(image) && standingOf(image[PUBLISHER_PROPERTY]) === 'unknown';
}

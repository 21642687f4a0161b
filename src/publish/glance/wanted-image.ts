import type { Properties } from '../image-properties.ts';
import { PUBLISHER_PROPERTY } from '../openstack/publisher.ts';
import { MARK_PROPERTY } from './content-mark.ts';
import type { GlanceImage } from './glance-api.ts';
import type { Visibility } from './glance-settings.ts';

/** One image as it is to be in Glance. */
export type WantedImage = {
  readonly name: string;
  readonly diskFormat: string;
  readonly containerFormat: string;
  readonly visibility: Visibility;
  readonly protected: boolean;
  readonly tags: readonly string[];
  /** Projects it is shared with. */
  readonly members: readonly string[];
  /** GiB. */
  readonly minDisk: number;
  /** MiB. */
  readonly minRam: number;
  readonly properties: Properties;
  /**
   * Fields and properties, by Glance's names, that the user said himself. The rest is what a new image gets; of one that is there
   * already it only fills in what is not said yet, so that what somebody set, another target of the same build for one, stays.
   */
  readonly said: readonly string[];
  /** Of the content; undefined where it is summed on its way. */
  readonly sha512?: string;
  readonly size: number;
};

/** With the content's sum, without which nothing in Glance can be told to be it. */
export type KnownImage = WantedImage & { readonly sha512: string };

export function isKnown(wanted: WantedImage): wanted is KnownImage {
  return wanted.sha512 !== undefined;
}

/** The content's sum, also where Glance is set to compute another one. */
export const CONTENT_PROPERTY = 'kiln_sha512';

/** The fields of a new image. It is protected later, when it is whole: till then Kiln may have to delete it. */
export function newImageFields(
  wanted: WantedImage,
  name: string,
  mark: string,
  publisher: string,
): Readonly<Record<string, unknown>> {
  return {
    ...wanted.properties,
    name,
    disk_format: wanted.diskFormat,
    container_format: wanted.containerFormat,
    visibility: wanted.visibility,
    tags: wanted.tags,
    min_disk: wanted.minDisk,
    min_ram: wanted.minRam,
    [MARK_PROPERTY]: mark,
    [PUBLISHER_PROPERTY]: publisher,
  };
}

/** Whether an image has the wanted content, as far as Glance tells. */
export function hasContent(image: GlanceImage, { sha512, size, diskFormat }: KnownImage): boolean {
  if (image.disk_format !== diskFormat) return false;
  if (image.os_hash_algo === 'sha512') return image.os_hash_value === sha512;
  return image[CONTENT_PROPERTY] === sha512 && image.size === size;
}

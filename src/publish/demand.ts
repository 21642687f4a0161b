import type { DiskFormat } from '../qemu-img/disk-format.ts';
import { glanceSettings, type Visibility } from './glance/glance-settings.ts';
import type { Way } from './glance/upload-image.ts';
import { PREFERRED_FORMATS } from './image-source.ts';
import { noNode } from './ironic/choose-node.ts';
import type { PublishTarget } from './publish-target.ts';
import { invalid, targetValues } from './target-values.ts';

/** What a publication takes of a project's quotas and wants of its services, as far as it is known beforehand. */
export type Demand = {
  /** Images it makes in Glance. */
  readonly images: number;
  /** Bytes it sends there; undefined while the image does not exist and its length cannot be told. */
  readonly imageBytes?: number;
  readonly volumes: number;
  readonly snapshots: number;
  /** Of the volume. */
  readonly volumeGiB?: number;
  /** Of the images it makes; undefined when it makes none. */
  readonly visibility?: Visibility;
  readonly store?: string;
  readonly way?: Way;
  readonly volumeType?: string;
  readonly zone?: string;
  /** By name or id. */
  readonly node?: string;
  readonly resourceClass?: string;
};

/** An image that exists or is to be built: how long its file is and how large the disk. */
export type ExpectedImage = { readonly fileBytes?: number; readonly diskBytes?: number };

const GIB = 2 ** 30;

/** @throws SpecError `options.invalid` */
export function demandOf(target: PublishTarget, image: ExpectedImage): Demand {
  const values = targetValues(target);
  const [node, resourceClass] = [values.text('node'), values.text('resource-class')];
  if (target.kind === 'ironic' && node === undefined && resourceClass === undefined) throw noNode();
  const isThere = values.text('image') !== undefined || values.text('url') !== undefined;
  const images = isThere || target.kind === 'http' ? 0 : values.flag('partition-image') ? 3 : 1;
  const imageBytes = images === 1 ? image.fileBytes : undefined;
  const volumes = target.kind === 'cinder' ? 1 : 0;
  const volumeGiB = volumeSize(target, image.diskBytes);
  return {
    images,
    ...(imageBytes === undefined ? {} : { imageBytes }),
    ...(images === 0 ? {} : imageWishes(target)),
    volumes,
    snapshots: values.flag('snapshot') ? volumes : 0,
    ...(volumeGiB === undefined ? {} : { volumeGiB }),
    ...values.optional('type', 'volumeType'),
    ...values.optional('zone', 'zone'),
    ...(node === undefined ? {} : { node }),
    ...(resourceClass === undefined ? {} : { resourceClass }),
  };
}

/** An image that is only a volume's means is private. */
function imageWishes(target: PublishTarget): Pick<Demand, 'visibility' | 'store' | 'way'> {
  const { visibility, store, way } = glanceSettings(target);
  const isMeans = target.kind === 'cinder' && !targetValues(target).flag('keep-image');
  return { visibility: isMeans ? 'private' : visibility, way, ...(store === undefined ? {} : { store }) };
}

/**
 * GiB of a volume: as asked for, else the disk's; undefined while neither is known.
 * @throws SpecError `options.invalid` when the disk would not fit
 */
export function volumeSize(target: PublishTarget, diskBytes: number | undefined): number | undefined {
  const size = targetValues(target).count('size');
  if (diskBytes === undefined) return size;
  const needed = Math.max(1, Math.ceil(diskBytes / GIB));
  if (size !== undefined && size < needed) {
    throw invalid('size', `${size}: the image's disk has ${needed} GiB, which a volume must at least have.`);
  }
  return size ?? needed;
}

/**
 * What is known of a build's image before it is built. A raw one is sent with its holes, so it is as long as the disk; how far others
 * shrink, only the conversion tells.
 */
export function expectedImage(
  target: PublishTarget,
  outputs: readonly { readonly format: DiskFormat }[],
  diskBytes: number | undefined,
): ExpectedImage {
  if (diskBytes === undefined) return {};
  const there = outputs.map(({ format }) => format);
  const preferred = PREFERRED_FORMATS.find((format) => there.includes(format)) ?? there[0];
  const format = targetValues(target).format() ?? preferred;
  return { diskBytes, ...(format === 'raw' ? { fileBytes: diskBytes } : {}) };
}

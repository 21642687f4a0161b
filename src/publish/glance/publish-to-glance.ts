import { formatWord } from '../../qemu-img/disk-format.ts';
import { imageProperties, type Preset, type Properties } from '../image-properties.ts';
import type { ImageSource } from '../image-source.ts';
import { openCloud } from '../openstack/open-cloud.ts';
import type { Publication, PublishContext } from '../publication.ts';
import { summed } from '../summed-source.ts';
import type { RetirePolicy, Visibility } from './glance-settings.ts';
import { publishedImage } from './image-publication.ts';
import { plannedImage, plannedPublication } from './planned-image.ts';
import { sendImage } from './send-image.ts';
import type { Way } from './upload-image.ts';
import type { WantedImage } from './wanted-image.ts';

/** What the user says about the image; the rest follows from the build. */
export type GlanceSettings = {
  readonly cloud?: string;
  readonly insecure?: boolean;
  /** Default: the build's. */
  readonly name?: string;
  readonly preset: Preset;
  readonly visibility: Visibility;
  readonly protected: boolean;
  readonly tags: readonly string[];
  readonly members: readonly string[];
  /** GiB; default: the virtual size, rounded up. */
  readonly minDisk?: number;
  /** MiB. */
  readonly minRam: number;
  readonly properties: Properties;
  readonly store?: string;
  readonly way: Way;
  readonly replace?: RetirePolicy;
  /** Fields by Glance's names that were said and not left to Kiln. */
  readonly said: readonly string[];
};

/** Glance's words for formats that it calls otherwise than qemu-img. */
const DISK_FORMATS: Readonly<Record<string, string>> = { vpc: 'vhd' };
const GIB = 2 ** 30;

/** @throws PublishError, SpecError `options.invalid`, CancelledError */
export async function publishToGlance(
  source: ImageSource,
  settings: GlanceSettings,
  context: PublishContext,
): Promise<Publication> {
  const wanted = wantedImage(source, settings);
  const session = await openCloud(settings, context);
  try {
    if (context.dryRun) {
      const { path, format, size, sha512 } = await summed(source, context.signal);
      const planned = await plannedImage({ ...wanted, sha512 }, source, settings, session, context);
      const file = `${path}: ${formatWord(format)}, ${size} bytes, sha512 ${sha512}`;
      return await plannedPublication(planned, file, settings, session);
    }
    return await publishedImage(
      await sendImage(wanted, source, settings, session, context),
      session,
      settings,
    );
  } finally {
    await session.close();
  }
}

export function wantedImage(source: ImageSource, settings: GlanceSettings): WantedImage {
  return {
    name: settings.name ?? source.name,
    diskFormat: DISK_FORMATS[source.format] ?? source.format,
    containerFormat: 'bare',
    visibility: settings.visibility,
    protected: settings.protected,
    tags: settings.tags,
    members: settings.members,
    minDisk: settings.minDisk ?? Math.ceil(source.virtualSize / GIB),
    minRam: settings.minRam,
    properties: imageProperties(source, settings.preset, settings.properties),
    said: [...settings.said, ...Object.keys(settings.properties)],
    ...(source.sha512 === undefined ? {} : { sha512: source.sha512 }),
    size: source.size,
  };
}

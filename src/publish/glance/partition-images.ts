import type { ImageSource } from '../image-source.ts';
import type { PartitionSource } from '../partition-source.ts';
import { type GlanceSettings, wantedImage } from './publish-to-glance.ts';
import type { WantedImage } from './wanted-image.ts';

/** The root file system, which names the other two. */
export function rootImage(
  root: ImageSource,
  settings: GlanceSettings,
  linked: Readonly<Record<string, string>>,
): WantedImage {
  // What Ironic tells it by, whichever preset the other properties are of.
  const properties = { img_type: 'partition', ...settings.properties, ...linked };
  return wantedImage(root, { ...settings, properties });
}

/** Amazon's names for a kernel and a ramdisk image are Glance's as well. */
const AID_FORMATS = { kernel: 'aki', initrd: 'ari' } as const;

export function aidImage(
  aid: keyof typeof AID_FORMATS,
  parts: PartitionSource,
  settings: GlanceSettings,
): WantedImage & { readonly sha512: string } {
  const { size, sha512 } = parts[aid];
  const base = wantedImage(parts.root, { ...settings, minDisk: 0, properties: {}, preset: 'none' });
  const format = AID_FORMATS[aid];
  return {
    ...base,
    name: `${base.name}-${aid}`,
    diskFormat: format,
    containerFormat: format,
    minRam: 0,
    sha512,
    size,
  };
}

export const localBootNote = ({ localBoot }: PartitionSource): readonly string[] =>
  localBoot === undefined ? [] : [`local boot: ${localBoot.sentence}`];

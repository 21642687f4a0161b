import { dirname } from 'node:path';
import type { ImageSource } from '../image-source.ts';
import type { CloudSession } from '../openstack/cloud-session.ts';
import type { PartitionSource } from '../partition-source.ts';
import type { Publication, PublishContext } from '../publication.ts';
import { refuseDownload } from './glance-settings.ts';
import { aidImage, localBootNote, rootImage } from './partition-images.ts';
import { plannedId } from './plan-image.ts';
import { assertCreatable, describePlan, type PlannedImage, plannedPublication } from './planned-image.ts';
import type { GlanceSettings } from './publish-to-glance.ts';
import { planSending } from './send-image.ts';

export type PlannedParts = {
  readonly root: PlannedImage;
  readonly kernel: PlannedImage;
  readonly initrd: PlannedImage;
  readonly isDone: boolean;
  /** Of all three, in their order. */
  readonly notes: readonly string[];
  readonly commands: readonly string[];
};

/** What a dry run calls the parts that are there only as long as a publication lasts. */
const PLACEHOLDERS = { kernel: 'KERNEL', initrd: 'INITRD', root: 'ROOT' } as const;

/** A dry run of the three images, the first of which names the ids that the others have or would get. */
export async function plannedParts(
  parts: PartitionSource,
  { path }: ImageSource,
  settings: GlanceSettings,
  session: CloudSession,
  context: PublishContext,
): Promise<PlannedParts> {
  refuseDownload(settings);
  const isLasting = dirname(parts.kernel.path) === dirname(path);
  const pathOf = (part: keyof typeof PLACEHOLDERS): string =>
    isLasting ? parts[part].path : PLACEHOLDERS[part];
  const aid = async (kind: 'kernel' | 'initrd') => {
    const wanted = aidImage(kind, parts, settings);
    return {
      wanted,
      path: pathOf(kind),
      plan: await planSending(wanted, parts[kind], settings, session, context),
    };
  };
  const aids = { kernel: await aid('kernel'), initrd: await aid('initrd') };
  const linked = { kernel_id: plannedId(aids.kernel.plan), ramdisk_id: plannedId(aids.initrd.plan) };
  const wanted = { ...rootImage(parts.root, settings, linked), sha512: parts.root.sha512 };
  const plan = await planSending(wanted, parts.root, settings, session, context);
  await assertCreatable(plan, settings, session, context);
  const describe = (one: typeof aids.kernel, gone: readonly string[]): Promise<PlannedImage> =>
    describePlan(one.plan, one.wanted, one.path, settings, session, context, gone);
  const root = await describe({ plan, wanted, path: pathOf('root') }, []);
  // An older kernel is in use for as long as the older root file system is there.
  const kernel = await describe(aids.kernel, root.gone);
  const initrd = await describe(aids.initrd, root.gone);
  const named = (one: PlannedImage): readonly string[] =>
    one.notes.map((note) => `${one.plan.wanted.name}: ${note}`);
  const temporary = `KERNEL, INITRD and ROOT stand for the files that a publication takes out of ${path}`;
  return {
    ...{ root, kernel, initrd },
    isDone: [root, kernel, initrd].every((one) => one.isDone),
    notes: [...(isLasting ? [] : [temporary]), ...root.notes, ...named(kernel), ...named(initrd)],
    commands: [
      ...[kernel, initrd, root].flatMap(({ commands }) => commands),
      ...[root, kernel, initrd].flatMap(({ retireCommands }) => retireCommands),
    ],
  };
}

/** The same as a publication that was not done. */
export async function plannedPartition(
  parts: PartitionSource,
  source: ImageSource,
  settings: GlanceSettings,
  session: CloudSession,
  context: PublishContext,
): Promise<Publication> {
  const { root, ...all } = await plannedParts(parts, source, settings, session, context);
  const { format, size, sha512 } = parts.root;
  const about = `root file system: ${format}, ${size} bytes, sha512 ${sha512}`;
  const planned = { ...root, ...all, retireCommands: [] };
  const publication = await plannedPublication(planned, about, settings, session);
  return { ...publication, notes: [...localBootNote(parts), ...publication.notes] };
}

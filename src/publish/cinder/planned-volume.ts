import { formatWord } from '../../qemu-img/disk-format.ts';
import { demandOf } from '../demand.ts';
import { plannedImage } from '../glance/planned-image.ts';
import { CONTENT_PROPERTY } from '../glance/wanted-image.ts';
import type { ImageSource } from '../image-source.ts';
import { clientCommand } from '../openstack/client-command.ts';
import type { Publication } from '../publication.ts';
import type { PublishTarget } from '../publish-target.ts';
import { summed } from '../summed-source.ts';
import { checkCinder } from './check-cinder.ts';
import { lackingImage } from './kept-image.ts';
import { type VolumeJob, volumeFields, type WantedVolume } from './make-volume.ts';
import { planVolumeImage, type VolumeImage } from './passing-image.ts';
import { isWhole, planVolume, snapshotThere } from './plan-volume.ts';
import { planRenaming, renamingNote, renamingWords } from './rename-older.ts';
import { unjudgedNote } from './unfinished.ts';
import { volumePublication } from './volume-publication.ts';

type Openstack = (...words: readonly string[]) => string;

/**
 * What making a volume would do, found out from Glance and Cinder without changing anything.
 * @throws what the publication throws before it changes anything
 */
export async function plannedVolume(
  wanted: WantedVolume,
  source: ImageSource,
  target: PublishTarget,
  job: VolumeJob,
): Promise<Publication> {
  const { session, context } = job;
  const known = await summed(source, context.signal);
  const { begun, broken, older, unjudged } = await planVolume(wanted, known, job);
  const { name: cloud } = session.cloud;
  const openstack: Openstack = (...words) => clientCommand('openstack', session.cloud, ...words);
  const removed = broken.map(({ id }) => openstack('volume', 'delete', id));
  const planned = { target: 'cinder', where: cloud, action: 'planned', name: wanted.name } as const;
  if (begun !== undefined) {
    const snapshot = wanted.snapshot ? await snapshotThere(begun, job) : undefined;
    const lacking = await lackingImage(wanted, begun, job);
    const lacks = wanted.snapshot && snapshot === undefined;
    if (isWhole(begun) && !lacks && removed.length === 0)
      return volumePublication(begun, snapshot, 'unchanged', lacking, job);
    const notes = [`there already: volume ${begun.id}, which is ${begun.status}`, ...lacking];
    const taken = lacks ? [snapshotCommand(begun.id, wanted.name, known.sha512, openstack)] : [];
    return { ...planned, id: begun.id, notes, commands: [...removed, ...taken] };
  }
  await checkCinder(session, demandOf(target, { diskBytes: source.virtualSize }), context.signal);
  const { image, before, after, notes } = await plannedVolumeImage(known, wanted, target, job, openstack);
  const renamings = await planRenaming(older, job.cinder);
  // Cinder chooses the volume's id, and until the older one is renamed its name is no name.
  const volume = older.length > 0 ? 'VOLUME' : wanted.name;
  const about = `${source.path}: ${formatWord(source.format)}, sha512 ${known.sha512}`;
  return {
    ...planned,
    notes: [
      ...[about, ...notes, 'what follows `volume create` waits until the volume is available'],
      ...unjudged.map((one) => unjudgedNote(one, session.cloud)),
      ...renamings.map((one) => renamingNote(one, 'would be renamed')),
      ...(older.length > 0 && wanted.snapshot
        ? ['VOLUME stands for the id that Cinder gives the new volume']
        : []),
    ],
    commands: [
      ...[...removed, ...before],
      createCommand(wanted, image, openstack),
      ...(wanted.snapshot ? [snapshotCommand(volume, wanted.name, known.sha512, openstack)] : []),
      ...after,
      ...renamings.map((one) => openstack(...renamingWords(one))),
    ],
  };
}

type PlannedVolumeImage = {
  readonly image: VolumeImage;
  readonly notes: readonly string[];
  /** What comes before the volume, and after it. */
  readonly before: readonly string[];
  readonly after: readonly string[];
};

async function plannedVolumeImage(
  source: ImageSource & { readonly sha512: string },
  { name }: WantedVolume,
  target: PublishTarget,
  job: VolumeJob,
  openstack: Openstack,
): Promise<PlannedVolumeImage> {
  const plan = await planVolumeImage(source, target, name, job);
  if (plan.kind === 'there') {
    return { image: plan, notes: [`made of image ${plan.id}, which is in Glance`], before: [], after: [] };
  }
  const { sha512 } = source;
  const wanted = { ...plan.wanted, sha512 };
  const { session, context } = job;
  const sent = await plannedImage(wanted, source, plan.settings, session, context);
  const remove = (id: string): string => openstack('image', 'delete', id);
  return {
    image: { id: sent.id, sha512 },
    notes: sent.notes,
    before: [...plan.removes.map(({ id }) => remove(id)), ...sent.commands, ...sent.retireCommands],
    after: plan.stays ? [] : [remove(sent.id)],
  };
}

function createCommand(wanted: WantedVolume, image: VolumeImage, openstack: Openstack): string {
  const { imageRef, size, volume_type, availability_zone, metadata, name } = volumeFields(wanted, image);
  const optional: readonly (readonly [option: string, value: string | undefined])[] = [
    ['--type', volume_type],
    ['--availability-zone', availability_zone],
  ];
  return openstack(
    ...['volume', 'create', '--image', imageRef, '--size', String(size)],
    ...optional.flatMap(([option, value]) => (value === undefined ? [] : [option, value])),
    ...Object.entries(metadata).flatMap(([key, value]) => ['--property', `${key}=${value}`]),
    name,
  );
}

function snapshotCommand(volume: string, name: string, sha512: string, openstack: Openstack): string {
  const property = ['--property', `${CONTENT_PROPERTY}=${sha512}`];
  return openstack('volume', 'snapshot', 'create', '--volume', volume, '--force', ...property, name);
}

import { demandOf, volumeSize } from '../demand.ts';
import { glanceSettings } from '../glance/glance-settings.ts';
import type { ImageSource } from '../image-source.ts';
import { openCloud } from '../openstack/open-cloud.ts';
import { sentence } from '../openstack/service-error.ts';
import type { Publication, PublishContext } from '../publication.ts';
import type { PublishTarget } from '../publish-target.ts';
import { targetValues } from '../target-values.ts';
import { checkCinder } from './check-cinder.ts';
import { cinderApi, type Volume } from './cinder-api.ts';
import { lackingImage } from './kept-image.ts';
import {
  type MadeVolume,
  makeVolume,
  takeOverVolume,
  type VolumeJob,
  type WantedVolume,
} from './make-volume.ts';
import { imageForVolume, planVolumeImage, withoutLeavings } from './passing-image.ts';
import { isWhole, planVolume, snapshotThere } from './plan-volume.ts';
import { plannedVolume } from './planned-volume.ts';
import { planRenaming, renameAll, renamingNote } from './rename-older.ts';
import { takeSnapshot } from './take-snapshot.ts';
import { unjudgedNote } from './unfinished.ts';
import { volumePublication } from './volume-publication.ts';

const VOLUME_WITHIN_MS = 2 * 3_600_000;

/**
 * A bootable volume with the image's content, and a snapshot of it where asked for. The image goes through Glance, where it stays only
 * with `keep-image`.
 * @throws PublishError `publish.volume-failed` with Cinder's words, …
 */
export async function publishToCinder(
  source: ImageSource,
  target: PublishTarget,
  context: PublishContext,
): Promise<Publication> {
  const wanted = wantedVolume(source, target);
  const session = await openCloud(glanceSettings(target), context);
  const { clock, signal } = context;
  const waitFor: VolumeJob['waitFor'] = (what) => ({
    clock,
    signal,
    onState: (status) => context.onProgress(`${what}: ${status}`),
    limitMs: VOLUME_WITHIN_MS,
  });
  const job: VolumeJob = { session, cinder: cinderApi(session, signal), context, waitFor };
  try {
    if (context.dryRun) return await plannedVolume(wanted, source, target, job);
    return await placeVolume(wanted, source, target, job);
  } finally {
    await session.close();
  }
}

function wantedVolume(source: ImageSource, target: PublishTarget): WantedVolume {
  const values = targetValues(target);
  return {
    name: values.text('name') ?? source.name,
    size: volumeSize(target, source.virtualSize) ?? 1,
    fields: { ...values.optional('type', 'volume_type'), ...values.optional('zone', 'availability_zone') },
    ...(source.manifest === undefined ? {} : { buildId: source.manifest.buildId }),
    snapshot: values.flag('snapshot'),
    keepImage: values.flag('keep-image'),
    replace: glanceSettings(target).replace !== undefined,
  };
}

/** Does what `planVolume` found to be necessary. */
async function placeVolume(
  wanted: WantedVolume,
  source: ImageSource,
  target: PublishTarget,
  job: VolumeJob,
): Promise<Publication> {
  const { cinder } = job;
  const { begun, broken, older, unjudged } = await planVolume(wanted, source, job);
  for (const volume of unjudged) job.context.logger.warn(sentence(unjudgedNote(volume, job.session.cloud)));
  for (const { id } of broken) await cinder.remove('volumes', id);
  if (begun !== undefined) {
    const { done, notes } = await withoutLeavings(wanted.name, job, () => goneOn(begun, wanted, job));
    const lacking = await lackingImage(wanted, begun, job);
    return volumePublication(done.volume, done.snapshot, done.action, [...notes, ...lacking], job);
  }
  // Before the image is sent for nothing.
  await checkCinder(job.session, demandOf(target, { diskBytes: source.virtualSize }), job.context.signal);
  const { done, notes } = await withoutLeavings(wanted.name, job, async () => {
    const plan = await planVolumeImage(source, target, wanted.name, job);
    const image = await imageForVolume(plan, source, job);
    return { image, ...(await makeVolume(wanted, image, job)) };
  });
  const stays = wanted.keepImage || targetValues(target).text('image') !== undefined;
  const renamings = await planRenaming(older, cinder);
  await renameAll(renamings, cinder);
  return volumePublication(
    done.volume,
    done.snapshot,
    done.isOthers ? 'unchanged' : older.length > 0 ? 'replaced' : 'created',
    [
      ...(stays ? [`image ${done.image.id} stays in Glance`] : []),
      ...(done.image.notes ?? []),
      ...notes,
      ...renamings.map((one) => renamingNote(one)),
    ],
    job,
  );
}

type GoneOn = MadeVolume & { readonly action: Publication['action'] };

/** A volume that is there is whole or on its way; what lacks is added. */
async function goneOn(begun: Volume, wanted: WantedVolume, job: VolumeJob): Promise<GoneOn> {
  if (!isWhole(begun)) {
    const made = await takeOverVolume(begun.id, wanted, job);
    return { ...made, action: made.isOthers ? 'unchanged' : 'updated' };
  }
  if (!wanted.snapshot) return { volume: begun, action: 'unchanged' };
  const there = await snapshotThere(begun, job);
  return there === undefined
    ? { volume: begun, snapshot: await takeSnapshot(begun, job), action: 'updated' }
    : { volume: begun, snapshot: there, action: 'unchanged' };
}

import { CONTENT_PROPERTY } from '../glance/wanted-image.ts';
import { PUBLISHER_PROPERTY } from '../openstack/publisher.ts';
import { awaitAvailable, type CinderWait, removeWhenPossible } from './await-cinder.ts';
import { type Begun, beginOptions, beginThing } from './begin-thing.ts';
import { type CinderApi, REQUEST_PROPERTY, type Snapshot, type Volume } from './cinder-api.ts';
import type { Around, VolumeImage } from './passing-image.ts';
import { publishedMeanwhile, snapshotThere } from './plan-volume.ts';
import { takenBack } from './take-back.ts';
import { takeSnapshot } from './take-snapshot.ts';
import { sign, unsigned } from './unfinished.ts';

export type WantedVolume = {
  readonly name: string;
  /** GiB. */
  readonly size: number;
  /** Type, zone. */
  readonly fields: { readonly volume_type?: string; readonly availability_zone?: string };
  readonly buildId?: string;
  readonly snapshot: boolean;
  readonly keepImage: boolean;
  readonly replace: boolean;
};

export type VolumeJob = Around & {
  readonly cinder: CinderApi;
  readonly waitFor: (what: string) => CinderWait;
};

export type MadeVolume = {
  readonly volume: Volume;
  readonly snapshot?: Snapshot;
  /** Another publication was whole first, and its volume it is. */
  readonly isOthers?: true;
};

const REMOVE_WITHIN_MS = 60_000;

/** A new volume with an image's content, and its snapshot where wanted. Whatever fails, neither stays. */
export async function makeVolume(
  wanted: WantedVolume,
  image: VolumeImage,
  job: VolumeJob,
): Promise<MadeVolume> {
  const { cinder } = job;
  const { name } = wanted;
  const { metadata, ...fields } = volumeFields(wanted, image);
  const marks = { ...metadata, [PUBLISHER_PROPERTY]: job.session.publisher };
  const create = (word: string): Promise<Volume> =>
    cinder.createVolume({ ...fields, metadata: { ...marks, [REQUEST_PROPERTY]: word } });
  const look = (api: CinderApi): Promise<readonly Volume[]> => api.volumesNamed(name);
  const begun = await beginThing({ thing: 'volumes', name, create, look }, beginOptions(job));
  return finishVolume(begun.made.id, wanted, job, begun.withoutTwin);
}

/** The fields of a new volume. */
export function volumeFields({ name, size, fields, buildId }: WantedVolume, image: VolumeImage) {
  const metadata: Readonly<Record<string, string>> = {
    [CONTENT_PROPERTY]: image.sha512,
    ...(buildId === undefined ? {} : { kiln_build_id: buildId }),
  };
  return { ...fields, name, size, imageRef: image.id, metadata };
}

/** Goes on with a volume that an earlier run began. */
export async function takeOverVolume(id: string, wanted: WantedVolume, job: VolumeJob): Promise<MadeVolume> {
  await sign('volumes', id, job);
  return finishVolume(id, wanted, job);
}

/** Waits for a volume that was begun, and for its snapshot; the name is its own from then on, or another one's that was whole first. */
async function finishVolume(
  id: string,
  wanted: WantedVolume,
  job: VolumeJob,
  withoutTwin?: Begun<unknown>['withoutTwin'],
): Promise<MadeVolume> {
  const { cinder, waitFor } = job;
  let snapshot: Snapshot | undefined;
  let others: Volume | undefined;
  try {
    const wait = waitFor(`volume ${wanted.name}`);
    const look = () => awaitAvailable(cinder, 'volumes', id, () => cinder.volume(id), wait);
    const found = await look();
    await withoutTwin?.();
    if (wanted.snapshot) snapshot = await takeSnapshot(found, job);
    others = await publishedMeanwhile(found, job);
    if (others === undefined) {
      const volume = await unsigned('volumes', found, job, look);
      return snapshot === undefined ? { volume } : { volume, snapshot };
    }
    await remove(id, snapshot, job);
  } catch (error) {
    const thrown = snapshot === undefined ? error : await takenBack('snapshots', snapshot.id, error, job);
    throw await takenBack('volumes', id, thrown, job);
  }
  if (!wanted.snapshot) return { volume: others, isOthers: true };
  const there = (await snapshotThere(others, job)) ?? (await takeSnapshot(others, job));
  return { volume: others, snapshot: there, isOthers: true };
}

async function remove(
  id: string,
  snapshot: Snapshot | undefined,
  { cinder, context: { clock } }: VolumeJob,
): Promise<void> {
  const patience = { clock, limitMs: REMOVE_WITHIN_MS };
  if (snapshot !== undefined) await removeWhenPossible(cinder, 'snapshots', snapshot.id, patience);
  await removeWhenPossible(cinder, 'volumes', id, patience);
}

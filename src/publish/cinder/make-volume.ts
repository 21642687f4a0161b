import { CONTENT_PROPERTY } from '../glance/wanted-image.ts';
import { afterCleanUp } from '../openstack/after-clean-up.ts';
import { clientCommand } from '../openstack/client-command.ts';
import { awaitAvailable, type CinderWait, removeWhenPossible } from './await-cinder.ts';
import { type Beginning, type BeginOptions, type Begun, beginThing } from './begin-thing.ts';
import {
  type CinderApi,
  type CinderThing,
  cinderApi,
  REQUEST_PROPERTY,
  type Snapshot,
  type Volume,
} from './cinder-api.ts';
import type { Around, VolumeImage } from './passing-image.ts';

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

export type MadeVolume = { readonly volume: Volume; readonly snapshot?: Snapshot };

const CLEAN_UP_WITHIN_MS = 60_000;

/** A new volume with an image's content, and its snapshot where wanted. Whatever fails, neither stays. */
export async function makeVolume(
  wanted: WantedVolume,
  image: VolumeImage,
  job: VolumeJob,
): Promise<MadeVolume> {
  const { cinder } = job;
  const { name } = wanted;
  const { metadata, ...fields } = volumeFields(wanted, image);
  const begun = await begin(
    {
      thing: 'volumes',
      name,
      create: (word) =>
        cinder.createVolume({ ...fields, metadata: { ...metadata, [REQUEST_PROPERTY]: word } }),
      look: (api) => api.volumesNamed(name),
    },
    job,
  );
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

/** Waits for a volume that was begun now or by an earlier run, and for its snapshot. */
export async function finishVolume(
  id: string,
  wanted: WantedVolume,
  job: VolumeJob,
  withoutTwin?: Begun<unknown>['withoutTwin'],
): Promise<MadeVolume> {
  const { cinder, waitFor } = job;
  try {
    const wait = waitFor(`volume ${wanted.name}`);
    const volume = await awaitAvailable(cinder, 'volumes', id, () => cinder.volume(id), wait);
    await withoutTwin?.();
    return wanted.snapshot ? { volume, snapshot: await takeSnapshot(volume, job) } : { volume };
  } catch (error) {
    throw await takenBack('volumes', id, error, job);
  }
}

/** Takes a snapshot, or goes on with one that an earlier run began. It may have ended meanwhile. */
export async function takeSnapshot(volume: Volume, job: VolumeJob): Promise<Snapshot> {
  const { cinder, waitFor } = job;
  const name = volume.name ?? volume.id;
  const content = volume.metadata[CONTENT_PROPERTY] ?? '';
  const ours = (await cinder.snapshotsOf(volume.id)).filter(
    ({ metadata }) => metadata[CONTENT_PROPERTY] === content,
  );
  for (const { id, status } of ours) if (status === 'error') await cinder.remove('snapshots', id);
  const left = ours.find(({ status }) => status === 'creating' || status === 'available');
  const fields = { volume_id: volume.id, name, force: true }; // `force`: also of one that is in use
  const create = (word: string): Promise<Snapshot> =>
    cinder.createSnapshot({
      ...fields,
      metadata: { [CONTENT_PROPERTY]: content, [REQUEST_PROPERTY]: word },
    });
  const look = (api: CinderApi): Promise<readonly Snapshot[]> => api.snapshotsOf(volume.id);
  const begun = left === undefined ? await begin({ thing: 'snapshots', name, create, look }, job) : undefined;
  const { id } = begun?.made ?? left ?? { id: '' }; // one of both is there
  try {
    const wait = waitFor(`snapshot of ${name}`);
    const found = await awaitAvailable(cinder, 'snapshots', id, () => cinder.snapshot(id), wait);
    await begun?.withoutTwin();
    return found;
  } catch (error) {
    throw await takenBack('snapshots', id, error, job);
  }
}

function begin<T extends Volume | Snapshot>(
  beginning: Beginning<T>,
  { session, cinder, context }: VolumeJob,
): Promise<Begun<T>> {
  const { clock, signal, logger } = context;
  const options: BeginOptions = {
    cinder,
    cleaning: () => cinderApi(session, AbortSignal.timeout(CLEAN_UP_WITHIN_MS)),
    wait: { clock, signal },
    logger,
    cloud: session.cloud,
  };
  return beginThing(beginning, options);
}

/** What cannot be removed is named, with the command. */
function takenBack(
  thing: CinderThing,
  id: string,
  error: unknown,
  { session, context }: VolumeJob,
): Promise<unknown> {
  const cleaning = cinderApi(session, AbortSignal.timeout(CLEAN_UP_WITHIN_MS));
  const words = thing === 'volumes' ? ['volume'] : ['volume', 'snapshot'];
  const what = words.join(' ');
  const command = clientCommand('openstack', session.cloud, ...words, 'delete', id);
  return afterCleanUp(error, context, { id, what: `The unfinished ${what} ${id}`, command }, () =>
    removeWhenPossible(cleaning, thing, id, { clock: context.clock, limitMs: CLEAN_UP_WITHIN_MS }),
  );
}

import { CONTENT_PROPERTY } from '../glance/wanted-image.ts';
import { PUBLISHER_PROPERTY } from '../openstack/publisher.ts';
import { awaitAvailable } from './await-cinder.ts';
import { beginOptions, beginThing } from './begin-thing.ts';
import { type CinderApi, REQUEST_PROPERTY, type Snapshot, type Volume } from './cinder-api.ts';
import type { VolumeJob } from './make-volume.ts';
import { takenBack } from './take-back.ts';
import { isFree, sign, unsigned } from './unfinished.ts';

/** Takes a snapshot, or goes on with one that an earlier run began. It may have ended meanwhile. */
export async function takeSnapshot(volume: Volume, job: VolumeJob): Promise<Snapshot> {
  const { cinder, waitFor } = job;
  const name = volume.name ?? volume.id;
  const left = await leftSnapshot(volume, job);
  if (left !== undefined) await sign('snapshots', left.id, job);
  const begun = left === undefined ? await beginSnapshot(volume, name, job) : undefined;
  const { id } = begun?.made ?? left ?? { id: '' }; // one of both is there
  try {
    const wait = waitFor(`snapshot of ${name}`);
    const look = () => awaitAvailable(cinder, 'snapshots', id, () => cinder.snapshot(id), wait);
    const found = await look();
    await begun?.withoutTwin();
    return await unsigned('snapshots', found, job, look);
  } catch (error) {
    throw await takenBack('snapshots', id, error, job);
  }
}

/** What an ended publication began; those in state error are removed. */
async function leftSnapshot(volume: Volume, { session, cinder }: VolumeJob): Promise<Snapshot | undefined> {
  const ours = (await cinder.snapshotsOf(volume.id)).filter(
    (one) => one.metadata[CONTENT_PROPERTY] === contentOf(volume) && isFree(one, session.publisher),
  );
  for (const { id, status } of ours) if (status === 'error') await cinder.remove('snapshots', id);
  return ours.find(({ status }) => status === 'creating' || status === 'available');
}

function beginSnapshot(volume: Volume, name: string, job: VolumeJob) {
  const fields = { volume_id: volume.id, name, force: true }; // `force`: also of one that is in use
  const marks = {
    [CONTENT_PROPERTY]: contentOf(volume),
    [PUBLISHER_PROPERTY]: job.session.publisher,
  };
  const create = (word: string): Promise<Snapshot> =>
    job.cinder.createSnapshot({ ...fields, metadata: { ...marks, [REQUEST_PROPERTY]: word } });
  const look = (api: CinderApi): Promise<readonly Snapshot[]> => api.snapshotsOf(volume.id);
  return beginThing({ thing: 'snapshots', name, create, look }, beginOptions(job));
}

const contentOf = ({ metadata }: Volume): string => metadata[CONTENT_PROPERTY] ?? '';

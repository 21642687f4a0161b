import { PublishError } from '../../foundation/errors.ts';
import { CONTENT_PROPERTY } from '../glance/wanted-image.ts';
import type { ImageSource } from '../image-source.ts';
import { summed } from '../summed-source.ts';
import type { Snapshot, Volume } from './cinder-api.ts';
import type { VolumeJob, WantedVolume } from './make-volume.ts';
import { isFree, isUnfinished, isUnjudged } from './unfinished.ts';

/** What Cinder has of a volume, found out without changing anything. */
export type VolumePlan = {
  /** The content is there, or on its way. */
  readonly begun: Volume | undefined;
  /** What earlier runs left in state error: of no use to anybody. */
  readonly broken: readonly Volume[];
  /** Others of that name, which lose it. */
  readonly older: readonly Volume[];
  /** Begun with this content where nobody here can tell whether it is still being made. */
  readonly unjudged: readonly Volume[];
};

/**
 * Volumes of that name are compared by content; where there is none, the image is summed only on its way. What another publication is
 * making is not seen: that one may yet take it back.
 * @throws PublishError `publish.name-taken`
 */
export async function planVolume(
  wanted: WantedVolume,
  source: ImageSource,
  { session, cinder, context }: VolumeJob,
): Promise<VolumePlan> {
  const found = await cinder.volumesNamed(wanted.name);
  if (found.length === 0) return { begun: undefined, broken: [], older: [], unjudged: [] };
  const { sha512 } = await summed(source, context.signal);
  const isSame = ({ metadata, size }: Volume): boolean =>
    metadata[CONTENT_PROPERTY] === sha512 && size === wanted.size;
  const unjudged = found.filter((volume) => isSame(volume) && isUnjudged(volume));
  const named = found.filter((volume) => isFree(volume, session.publisher));
  const same = named.filter(isSame);
  const broken = same.filter(({ status }) => status.startsWith('error'));
  const begun = same.find(isWhole) ?? same.find(({ status }) => !/^(error|deleting)/.test(status));
  if (begun !== undefined) return { begun, broken, older: [], unjudged };
  const older = named.filter((volume) => !isSame(volume));
  if (older.length > 0 && !wanted.replace) throw nameTaken(wanted.name, older);
  return { begun, broken, older, unjudged };
}

export const isWhole = (volume: Volume): boolean =>
  ['available', 'in-use'].includes(volume.status) && !isUnfinished(volume);

/**
 * What another publication of the same content has made under that name while this one was at it: the later one yields, so that the name
 * stays one volume's.
 */
export async function publishedMeanwhile(
  { id, name, size, metadata }: Volume,
  { cinder }: Pick<VolumeJob, 'cinder'>,
): Promise<Volume | undefined> {
  const content = metadata[CONTENT_PROPERTY];
  const named = await cinder.volumesNamed(name ?? '');
  return named.find(
    (one) => one.id !== id && isWhole(one) && one.size === size && one.metadata[CONTENT_PROPERTY] === content,
  );
}

export async function snapshotThere(
  { id }: Volume,
  { cinder }: Pick<VolumeJob, 'cinder'>,
): Promise<Snapshot | undefined> {
  const found = await cinder.snapshotsOf(id);
  return found.find((one) => one.status === 'available' && !isUnfinished(one));
}

function nameTaken(name: string, volumes: readonly Volume[]): PublishError {
  return new PublishError(
    'publish.name-taken',
    `Cinder has another volume called "${name}" (${volumes.map(({ id }) => id).join(', ')}). Use --replace to take its name, or --name for another one.`,
    { details: { name, ids: volumes.map(({ id }) => id) } },
  );
}

import { PublishError } from '../../foundation/errors.ts';
import { CONTENT_PROPERTY } from '../glance/wanted-image.ts';
import type { ImageSource } from '../image-source.ts';
import { summed } from '../summed-source.ts';
import type { Snapshot, Volume } from './cinder-api.ts';
import type { VolumeJob, WantedVolume } from './make-volume.ts';

/** What Cinder has of a volume, found out without changing anything. */
export type VolumePlan = {
  /** The content is there, or on its way. */
  readonly begun: Volume | undefined;
  /** What earlier runs left in state error: of no use to anybody. */
  readonly broken: readonly Volume[];
  /** Others of that name, which lose it. */
  readonly older: readonly Volume[];
};

/**
 * Volumes of that name are compared by content; where there is none, the image is summed only on its way.
 * @throws PublishError `publish.name-taken`
 */
export async function planVolume(
  wanted: WantedVolume,
  source: ImageSource,
  { cinder, context }: VolumeJob,
): Promise<VolumePlan> {
  const named = await cinder.volumesNamed(wanted.name);
  if (named.length === 0) return { begun: undefined, broken: [], older: [] };
  const { sha512 } = await summed(source, context.signal);
  const isSame = ({ metadata, size }: Volume): boolean =>
    metadata[CONTENT_PROPERTY] === sha512 && size === wanted.size;
  const same = named.filter(isSame);
  const broken = same.filter(({ status }) => status.startsWith('error'));
  const begun = same.find(({ status }) => !/^(error|deleting)/.test(status));
  if (begun !== undefined) return { begun, broken, older: [] };
  const older = named.filter((volume) => !isSame(volume));
  if (older.length > 0 && !wanted.replace) throw nameTaken(wanted.name, older);
  return { begun, broken, older };
}

export const isWhole = ({ status }: Volume): boolean => status === 'available' || status === 'in-use';

export async function snapshotThere(
  { id }: Volume,
  { cinder }: Pick<VolumeJob, 'cinder'>,
): Promise<Snapshot | undefined> {
  return (await cinder.snapshotsOf(id)).find(({ status }) => status === 'available');
}

/** What an older volume is called from now on. */
export function asideName(name: string): string {
  return `${name} (before ${new Date().toISOString().slice(0, 19)}Z)`;
}

function nameTaken(name: string, volumes: readonly Volume[]): PublishError {
  return new PublishError(
    'publish.name-taken',
    `Cinder has another volume called "${name}" (${volumes.map(({ id }) => id).join(', ')}). Use --replace to take its name, or --name for another one.`,
    { details: { name, ids: volumes.map(({ id }) => id) } },
  );
}

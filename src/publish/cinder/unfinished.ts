import { clientCommand, type NamedCloud } from '../openstack/client-command.ts';
import { mayTake, PUBLISHER_PROPERTY, standingOf } from '../openstack/publisher.ts';
import { mayTryAgain } from '../openstack/service-error.ts';
import type { CinderThing } from './cinder-api.ts';
import type { VolumeJob } from './make-volume.ts';

/** A volume or snapshot bears the word of the publication that makes it, as an image does, until it is whole. */
type Signed = { readonly metadata: Readonly<Record<string, string>> };

export const isUnfinished = ({ metadata }: Signed): boolean => PUBLISHER_PROPERTY in metadata;

/** Whether a publication may do with it as it likes. */
export function isFree(thing: Signed, publisher: string): boolean {
  return !isUnfinished(thing) || mayTake(thing.metadata[PUBLISHER_PROPERTY], publisher);
}

export function isUnjudged(thing: Signed): boolean {
  return isUnfinished(thing) && standingOf(thing.metadata[PUBLISHER_PROPERTY]) === 'unknown';
}

/** Of one that may still be made. */
export function unjudgedNote({ id }: { readonly id: string }, cloud: NamedCloud): string {
  return `volume ${id}, which another user or host began with this content, is left alone; if nobody is making it any more, \`${clientCommand('openstack', cloud, 'volume', 'delete', id)}\` removes it`;
}

/** For what an ended publication left and this one goes on with. */
export function sign(thing: CinderThing, id: string, { session, cinder }: VolumeJob): Promise<void> {
  return cinder.addMetadata(thing, id, { [PUBLISHER_PROPERTY]: session.publisher });
}

/** What is whole belongs to nobody any more. Where no answer comes it is looked at until one does, and then told once more. */
export async function unsigned<T extends Signed & { readonly id: string }>(
  thing: CinderThing,
  found: T,
  { cinder, context }: VolumeJob,
  look: () => Promise<T>,
): Promise<T> {
  if (!isUnfinished(found)) return found;
  try {
    await cinder.removeMetadata(thing, found.id, PUBLISHER_PROPERTY);
    return found;
  } catch (error) {
    if (context.signal.aborted || !mayTryAgain(error)) throw error;
  }
  const now = await look();
  if (isUnfinished(now)) await cinder.removeMetadata(thing, now.id, PUBLISHER_PROPERTY);
  return now;
}

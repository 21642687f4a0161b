import { type GlanceApi, type GlanceImage, glanceApi } from '../glance/glance-api.ts';
import { glanceSettings } from '../glance/glance-settings.ts';
import { placedNotes } from '../glance/image-publication.ts';
import { type GlanceSettings, wantedImage } from '../glance/publish-to-glance.ts';
import { sendImage } from '../glance/send-image.ts';
import { removeImage } from '../glance/settle-image.ts';
import { isFree, isUnfinished } from '../glance/unfinished.ts';
import { hasContent, type KnownImage, type WantedImage } from '../glance/wanted-image.ts';
import type { ImageSource } from '../image-source.ts';
import { afterCleanUp, type Leftover } from '../openstack/after-clean-up.ts';
import { clientCommand } from '../openstack/client-command.ts';
import type { CloudSession } from '../openstack/cloud-session.ts';
import { PUBLISHER_PROPERTY } from '../openstack/publisher.ts';
import { mayTryAgain, statusOf } from '../openstack/service-error.ts';
import type { PublishContext } from '../publication.ts';
import type { PublishTarget } from '../publish-target.ts';
import { summed } from '../summed-source.ts';
import { targetValues } from '../target-values.ts';

/** What a volume is made of. */
export type VolumeImage = {
  readonly id: string;
  readonly sha512: string;
  /** What was changed in the description of an image that was there and stays. */
  readonly notes?: readonly string[];
};

export type Around = { readonly session: CloudSession; readonly context: PublishContext };

const CLEAN_UP_WITHIN_MS = 60_000;
const LOOK_WITHIN_MS = 5_000;
const PAUSE_MS = 2_000;

/** The image is only a means: under a name of its own it meets none of the user's, and the next run finds what a killed one left. */
const passingName = (volume: string): string => `${volume} (for a volume)`;

/** How a volume comes to its image, found out without changing anything. */
export type VolumeImagePlan =
  | { readonly kind: 'there'; readonly id: string; readonly sha512: string }
  | {
      readonly kind: 'send';
      readonly wanted: WantedImage;
      readonly settings: GlanceSettings;
      /** Whether it stays when the volume is made. */
      readonly stays: boolean;
      /** What earlier runs left of other contents. */
      readonly removes: readonly GlanceImage[];
    };

/** The image that is in Glance already, or is to be sent: to stay with `--keep-image`, else until the volume is made. */
export async function planVolumeImage(
  source: ImageSource,
  target: PublishTarget,
  volume: string,
  { session, context: { signal } }: Around,
): Promise<VolumeImagePlan> {
  const values = targetValues(target);
  const given = values.text('image');
  if (given !== undefined) return { kind: 'there', id: given, sha512: (await summed(source, signal)).sha512 };
  const { replace, ...settings } = glanceSettings(target);
  const wanted = wantedImage(source, settings);
  if (values.flag('keep-image')) {
    const kept = replace === undefined ? settings : { ...settings, replace };
    return { kind: 'send', wanted, settings: kept, stays: true, removes: [] };
  }
  const passing = { name: passingName(volume), visibility: 'private', protected: false } as const;
  // Signed for as long as it is there, so that no other publication removes it, or uses it.
  const properties = { ...wanted.properties, [PUBLISHER_PROPERTY]: session.publisher };
  const said = [...wanted.said, PUBLISHER_PROPERTY];
  const sending = { ...wanted, ...passing, members: [], tags: [], properties, said };
  const glance = glanceApi(session, signal);
  const named = await glance.list({ name: wanted.name });
  const left = await passingImages(glance, volume, session, signal);
  if (named.length + left.length === 0)
    return { kind: 'send', wanted: sending, settings, stays: false, removes: [] };
  const known: KnownImage = { ...wanted, sha512: (await summed(source, signal)).sha512 };
  const isIt = (image: GlanceImage): boolean => image.status === 'active' && hasContent(image, known);
  const there = named.find((image) => image.name === wanted.name && !isUnfinished(image) && isIt(image));
  if (there !== undefined) return { kind: 'there', id: there.id, sha512: known.sha512 };
  const removes = left.filter((image) => image.status === 'active' && !isIt(image));
  return { kind: 'send', wanted: sending, settings, stays: false, removes };
}

/** Does what was found to be necessary. */
export async function imageForVolume(
  plan: VolumeImagePlan,
  source: ImageSource,
  { session, context }: Around,
): Promise<VolumeImage> {
  if (plan.kind === 'there') return plan;
  const glance = glanceApi(session, context.signal);
  for (const { id } of plan.removes) await removeImage(glance, id);
  const placed = await sendImage(plan.wanted, source, plan.settings, session, context);
  return {
    id: placed.image.id,
    sha512: placed.sha512,
    ...(plan.stays ? { notes: placedNotes(placed) } : {}),
  };
}

/** Those of that name that this publication has on their way, or ended ones have left. */
export async function passingImages(
  glance: GlanceApi,
  volume: string,
  session: CloudSession,
  signal: AbortSignal,
): Promise<readonly GlanceImage[]> {
  const owner = (await session.whoAmI(signal))?.project?.id;
  const name = passingName(volume);
  const found = await glance.list({ name, ...(owner === undefined ? {} : { owner }) });
  return found.filter((image) => image.name === name && isFree(image, session.publisher));
}

/**
 * Does something with an image that is only a means, and removes it whatever happens, with what earlier runs left under that name.
 * @returns what was done, and what is to be said of images that stay
 */
export async function withoutLeavings<T>(
  volume: string,
  { session, context }: Around,
  use: () => Promise<T>,
): Promise<{ readonly done: T; readonly notes: readonly string[] }> {
  const { clock } = context;
  const remove = async (): Promise<readonly string[]> => {
    // Also after Ctrl-C, so without the caller's signal.
    const own = AbortSignal.timeout(CLEAN_UP_WITHIN_MS);
    const glance = glanceApi(session, own);
    const stay: string[] = [];
    for (const { id } of await passingImages(glance, volume, session, own))
      if (!(await removedUnlessUsed(glance, id))) stay.push(`image ${id} stays in Glance: it is in use`);
    return stay;
  };
  const removeAtLast = async (): Promise<readonly string[]> => {
    const start = clock.monotonic();
    for (;;) {
      try {
        return await remove();
      } catch (error) {
        if (!mayTryAgain(error) || clock.monotonic() - start > CLEAN_UP_WITHIN_MS) throw error;
      }
      await clock.sleep(PAUSE_MS);
    }
  };
  let done: T;
  try {
    done = await use();
  } catch (error) {
    const leftover = await leftImages(volume, session);
    // Nothing to announce, but what Glance is still making is waited for all the same.
    const around = leftover === undefined ? { signal: context.signal } : context;
    throw await afterCleanUp(error, around, leftover ?? byName(volume, session), removeAtLast);
  }
  // The volume is whole; it is not made again for an image that could not be removed.
  const notes = await removeAtLast().catch(async (error: Error) => {
    const { what, command } = (await leftImages(volume, session)) ?? byName(volume, session);
    return [`${what} could not be removed (${error.message}); do it with \`${command}\``];
  });
  return { done, notes };
}

const deletion = ({ cloud }: CloudSession, words: readonly string[]): string =>
  clientCommand('openstack', cloud, 'image', 'delete', ...words);

/** Where Glance does not tell ids. */
function byName(volume: string, session: CloudSession): Leftover {
  const name = passingName(volume);
  return { id: name, what: `The image "${name}"`, command: deletion(session, [name]) };
}

/** By their ids, since a name may stand for several, or for nothing any more; undefined when there are none. */
async function leftImages(volume: string, session: CloudSession): Promise<Leftover | undefined> {
  const own = AbortSignal.timeout(LOOK_WITHIN_MS);
  try {
    const found = await passingImages(glanceApi(session, own), volume, session, own);
    const ids = found.map(({ id }) => id);
    const what = `The image "${passingName(volume)}" (${ids.join(', ')})`;
    return ids.length === 0 ? undefined : { id: ids.join(', '), what, command: deletion(session, ids) };
  } catch {
    return byName(volume, session); // why Glance does not answer, the clean-up finds out
  }
}

/** Stores that make volumes as clones keep the image for as long as those are there. */
async function removedUnlessUsed(glance: GlanceApi, id: string): Promise<boolean> {
  try {
    await removeImage(glance, id);
    return true;
  } catch (error) {
    if (statusOf(error) !== 409) throw error;
    return false;
  }
}

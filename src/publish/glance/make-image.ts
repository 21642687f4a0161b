import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { digestFile } from '../../foundation/digest-file.ts';
import { PublishError } from '../../foundation/errors.ts';
import { afterCleanUp } from '../openstack/after-clean-up.ts';
import { mayTryAgain } from '../openstack/service-error.ts';
import { whyChanged } from '../source-changed.ts';
import { assertWhole } from './compare-content.ts';
import { createImage, orphan } from './create-image.ts';
import type { FileContent } from './file-content.ts';
import { type GlanceApi, type GlanceImage, glanceApi, type PatchOperation } from './glance-api.ts';
import { changeNotes, missingChanges, type Origin } from './image-changes.ts';
import { publishedMeanwhile } from './namesakes.ts';
import type { PlaceOptions } from './place-image.ts';
import type { SendingPlan } from './plan-image.ts';
import { removeLeftovers } from './remove-leftovers.ts';
import { type Patience, removeImage, settledImage } from './settle-image.ts';
import { isFree, isUnfinished } from './unfinished.ts';
import { fillImage } from './upload-image.ts';
import { isKnown, type KnownImage, newImageFields } from './wanted-image.ts';

export type Making = {
  readonly glance: GlanceApi;
  readonly plan: SendingPlan;
  readonly content: FileContent;
  readonly options: PlaceOptions;
};

export type Made = {
  readonly image: GlanceImage;
  readonly wanted: KnownImage;
  /** What was changed in the description of one that another publication has meanwhile made. */
  readonly changes?: readonly string[];
};

const AWAY_MS = 120_000;
const SETTLE_MS = 20_000;
const CLEAN_UP_WITHIN_MS = 15_000;

export const patienceOf = ({ clock, signal }: Pick<PlaceOptions, 'clock' | 'signal'>): Patience => ({
  clock,
  signal,
  awayMs: AWAY_MS,
  settleMs: SETTLE_MS,
});

/** Creates an image, or describes one that has the content already; a new one is gone again on any failure. */
export async function makeImage(making: Making): Promise<Made> {
  const { glance, plan, options } = making;
  const { wanted, name, mark, begun } = plan;
  const { session } = options;
  const patience = patienceOf(options);
  await removeLeftovers(plan, glance, options);
  // Another publication may have found it as well.
  const now = begun && (await settledImage(glance, begun.id, patience));
  if (now?.status === 'active' && isFree(now, session.publisher) && isUnfinished(now) && isKnown(wanted))
    return { image: (await describe(glance, now, wanted, 'new', patience)).image, wanted };
  const glanceWith = (signal: AbortSignal): GlanceApi => glanceApi(session, signal);
  const around = { glanceWith, patience, logger: options.logger, cloud: session.cloud };
  const fresh = (id: string): Promise<GlanceImage> =>
    createImage(id, newImageFields(wanted, name, mark, session.publisher), around);
  // Glance gives no id twice, also not that of an image that is gone.
  const newId = begun === undefined ? plan.id : randomUUID();
  try {
    return await fillOrRemove(await fresh(newId), making, patience);
  } catch (error) {
    // A Glance that was stopped in the middle leaves its image in that state for ever.
    if (!(error instanceof PublishError) || error.details.status !== 'saving') throw error;
    options.logger.warn('Glance lost its image in the middle; sending it as a new one.');
    return fillOrRemove(await fresh(randomUUID()), making, patience);
  }
}

async function fillOrRemove({ id }: GlanceImage, making: Making, patience: Patience): Promise<Made> {
  const { session } = making.options;
  try {
    const { image, wanted } = await filled(id, making, patience);
    await assertWhole(image, wanted, making.content.path, making.options);
    const twin = await publishedMeanwhile(wanted, making);
    if (twin !== undefined) {
      await removeImage(making.glance, id);
      return { wanted, ...(await describe(making.glance, twin, wanted, 'there', patience)) };
    }
    return { image: (await describe(making.glance, image, wanted, 'new', patience)).image, wanted };
  } catch (error) {
    const cleaning = glanceApi(session, AbortSignal.timeout(CLEAN_UP_WITHIN_MS));
    const leftover = orphan(id, session.cloud);
    throw await afterCleanUp(error, making.options, leftover, () => removeImage(cleaning, id));
  }
}

/** A content whose sum is not known is summed on its way, and must be the same file at its end as at its beginning. */
async function filled(
  id: string,
  { glance, plan: { wanted }, content, options }: Making,
  patience: Patience,
): Promise<Made> {
  const { session, signal } = options;
  const { path } = content;
  const glanceWith = (either: AbortSignal): GlanceApi => glanceApi(session, either);
  const before = await stat(path);
  const sums = !isKnown(wanted);
  const { image, sha512 } = await fillImage(id, { ...options, glance, glanceWith, content, sums, patience });
  if (isKnown(wanted)) return { image, wanted };
  const changed = await whyChanged(path, before);
  if (changed !== undefined) throw changed;
  return { image, wanted: { ...wanted, sha512: sha512 ?? (await digestFile(path, 'sha512', signal)) } };
}

export type Described = {
  readonly image: GlanceImage;
  /** What was changed, one line each. */
  readonly changes: readonly string[];
};

/** Gives an image whose content is right its final name, properties and protection, and shares it. */
export async function describe(
  glance: GlanceApi,
  is: GlanceImage,
  wanted: KnownImage,
  origin: Origin,
  patience: Patience,
): Promise<Described> {
  const changes = missingChanges(is, wanted, origin);
  const image = await changed(glance, is, changes, (now) => missingChanges(now, wanted, origin), patience);
  const shared = await missingMembers(glance, image.id, wanted.members);
  for (const project of shared) await glance.addMember(image.id, project);
  return {
    image,
    changes: [...changeNotes(is, changes), ...shared.map((project) => `shared with ${project}`)],
  };
}

/** When no answer comes, the image is looked at, and gets what it still lacks. */
async function changed(
  glance: GlanceApi,
  is: GlanceImage,
  changes: readonly PatchOperation[],
  missing: (now: GlanceImage) => readonly PatchOperation[],
  patience: Patience,
): Promise<GlanceImage> {
  if (changes.length === 0) return is;
  try {
    return await glance.patch(is.id, changes);
  } catch (error) {
    if (patience.signal.aborted || !mayTryAgain(error)) throw error;
    const now = await settledImage(glance, is.id, patience);
    if (now === undefined) throw error;
    const left = missing(now);
    return left.length === 0 ? now : glance.patch(is.id, left);
  }
}

/** Those of the projects that a shared image is not shared with. */
export async function missingMembers(
  glance: GlanceApi,
  id: string,
  wanted: readonly string[],
): Promise<readonly string[]> {
  if (wanted.length === 0) return [];
  const members = await glance.members(id);
  return wanted.filter((project) => !members.includes(project));
}

import type { Logger } from '../../foundation/logger.ts';
import { outlasting } from '../../foundation/outlasting.ts';
import { afterCleanUp, announce } from '../openstack/after-clean-up.ts';
import { clientCommand, type NamedCloud } from '../openstack/client-command.ts';
import { mayTryAgain, statusOf } from '../openstack/service-error.ts';
import type { GlanceApi, GlanceImage } from './glance-api.ts';
import { type Patience, removeImage, settledImage } from './settle-image.ts';

export type CreateOptions = {
  /** Calls that end with a signal of their own. */
  readonly glanceWith: (signal: AbortSignal) => GlanceApi;
  readonly patience: Patience;
  readonly logger: Logger;
  /** For the command that removes what cannot be taken back. */
  readonly cloud: NamedCloud;
};

const CLEAN_UP_WITHIN_MS = 15_000;
/** After Ctrl-C: what is made has to be known before it can be removed. */
const ANSWERS_WITHIN_MS = 15_000;

/**
 * Creates an image under a new id of Kiln's choosing, so that it can be found again when Glance made it but its answer was lost. Without an answer
 * it is looked for, and made once more where it is not. Ctrl-C is heard when Glance has answered: what it makes later nobody would remove.
 * @throws PublishError, CancelledError; no image is there then, or the message names it
 */
export async function createImage(
  id: string,
  fields: Readonly<Record<string, unknown>>,
  options: CreateOptions,
): Promise<GlanceImage> {
  const { glanceWith, patience, logger } = options;
  const { signal } = patience;
  signal.throwIfAborted();
  const leftover = orphan(id, options.cloud);
  const late = outlasting(signal, ANSWERS_WITHIN_MS, patience.clock, () => announce(leftover, logger));
  const glance = glanceWith(late.signal);
  const create = (): Promise<GlanceImage> => glance.create({ ...fields, id });
  try {
    const made = await create().catch(async (error: unknown) => {
      if (signal.aborted || !mayTryAgain(error)) throw error;
      return (await settledImage(glance, id, patience)) ?? orThere(create(), () => glance.get(id));
    });
    signal.throwIfAborted();
    return made;
  } catch (error) {
    if (isRefusal(error) && !signal.aborted) throw error;
    throw await afterCleanUp(error, { signal }, leftover, async () => {
      await removeImage(glanceWith(AbortSignal.timeout(CLEAN_UP_WITHIN_MS)), id);
      // Removed or not there, but it may yet be made.
      if (late.signal.aborted) throw error;
    });
  } finally {
    late.end();
  }
}

/** Refused because the first request has made it after all: the id is Kiln's own. */
function orThere(made: Promise<GlanceImage>, look: () => Promise<GlanceImage>): Promise<GlanceImage> {
  return made.catch((error: unknown) => {
    if (statusOf(error) !== 409) throw error;
    return look();
  });
}

export function orphan(id: string, cloud: NamedCloud) {
  const command = clientCommand('openstack', cloud, 'image', 'delete', id);
  return { id, what: `The unfinished image ${id}`, command };
}

/** Glance answered that it made nothing. */
function isRefusal(error: unknown): boolean {
  const status = statusOf(error);
  return status !== undefined && status < 500;
}

import type { Clock } from '../../foundation/clock.ts';
import { PublishError } from '../../foundation/errors.ts';
import { mayTryAgain, statusOf } from '../openstack/service-error.ts';
import type { GlanceApi, GlanceImage } from './glance-api.ts';

export type Patience = {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How long a service may be away. */
  readonly awayMs: number;
  /** How long an image may stay in a state that should pass. */
  readonly settleMs: number;
};

const POLL_MS = 250;
const LONGEST_POLL_MS = 5000;

/** An image on its way into Glance. */
const PASSING = ['saving', 'uploading', 'importing'];

/**
 * The image once it is neither being saved nor imported, or as it still is after `settleMs`; undefined when it is gone. A service
 * that does not answer is waited for.
 * @throws PublishError of the last try when the service stays away
 */
export async function settledImage(
  glance: GlanceApi,
  id: string,
  patience: Patience,
  passing: readonly string[] = PASSING,
): Promise<GlanceImage | undefined> {
  const { clock, signal, awayMs, settleMs } = patience;
  const start = clock.monotonic();
  let answered = start;
  for (let wait = POLL_MS; ; wait = Math.min(wait * 1.5, LONGEST_POLL_MS)) {
    const now = clock.monotonic();
    const image = await lookAt(glance, id).catch((error: unknown) => {
      signal.throwIfAborted();
      if (!mayTryAgain(error) || now - answered > awayMs) throw error;
      return 'away' as const;
    });
    if (image !== 'away') {
      answered = now;
      if (image === undefined || !passing.includes(image.status) || now - start > settleMs) return image;
    }
    await clock.sleep(wait, signal);
  }
}

async function lookAt(glance: GlanceApi, id: string): Promise<GlanceImage | undefined> {
  try {
    return await glance.get(id);
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** Removes an image that is not to stay. Gone already is as good. */
export async function removeImage(glance: GlanceApi, id: string): Promise<void> {
  try {
    await glance.remove(id);
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
}

export function imageLost(id: string, status: string): PublishError {
  return new PublishError(
    'publish.image-lost',
    `Image ${id} is ${status} in Glance while Kiln was sending it, so somebody else removed or stopped it. Publish again when that is settled.`,
    { details: { id, status } },
  );
}

import type { Clock } from '../foundation/clock.ts';
import type { Logger } from '../foundation/logger.ts';
import { mayTryAgain } from './openstack/service-error.ts';

/** How long is waited before each further try. */
const WAITS_MS = [2_000, 8_000, 30_000] as const;

/**
 * Publishes again what failed for a reason that may pass: a connection that did not come about or broke, an answer of 500 and above. What was
 * begun before is found and removed, or taken over where it is whole. A refusal is final at once.
 * @throws what the last try threw; CancelledError
 */
export async function retryPublication<T>(
  name: string,
  publish: () => Promise<T>,
  { clock, logger, signal }: { readonly clock: Clock; readonly logger: Logger; readonly signal: AbortSignal },
): Promise<T> {
  for (const [index, wait] of WAITS_MS.entries()) {
    try {
      return await publish();
    } catch (error) {
      if (signal.aborted || !mayTryAgain(error)) throw error;
      logger.warn(
        `${name}: ${error.message} Trying again in ${wait / 1000} s (${index + 1} of ${WAITS_MS.length}).`,
      );
      await clock.sleep(wait, signal);
    }
  }
  return publish();
}

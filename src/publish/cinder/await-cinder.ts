import type { Clock } from '../../foundation/clock.ts';
import { PublishError } from '../../foundation/errors.ts';
import { mayTryAgain, statusOf } from '../openstack/service-error.ts';
import type { CinderApi, CinderThing } from './cinder-api.ts';

export type CinderWait = {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onState: (status: string) => void;
  readonly limitMs: number;
};

const POLL_MS = 500;
const LONGEST_POLL_MS = 5000;
const AWAY_MS = 120_000;
const PASSING = ['creating', 'downloading', 'deleting'];

type Found = { readonly id: string; readonly status: string };

/**
 * Waits until a volume or snapshot is what it is going to be.
 * @throws PublishError `publish.volume-failed` with Cinder's own message, `publish.timeout`
 */
export async function awaitAvailable<T extends Found>(
  cinder: CinderApi,
  thing: CinderThing,
  id: string,
  look: () => Promise<T>,
  wait: CinderWait,
): Promise<T> {
  const found = await settled(look, wait);
  if (found.status === 'available' || found.status === 'in-use') return found;
  const what = thing === 'volumes' ? 'volume' : 'snapshot';
  if (PASSING.includes(found.status)) {
    throw new PublishError(
      'publish.timeout',
      `The ${what} ${id} stays in state "${found.status}". Look at Cinder's log.`,
      {
        details: { id, status: found.status },
      },
    );
  }
  const messages = await cinder.messages(id).catch(() => []);
  const why =
    messages[0]?.replace(/[.\s]*$/, '.') ?? 'It gives no reason; an administrator finds it in its log.';
  throw new PublishError(
    'publish.volume-failed',
    `Cinder could not make the ${what} ${id} (state "${found.status}"): ${why}`,
    {
      details: { id, status: found.status, messages },
    },
  );
}

/** A service that does not answer for a while is waited for. */
async function settled<T extends Found>(
  look: () => Promise<T>,
  { clock, signal, onState, limitMs }: CinderWait,
): Promise<T> {
  const start = clock.monotonic();
  let answered = start;
  for (let pause = POLL_MS; ; pause = Math.min(pause * 1.3, LONGEST_POLL_MS)) {
    const now = clock.monotonic();
    const found = await look().catch((error: unknown) => {
      signal.throwIfAborted();
      if (!mayTryAgain(error) || now - answered > AWAY_MS) throw error;
      return undefined;
    });
    if (found !== undefined) {
      answered = now;
      onState(found.status);
      if (!PASSING.includes(found.status) || now - start > limitMs) return found;
    }
    await clock.sleep(pause, signal);
  }
}

/**
 * Removes what was begun; Cinder refuses while it still works on it, so this waits for that to pass.
 * @throws PublishError with Cinder's last words, also where the caller's signal ends it
 */
export async function removeWhenPossible(
  cinder: CinderApi,
  thing: CinderThing,
  id: string,
  { clock, limitMs }: Pick<CinderWait, 'clock' | 'limitMs'>,
): Promise<void> {
  const start = clock.monotonic();
  let refusal: PublishError | undefined;
  for (;;) {
    try {
      await cinder.remove(thing, id);
    } catch (error) {
      if (!(error instanceof PublishError)) throw refusal ?? error;
      refusal = error;
      const status = statusOf(error);
      if (status === 404) return;
      const busy = status === 400 || status === 409 || mayTryAgain(error);
      if (!busy || clock.monotonic() - start > limitMs) throw error;
    }
    await clock.sleep(POLL_MS);
  }
}

import { randomUUID } from 'node:crypto';
import type { Clock } from '../../foundation/clock.ts';
import type { Logger } from '../../foundation/logger.ts';
import { afterCleanUp } from '../openstack/after-clean-up.ts';
import { clientCommand, type NamedCloud } from '../openstack/client-command.ts';
import { mayTryAgain, statusOf } from '../openstack/service-error.ts';
import { type CinderWait, removeWhenPossible } from './await-cinder.ts';
import { type CinderApi, type CinderThing, cinderApi, REQUEST_PROPERTY } from './cinder-api.ts';
import type { Around } from './passing-image.ts';

/** A volume or snapshot about to be made. */
export type Beginning<T> = {
  readonly thing: CinderThing;
  readonly name: string;
  /** Its metadata must have `REQUEST_PROPERTY` with the given word. */
  readonly create: (word: string) => Promise<T>;
  /** Those that may be it. */
  readonly look: (cinder: CinderApi) => Promise<readonly Found[]>;
};

type Found = { readonly id: string; readonly metadata: Readonly<Record<string, string>> };

export type BeginOptions = {
  readonly cinder: CinderApi;
  /** For taking back when the caller's signal has ended `cinder`'s own calls. */
  readonly cleaning: () => CinderApi;
  readonly wait: Pick<CinderWait, 'clock' | 'signal'>;
  readonly logger: Logger;
  /** For the command that removes what cannot be taken back. */
  readonly cloud: NamedCloud;
};

export type Begun<T> = {
  readonly made: T;
  /** Removes what an earlier, unanswered request made after all. Called when `made` is whole. */
  readonly withoutTwin: () => Promise<void>;
};

/** A request whose answer was lost is at work at most this long before what it makes can be seen. */
const APPEARS_WITHIN_MS = 3_000;
const AWAY_MS = 120_000;
const CLEAN_UP_WITHIN_MS = 60_000;
const POLL_MS = 500;

export function beginOptions({
  session,
  cinder,
  context: { clock, signal, logger },
}: Around & Pick<BeginOptions, 'cinder'>): BeginOptions {
  const cleaning = (): CinderApi => cinderApi(session, AbortSignal.timeout(CLEAN_UP_WITHIN_MS));
  return { cinder, cleaning, wait: { clock, signal }, logger, cloud: session.cloud };
}

/**
 * Has Cinder make something. Cinder chooses ids itself, so what is made carries a word of Kiln's by which it is found when the answer was
 * lost; it is asked for once more where it is not there.
 * @throws PublishError, CancelledError; nothing is there then, or the message tells how to remove it
 */
export async function beginThing<T extends Found>(
  beginning: Beginning<T>,
  options: BeginOptions,
): Promise<Begun<T>> {
  const { cinder, wait } = options;
  const word = randomUUID();
  let isUnsure = false;
  const create = (): Promise<T> =>
    beginning.create(word).catch((error: unknown) => {
      isUnsure ||= !isRefusal(error);
      throw error;
    });
  try {
    const made = await create().catch(async (error: unknown) => {
      if (wait.signal.aborted || !mayTryAgain(error)) throw error;
      const [found] = await appeared(beginning, word, cinder, { ...wait, awayMs: AWAY_MS });
      // What the list tells is all there is to know of a volume or snapshot.
      return (found as T | undefined) ?? create();
    });
    const withoutTwin = (): Promise<void> => removeThose(beginning, word, cinder, options, made.id);
    return { made, withoutTwin: async () => (isUnsure ? withoutTwin() : undefined) };
  } catch (error) {
    if (!isUnsure) throw error;
    const around = { signal: wait.signal, logger: options.logger };
    throw await afterCleanUp(error, around, unknownOrphan(beginning, word, options.cloud), () =>
      removeThose(beginning, word, options.cleaning(), options),
    );
  }
}

/** Cinder answered that it made nothing. */
function isRefusal(error: unknown): boolean {
  const status = statusOf(error);
  return status !== undefined && status < 500;
}

/** What carries the word, as soon as anything does. A service that does not answer is waited for. */
async function appeared(
  { look }: Pick<Beginning<unknown>, 'look'>,
  word: string,
  cinder: CinderApi,
  patience: { readonly clock: Clock; readonly signal?: AbortSignal; readonly awayMs: number },
): Promise<readonly Found[]> {
  const { clock, signal, awayMs } = patience;
  const start = clock.monotonic();
  for (let answers = 0; ; answers += 1) {
    const found = await look(cinder).catch((error: unknown) => {
      signal?.throwIfAborted();
      if (!mayTryAgain(error) || clock.monotonic() - start > awayMs) throw error;
      answers = -1;
      return [];
    });
    const ours = found.filter(({ metadata }) => metadata[REQUEST_PROPERTY] === word);
    if (ours.length > 0 || answers * POLL_MS >= APPEARS_WITHIN_MS) return ours;
    await clock.sleep(POLL_MS, signal);
  }
}

async function removeThose(
  beginning: Beginning<unknown>,
  word: string,
  cinder: CinderApi,
  { wait: { clock } }: BeginOptions,
  but?: string,
): Promise<void> {
  const found = await appeared(beginning, word, cinder, { clock, awayMs: CLEAN_UP_WITHIN_MS });
  for (const { id } of found) {
    if (id === but) continue;
    await removeWhenPossible(cinder, beginning.thing, id, { clock, limitMs: CLEAN_UP_WITHIN_MS });
  }
}

function unknownOrphan({ thing, name }: Beginning<unknown>, word: string, cloud: NamedCloud) {
  const [what, words] = thing === 'volumes' ? ['volume', ['volume']] : ['snapshot', ['volume', 'snapshot']];
  const client = clientCommand('openstack', cloud, ...words);
  const quoted = `'${name.replaceAll("'", `'\\''`)}'`;
  return {
    id: word,
    what: `A ${what} "${name}" (${REQUEST_PROPERTY}=${word}) that Cinder may have begun`,
    command: `${client} delete $(${client} list --long --name ${quoted} -f value | awk '/${word}/ {print $1}')`,
  };
}

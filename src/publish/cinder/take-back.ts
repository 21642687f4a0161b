import { afterCleanUp } from '../openstack/after-clean-up.ts';
import { clientCommand } from '../openstack/client-command.ts';
import { removeWhenPossible } from './await-cinder.ts';
import { type CinderThing, cinderApi } from './cinder-api.ts';
import type { Around } from './passing-image.ts';

const CLEAN_UP_WITHIN_MS = 60_000;

/** What to throw when a volume or snapshot comes to nothing. What cannot be removed is named, with the command. */
export function takenBack(
  thing: CinderThing,
  id: string,
  error: unknown,
  { session, context }: Around,
): Promise<unknown> {
  const cleaning = cinderApi(session, AbortSignal.timeout(CLEAN_UP_WITHIN_MS));
  const words = thing === 'volumes' ? ['volume'] : ['volume', 'snapshot'];
  const what = words.join(' ');
  const command = clientCommand('openstack', session.cloud, ...words, 'delete', id);
  return afterCleanUp(error, context, { id, what: `The unfinished ${what} ${id}`, command }, () =>
    removeWhenPossible(cleaning, thing, id, { clock: context.clock, limitMs: CLEAN_UP_WITHIN_MS }),
  );
}

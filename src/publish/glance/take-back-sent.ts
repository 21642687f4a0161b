import { afterCleanUp, type Leftover } from '../openstack/after-clean-up.ts';
import { clientCommand } from '../openstack/client-command.ts';
import type { CloudSession } from '../openstack/cloud-session.ts';
import type { PublishContext } from '../publication.ts';
import { glanceApi } from './glance-api.ts';
import type { Placed } from './place-image.ts';
import { removeImage } from './settle-image.ts';

const CLEAN_UP_WITHIN_MS = 15_000;

/** Those that this publication put there, as one thing to be removed; undefined when it put none. */
export function sentImages(sent: readonly Placed[], { cloud }: CloudSession): Leftover | undefined {
  const ids = ours(sent).map(({ image }) => image.id);
  if (ids.length === 0) return undefined;
  const command = clientCommand('openstack', cloud, 'image', 'delete', ...ids);
  return { id: ids.join(', '), what: `What was sent (${ids.join(', ')})`, command };
}

/** What to throw when that for which images were sent has failed: they are removed again, also after Ctrl-C. */
export async function sentTakenBack(
  error: unknown,
  sent: readonly Placed[],
  session: CloudSession,
  context: Pick<PublishContext, 'signal' | 'logger'>,
): Promise<unknown> {
  const leftover = sentImages(sent, session);
  if (leftover === undefined) return error;
  return afterCleanUp(error, context, leftover, async () => {
    const glance = glanceApi(session, AbortSignal.timeout(CLEAN_UP_WITHIN_MS));
    for (const { image } of ours(sent)) {
      if (image.protected)
        await glance.patch(image.id, [{ op: 'replace', path: '/protected', value: false }]);
      await removeImage(glance, image.id);
    }
  });
}

/** The newest first: it names the others. */
function ours(sent: readonly Placed[]): readonly Placed[] {
  return sent.filter(({ action }) => action === 'created' || action === 'replaced').toReversed();
}

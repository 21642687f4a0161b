import { PublishError } from '../../foundation/errors.ts';
import { whyNot } from '../openstack/after-clean-up.ts';
import { clientCommand, type NamedCloud } from '../openstack/client-command.ts';
import { sentence } from '../openstack/service-error.ts';
import type { GlanceApi, GlanceImage } from './glance-api.ts';
import type { PlaceOptions } from './place-image.ts';
import type { SendingPlan } from './plan-image.ts';
import { removeImage } from './settle-image.ts';

/** Removes what ended publications left of the same content. What stays of it is in nobody's way, so it is told, and no reason to stop. */
export async function removeLeftovers(
  { leftovers, unjudged }: SendingPlan,
  glance: GlanceApi,
  { session: { cloud }, logger, signal }: Pick<PlaceOptions, 'session' | 'logger' | 'signal'>,
): Promise<void> {
  for (const image of unjudged) logger.warn(`${sentence(unjudgedNote(image, cloud))}`);
  for (const { id } of leftovers) {
    await removeImage(glance, id).catch((error: unknown) => {
      signal.throwIfAborted();
      if (!(error instanceof PublishError)) throw error;
      logger.warn(
        `Image ${id}, which an earlier publication left unfinished, could not be removed: ${whyNot(error)} Do it with \`${deletion(id, cloud)}\`.`,
      );
    });
  }
}

/** Of one that may still be sent. */
export function unjudgedNote({ id }: GlanceImage, cloud: NamedCloud): string {
  return `image ${id}, which another user or host began with this content, is left alone; if nobody is sending it any more, \`${deletion(id, cloud)}\` removes it`;
}

const deletion = (id: string, cloud: NamedCloud): string =>
  clientCommand('openstack', cloud, 'image', 'delete', id);

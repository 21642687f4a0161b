import type { Clock } from '../../foundation/clock.ts';
import type { Logger } from '../../foundation/logger.ts';
import type { CloudSession } from '../openstack/cloud-session.ts';
import type { FileContent } from './file-content.ts';
import { type GlanceImage, glanceApi } from './glance-api.ts';
import type { RetirePolicy } from './glance-settings.ts';
import { inPlace } from './in-place.ts';
import { describe, makeImage, patienceOf } from './make-image.ts';
import type { ImagePlan } from './plan-image.ts';
import { retireOlder } from './retire-older.ts';
import type { Way } from './upload-image.ts';

export type PlaceOptions = {
  readonly session: CloudSession;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly stallMs?: number | undefined;
  readonly way: Way;
  readonly store?: string | undefined;
  /** What happens to images of the same name; undefined: they are in the way. */
  readonly replace?: RetirePolicy | undefined;
  readonly onProgress: (sent: number) => void;
};

export type Placed = {
  readonly image: GlanceImage;
  /** The content's. */
  readonly sha512: string;
  /** `unchanged`: nothing was done. `updated`: the content was there, its description was not as wanted. */
  readonly action: 'created' | 'unchanged' | 'updated' | 'replaced';
  /** What was changed in the description of one that was there, one line each. */
  readonly changes: readonly string[];
  /** What became of the older ones. */
  readonly retired: readonly { readonly id: string; readonly what: string }[];
};

/**
 * Makes Glance hold an image as planned: what is there already stays, what an interrupted upload left is used or removed, what has to be
 * sent is sent and compared afterwards. Whatever fails, no image stays that is not whole.
 */
export async function carryOut(
  plan: ImagePlan,
  content: FileContent,
  options: PlaceOptions,
): Promise<Placed> {
  const { session, signal, replace } = options;
  const glance = glanceApi(session, signal);
  const retire = (image: GlanceImage): Promise<Placed['retired']> =>
    retireOlder({ glance, session, signal }, image, plan.sameName, replace).catch((error: unknown) => {
      throw inPlace(error, image, signal);
    });
  const { image, wanted, changes } =
    plan.kind === 'there'
      ? {
          ...(await describe(glance, plan.image, plan.wanted, 'there', patienceOf(options))),
          wanted: plan.wanted,
        }
      : await makeImage({ glance, plan, content, options });
  const retired = await retire(image);
  const { sha512 } = wanted;
  if (changes === undefined) {
    const replaces = plan.kind === 'send' && plan.replaces;
    return { image, sha512, action: replaces ? 'replaced' : 'created', changes: [], retired };
  }
  const updated = changes.length > 0 || retired.length > 0;
  return { image, sha512, action: updated ? 'updated' : 'unchanged', changes, retired };
}

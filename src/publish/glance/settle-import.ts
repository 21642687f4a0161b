import { mayTryAgain, statusOf } from '../openstack/service-error.ts';
import type { GlanceApi, GlanceImage } from './glance-api.ts';
import { type Patience, settledImage } from './settle-image.ts';

/** Glance's own words for a task that is still to come to its end (glance/domain/__init__.py, Task). */
const UNDER_WAY = ['pending', 'processing'];
const POLL_MS = 500;

/**
 * The image once its import has ended, or as it still is after `settleMs`; undefined when it is gone. Glance answers 202 before it has
 * begun, and until then, as after a failure, the image is `queued`: only the task tells which of them.
 * @throws PublishError of the last try when the service stays away
 */
export async function settledImport(
  glance: GlanceApi,
  id: string,
  patience: Patience,
): Promise<GlanceImage | undefined> {
  const { clock, signal, settleMs } = patience;
  const start = clock.monotonic();
  for (;;) {
    const image = await settledImage(glance, id, patience);
    if (image?.status !== 'queued' && image?.status !== 'uploading') return image;
    if (clock.monotonic() - start > settleMs) return image;
    // Looked at again: the task may have ended in between, and then the image is as it left it.
    if (!(await isUnderWay(glance, id))) return settledImage(glance, id, patience);
    await clock.sleep(POLL_MS, signal);
  }
}

/** Glances before Wallaby (API 2.12) do not list the tasks of an image. */
async function isUnderWay(glance: GlanceApi, id: string): Promise<boolean> {
  try {
    return (await glance.tasks(id)).some(({ status }) => UNDER_WAY.includes(status));
  } catch (error) {
    // Away for now: how long it may be, is known where the image is looked at.
    if (mayTryAgain(error)) return true;
    if (statusOf(error) === undefined) throw error;
    return false;
  }
}

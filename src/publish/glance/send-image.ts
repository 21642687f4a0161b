import type { CloudSession } from '../openstack/cloud-session.ts';
import type { PublishContext } from '../publication.ts';
import { assertChoices } from './check-glance.ts';
import type { FileContent } from './file-content.ts';
import { glanceApi } from './glance-api.ts';
import { carryOut, type Placed } from './place-image.ts';
import { type ImagePlan, planImage } from './plan-image.ts';
import type { GlanceSettings } from './publish-to-glance.ts';
import type { WantedImage } from './wanted-image.ts';

type SendingSettings = Pick<GlanceSettings, 'store' | 'way' | 'replace'>;

/** What `sendImage` would do. Nothing is changed. */
export async function planSending(
  wanted: WantedImage,
  source: FileContent,
  { store, way, replace }: SendingSettings,
  session: CloudSession,
  { signal }: PublishContext,
): Promise<ImagePlan> {
  await assertChoices(glanceApi(session, signal), { store, way });
  return planImage(wanted, source, { session, signal, way, replace });
}

/** For targets that need the image in Glance on their way. */
export async function sendImage(
  wanted: WantedImage,
  source: FileContent,
  settings: SendingSettings,
  session: CloudSession,
  context: PublishContext,
): Promise<Placed> {
  const { clock, logger, signal, limits } = context;
  const plan = await planSending(wanted, source, settings, session, context);
  let shown = -1;
  return carryOut(plan, source, {
    session,
    clock,
    logger,
    signal,
    stallMs: limits?.stallMs,
    way: settings.way,
    store: settings.store,
    replace: settings.replace,
    onProgress: (sent) => {
      const percent = source.size === 0 ? 100 : Math.floor((sent / source.size) * 100);
      if (percent === shown) return;
      shown = percent;
      context.onProgress(`uploading ${wanted.name}`, percent);
    },
  });
}

import type { GlanceApi, GlanceImage } from './glance-api.ts';
import type { Making } from './make-image.ts';
import { isFree, isUnfinished } from './unfinished.ts';
import { hasContent, type KnownImage } from './wanted-image.ts';

/**
 * Those of a name that stay, or may be seen to: another publication may yet take its own back. Glance lists hidden images only when asked
 * for them alone.
 */
export async function namesakes(
  glance: GlanceApi,
  name: string,
  owner: string | undefined,
  publisher: string,
): Promise<readonly GlanceImage[]> {
  const ours = owner === undefined ? {} : { owner };
  const [shown, hidden] = await Promise.all([
    glance.list({ name, ...ours }),
    glance.list({ name, os_hidden: 'true', ...ours }),
  ]);
  // `name=in:…` would be a pattern.
  return [...shown, ...hidden].filter((image) => image.name === name && isFree(image, publisher));
}

/**
 * What another publication of the same content has put there under that name while this one was sending: the later one yields, so that the
 * name stays one image's.
 */
export async function publishedMeanwhile(
  wanted: KnownImage,
  { glance, plan, options }: Pick<Making, 'glance' | 'plan' | 'options'>,
): Promise<GlanceImage | undefined> {
  const found = await namesakes(glance, wanted.name, plan.owner, options.session.publisher);
  return found.find(
    (image) => image.status === 'active' && !isUnfinished(image) && hasContent(image, wanted),
  );
}

import { MediaError } from '../foundation/errors.ts';
import type { MediaFacts } from '../media/install-media.ts';
import { lookAtLocal } from '../media/look-at-local.ts';
import { requireLocalMedia } from '../media/require-local-media.ts';
import type { SpecReading } from '../spec/resolve-spec.ts';

type Named = Pick<SpecReading, 'spec' | 'locate'>;

/**
 * What one medium of this machine tells, as `lookAtLocal`.
 * @throws MediaError of `requireLocalMedia` and `lookAtLocal`, with line and key where a template names the media
 */
export async function lookAtNamed(reading: Named): Promise<MediaFacts | undefined> {
  const { media, arch } = reading.spec;
  try {
    await requireLocalMedia(media);
    return await lookAtLocal(media, arch);
  } catch (error) {
    const where = placeOf(reading);
    if (!(error instanceof MediaError) || where === undefined) throw error;
    const { code, message, details, cause } = error;
    throw new MediaError(code, `${where}: ${message}`, { details, cause });
  }
}

/** Of several it is the list that has no usable one. */
function placeOf({ spec: { media }, locate }: Named): string | undefined {
  const [only, another] = media;
  return only === undefined || another !== undefined ? locate(['media']) : locate(['media', 0, only.kind]);
}

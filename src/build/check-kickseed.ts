import { MediaError } from '../foundation/errors.ts';
import { initrdHas } from '../media/initrd-has.ts';
import type { ResolvedLocation } from '../media/install-media.ts';
import { findOs } from '../os/find-os.ts';
import { dialectOf } from '../os/kernel-arguments.ts';
import type { InstallScriptKind } from '../spec/build-spec.ts';

/** Since Debian 12 `lib` is a link to `usr/lib`. */
const READERS = ['usr/lib/kickseed/initrd-kickseed', 'lib/kickseed/initrd-kickseed'];

/**
 * debian-installer reads a kickstart file only with kickseed in its initrd; without, it asks its first question and waits.
 * @throws MediaError `media.no-kickseed`
 */
export async function checkKickseed(
  os: string | undefined,
  kind: InstallScriptKind | undefined,
  { initrdPath, source }: Pick<ResolvedLocation, 'initrdPath' | 'source'>,
): Promise<void> {
  const row = os === undefined ? undefined : findOs(os);
  if (kind === undefined || row === undefined || dialectOf(row, kind) !== 'kickseed') return;
  if ((await initrdHas(initrdPath, READERS)) !== false) return;
  throw new MediaError(
    'media.no-kickseed',
    `${source} has a debian-installer that cannot read kickstart files: kickseed is not in its initrd. Use --location ` +
      'debian-offline:trixie, which has it, or a preseed.',
    { details: { source } },
  );
}

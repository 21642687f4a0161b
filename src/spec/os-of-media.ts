import type { MediaSource } from '../media/install-media.ts';
import { parseMadeMedia } from '../media/made-media.ts';
import { findOsBySuite } from '../os/find-os.ts';

/** Id of the one system that these media can install, as their names tell: Kiln makes some of a suite's packages. */
export function osOfMedia(media: readonly MediaSource[] = []): string | undefined {
  const [first, ...others] = media.map(osOfMedium);
  return others.every((os) => os === first) ? first : undefined;
}

function osOfMedium({ from }: MediaSource): string | undefined {
  const made = parseMadeMedia(from);
  const os = made === undefined || 'wrong' in made ? undefined : findOsBySuite(made.suite);
  return os?.family === 'debian-installer' ? os.id : undefined;
}

import { openOsinfoDb } from '../osinfo/osinfo-db.ts';
import { osinfoFolders } from '../osinfo/osinfo-folders.ts';
import { type OsinfoMedia, osinfoMedia } from '../osinfo/osinfo-media.ts';
import type { IsoImage } from './iso9660/iso-image.ts';

export type OsinfoGuess = {
  readonly osId: string;
  readonly title: string;
  readonly arch?: string;
  readonly why: string;
};

/** What this host's osinfo-db takes an ISO image for, if it is installed and knows it. Costs half a second. */
export function recogniseByOsinfo(
  image: Pick<IsoImage, 'volumeLabel' | 'systemId' | 'publisherId'>,
  known: () => readonly OsinfoMedia[] = () => osinfoMedia(openOsinfoDb(osinfoFolders({}))),
): OsinfoGuess | undefined {
  const found = known().filter((media) => matches(media, image));
  // The one that asks for most is the most certain.
  const [best] = found.sort((a, b) => asked(b) - asked(a));
  if (best === undefined) return undefined;
  const why = `osinfo-db knows ISO images labelled ${image.volumeLabel} as ${best.title}`;
  return { osId: best.osId, title: best.title, why, ...(best.arch === 'all' ? {} : { arch: best.arch }) };
}

function matches(
  media: OsinfoMedia,
  image: Pick<IsoImage, 'volumeLabel' | 'systemId' | 'publisherId'>,
): boolean {
  if (media.volumeId === undefined) return false;
  return (
    fits(media.volumeId, image.volumeLabel) &&
    fits(media.systemId, image.systemId) &&
    fits(media.publisherId, image.publisherId)
  );
}

/** A pattern that JavaScript does not understand fits nothing. */
function fits(pattern: string | undefined, text: string): boolean {
  if (pattern === undefined) return true;
  try {
    return new RegExp(`^(?:${pattern})`).test(text);
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function asked({ volumeId, systemId, publisherId }: OsinfoMedia): number {
  return [volumeId, systemId, publisherId].reduce((sum, text) => sum + (text?.length ?? 0), 0);
}

import type { MediaFacts } from '../media/install-media.ts';
import { findOs } from '../os/find-os.ts';

/**
 * A sentence for the user when the media install another system than the build is for: right for a rebuild or a derivative that Kiln
 * does not tell apart, a mistake for all others. Undefined when both agree or one of them is unknown.
 */
export function otherSystemNote(
  os: string | undefined,
  { osId, why }: Pick<MediaFacts, 'osId' | 'why'>,
): string | undefined {
  if (os === undefined || osId === undefined) return undefined;
  const [wanted, found] = [os, osId].map((word) => ({
    id: findOs(word)?.id ?? word,
    title: findOs(word)?.title,
  }));
  if (wanted === undefined || found === undefined || wanted.id === found.id) return undefined;
  const because = why.length === 0 ? '' : ` (${why.join('; ')})`;
  return (
    `The media seem to install ${found.title ?? found.id}${because}, and the build is for ${wanted.title ?? wanted.id}. ` +
    `If that is not meant, name other media, or the system with --os ${found.id}.`
  );
}

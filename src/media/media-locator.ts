import { brokenUrl } from '../foundation/broken-url.ts';
import { MediaError } from '../foundation/errors.ts';
import { type MadeMedia, parseMadeMedia } from './made-media.ts';

/** `MediaSource.from`, taken apart. */
export type MediaLocator =
  | { readonly scheme: 'path'; readonly path: string }
  | { readonly scheme: 'url'; readonly url: string }
  | MadeMedia;

/**
 * @throws MediaError `media.unsupported` for a scheme that Kiln cannot fetch, `media.not-found` for a malformed name
 */
export function parseMediaLocator(from: string): MediaLocator {
  const made = parseMadeMedia(from);
  if (made !== undefined && 'wrong' in made) throw new MediaError('media.unsupported', `${made.wrong}.`);
  if (made !== undefined) return made;
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(from)?.[1]?.toLowerCase();
  if (scheme === 'http' || scheme === 'https' || scheme === 'ftp') {
    if (!URL.canParse(from)) {
      throw new MediaError('media.not-found', `"${brokenUrl(from)}" is not a URL; check how it is written.`);
    }
    return { scheme: 'url', url: from };
  }
  if (scheme === 'file' && URL.canParse(from)) {
    return { scheme: 'path', path: decodeURIComponent(new URL(from).pathname) };
  }
  if (scheme !== undefined && /^[a-z][a-z0-9+.-]+:\/\//i.test(from)) {
    throw new MediaError(
      'media.unsupported',
      `Media cannot be fetched with ${scheme}:; use http, https, ftp or a file of this machine.`,
      { details: { scheme } },
    );
  }
  return { scheme: 'path', path: from };
}

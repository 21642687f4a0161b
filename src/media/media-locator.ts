import { MediaError } from '../foundation/errors.ts';

/** `MediaSource.from`, taken apart. */
export type MediaLocator =
  | { readonly scheme: 'path'; readonly path: string }
  | { readonly scheme: 'http'; readonly url: string }
  | { readonly scheme: 'apt-mirror' | 'debian-offline'; readonly suite: string };

/**
 * @throws MediaError `media.unsupported` for a scheme that Kiln cannot fetch, `media.not-found` for a malformed name
 */
export function parseMediaLocator(from: string): MediaLocator {
  const own = /^(apt-mirror|debian-offline):([a-z][a-z0-9-]*)$/.exec(from);
  if (own?.[2] !== undefined) {
    return { scheme: own[1] === 'apt-mirror' ? 'apt-mirror' : 'debian-offline', suite: own[2] };
  }
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(from)?.[1]?.toLowerCase();
  if (scheme === 'http' || scheme === 'https') {
    if (!URL.canParse(from)) throw new MediaError('media.not-found', 'The media URL is malformed; check it.');
    return { scheme: 'http', url: from };
  }
  if (scheme === 'file' && URL.canParse(from)) {
    return { scheme: 'path', path: decodeURIComponent(new URL(from).pathname) };
  }
  if (scheme !== undefined && /^[a-z][a-z0-9+.-]+:\/\//i.test(from)) {
    throw new MediaError(
      'media.unsupported',
      `Media cannot be fetched with ${scheme}:; use http, https or a file of this machine.`,
      { details: { scheme } },
    );
  }
  if (/^(apt-mirror|debian-offline):/.test(from)) {
    throw new MediaError(
      'media.unsupported',
      `${from} names no Debian suite; write for example ${scheme}:trixie.`,
    );
  }
  return { scheme: 'path', path: from };
}

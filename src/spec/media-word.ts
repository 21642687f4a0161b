import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brokenUrl } from '../foundation/broken-url.ts';
import { nearestWord, suggestion } from '../foundation/nearest-word.ts';
import type { MediaKind, MediaSource } from '../media/install-media.ts';
import { MADE_SCHEMES, parseMadeMedia, suiteFault } from '../media/made-media.ts';
import { readLine, wrong } from './words.ts';

const ELSEWHERE = /^(https?|ftp):\/\//i;
const OTHER_SCHEME = /^([a-z][a-z0-9+.-]+):\/\//i;

/** A path becomes absolute, seen from `folder`; URLs and words like `apt-mirror:trixie` stay. */
export function readFrom(value: unknown, folder: string): string {
  const text = readLine(value);
  if (ELSEWHERE.test(text)) {
    if (!URL.canParse(text)) throw wrong(`"${brokenUrl(text)}" is not a URL; check how it is written`);
    return text;
  }
  const made = parseMadeMedia(text);
  if (made !== undefined && 'wrong' in made) throw wrong(made.wrong);
  const fault = made && suiteFault(made);
  if (fault !== undefined) throw wrong(fault);
  if (made !== undefined) return text;
  const mistyped = mistypedScheme(text);
  if (mistyped !== undefined) throw wrong(mistyped);
  if (text.startsWith('file:')) {
    const path = pathOf(text);
    if (path === undefined) throw wrong(`"${text}" is not a file URL; write file:///path or a path`);
    return readLine(path);
  }
  const scheme = OTHER_SCHEME.exec(text)?.[1];
  if (scheme !== undefined)
    throw wrong(`media cannot be fetched with ${scheme}:; use http, https, ftp or a file of this machine`);
  return isAbsolute(text) ? text : resolve(folder, text);
}

/** `apt-miror:trixie`; a file with a colon in its name may be called by a path. */
function mistypedScheme(text: string): string | undefined {
  const [, scheme, rest] = /^([a-z][a-z-]*):(?!\/\/)(.*)$/is.exec(text) ?? [];
  const meant = scheme === undefined ? undefined : nearestWord(scheme, MADE_SCHEMES);
  if (meant === undefined || rest === undefined) return undefined;
  return `"${scheme}:" is not known. Did you mean "${meant}:${rest}"? A file of that name is written ./${text}`;
}

/** Undefined for a URL of another host, and for percent signs that stand for no character of a path. */
function pathOf(url: string): string | undefined {
  try {
    return url.startsWith('file:///') ? fileURLToPath(url) : undefined;
  } catch (error) {
    if (error instanceof TypeError || error instanceof URIError) return undefined;
    throw error;
  }
}

export function readMirror(value: unknown): string {
  const text = readLine(value);
  if (ELSEWHERE.test(text) && URL.canParse(text)) return text;
  throw wrong(`"${text}" is not a URL; a mirror is one with http, https or ftp`);
}

/** virt-install's `--location X,kernel=<path>,initrd=<path>`; commas elsewhere belong to X. */
export function readLocation(value: unknown, folder: string): MediaSource {
  let rest = readLine(value);
  const inside: { kernel?: string; initrd?: string } = {};
  for (;;) {
    const option = /^(.+),(kernel|initrd)=([^,]+)$/.exec(rest);
    if (!option) break;
    inside[option[2] === 'kernel' ? 'kernel' : 'initrd'] = option[3] ?? '';
    rest = option[1] ?? '';
  }
  const unknown = ELSEWHERE.test(rest) ? undefined : /,([a-z]\w*)=[^,/]*$/.exec(rest)?.[1];
  if (unknown !== undefined)
    throw wrong(
      `"${unknown}" is not known after a location; kernel and initrd are.${suggestion(unknown, ['kernel', 'initrd'])}`,
    );
  return checkMedia({ kind: 'location', from: readFrom(rest, folder), ...inside });
}

/** Kernel and initrd come as a pair, for direct kernel boot alone. */
export function checkMedia(media: MediaSource): MediaSource {
  if ((media.kernel === undefined) !== (media.initrd === undefined))
    throw wrong('kernel and initrd go together: name both or neither');
  if (media.kernel !== undefined && media.kind !== 'location')
    throw wrong(`kernel and initrd are for location alone, not for ${media.kind}`);
  if (media.mirrors !== undefined && !ELSEWHERE.test(media.from))
    throw wrong('mirrors are for media from a URL');
  if (media.checksums === undefined && (media.signature ?? media.keyring) !== undefined)
    throw wrong('signature and keyring are about a list of checksums; name it with checksums');
  return media;
}

export function mediaOf(kind: MediaKind, value: unknown, folder: string): MediaSource {
  return kind === 'location' ? readLocation(value, folder) : { kind, from: readFrom(value, folder) };
}

import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MediaKind, MediaSource } from '../media/install-media.ts';
import { readLine, wrong } from './words.ts';

const ELSEWHERE = /^https?:\/\/./i;
const OTHER_SCHEME = /^([a-z][a-z0-9+.-]+):\/\//i;
const MADE_HERE = /^(apt-mirror|debian-offline):/;

/** A path becomes absolute, seen from `folder`; URLs and words like `apt-mirror:trixie` stay. */
export function readFrom(value: unknown, folder: string): string {
  const text = readLine(value);
  if (ELSEWHERE.test(text)) return text;
  if (MADE_HERE.test(text)) {
    if (!/^[a-z-]+:[a-z][a-z0-9.-]*$/.test(text))
      throw wrong(`"${text}" names no suite; write for example apt-mirror:trixie`);
    return text;
  }
  if (text.startsWith('file:')) {
    if (!text.startsWith('file:///'))
      throw wrong(`"${text}" is not a file URL; write file:///path or a path`);
    return fileURLToPath(text);
  }
  const scheme = OTHER_SCHEME.exec(text)?.[1];
  if (scheme !== undefined)
    throw wrong(`media cannot be fetched with ${scheme}:; use http, https or a file of this machine`);
  return isAbsolute(text) ? text : resolve(folder, text);
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
  return checkMedia({ kind: 'location', from: readFrom(rest, folder), ...inside });
}

/** Kernel and initrd come as a pair, for direct kernel boot alone. */
export function checkMedia(media: MediaSource): MediaSource {
  if ((media.kernel === undefined) !== (media.initrd === undefined))
    throw wrong('kernel and initrd go together: name both or neither');
  if (media.kernel !== undefined && media.kind !== 'location')
    throw wrong(`kernel and initrd are for location alone, not for ${media.kind}`);
  return media;
}

export function mediaOf(kind: MediaKind, value: unknown, folder: string): MediaSource {
  return kind === 'location' ? readLocation(value, folder) : { kind, from: readFrom(value, folder) };
}

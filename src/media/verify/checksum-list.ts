import { MediaError } from '../../foundation/errors.ts';
import type { MediaPin } from '../install-media.ts';

/** `<hex>  name` as sha256sum writes it, ` *` for binary mode. */
const GNU = /^([0-9a-f]{64}|[0-9a-f]{128}) [ *](.+)$/i;
/** `SHA256 (name) = <hex>` as BSD's sha256 and Fedora's `CHECKSUM` have it. */
const BSD = /^(SHA256|SHA512) \((.+)\) = ([0-9a-f]+)$/i;
const LENGTHS = { sha256: 64, sha512: 128 } as const;

export type ListedPin = { readonly pin: MediaPin /** Counted from 1. */; readonly line: number };

/**
 * The checksum of a file in a `SHA256SUMS` or `CHECKSUM` list, by its name without folder; the strongest when there are several.
 * @param list how messages name the list
 * @throws MediaError `media.checksum-list` when the file is not in it, or twice with different checksums (details: where)
 */
export function findInList(text: string, fileName: string, list: string): ListedPin {
  const found = text.split(/\r?\n/).flatMap((line, index): ListedPin[] => {
    const entry = entryOf(line);
    const same = entry !== undefined && entry.name.replace(/^.*\//, '') === fileName;
    return same ? [{ pin: entry.pin, line: index + 1 }] : [];
  });
  const strong = found.filter(({ pin }) => pin.algorithm === 'sha512');
  const [first, ...others] = strong.length > 0 ? strong : found;
  if (first === undefined) {
    const names = text.split(/\r?\n/).flatMap((line) => entryOf(line)?.name ?? []);
    throw refused(`${list} lists no ${fileName}${hint(names)}`);
  }
  const another = others.find(({ pin }) => pin.digest !== first.pin.digest);
  if (another === undefined) return first;
  throw refused(
    `${list}:${another.line} gives ${fileName} another checksum than line ${first.line}`,
    `${list}:${another.line}`,
  );
}

function entryOf(line: string): { readonly name: string; readonly pin: MediaPin } | undefined {
  const gnu = GNU.exec(line);
  if (gnu?.[1] !== undefined && gnu[2] !== undefined) {
    const algorithm = gnu[1].length === LENGTHS.sha256 ? 'sha256' : 'sha512';
    return { name: gnu[2], pin: { algorithm, digest: gnu[1].toLowerCase() } };
  }
  const bsd = BSD.exec(line);
  if (bsd?.[2] === undefined || bsd[3] === undefined) return undefined;
  const algorithm = bsd[1]?.toUpperCase() === 'SHA512' ? 'sha512' : 'sha256';
  if (bsd[3].length !== LENGTHS[algorithm]) return undefined;
  return { name: bsd[2], pin: { algorithm, digest: bsd[3].toLowerCase() } };
}

function hint(names: readonly string[]): string {
  if (names.length === 0) return ': it holds no SHA-256 or SHA-512 checksums at all';
  return `; it lists ${names.slice(0, 5).join(', ')}${names.length > 5 ? ' and others' : ''}`;
}

function refused(what: string, where?: string): MediaError {
  return new MediaError('media.checksum-list', `${what}. Name the list that belongs to the file.`, {
    details: where === undefined ? {} : { where },
  });
}

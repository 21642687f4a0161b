import { basename } from 'node:path';
import { MediaError } from '../../foundation/errors.ts';
import type { MediaPin } from '../install-media.ts';

/** `<hex>  name` as sha256sum writes it, ` *` for binary mode. */
const GNU = /^([0-9a-f]{64}|[0-9a-f]{128}) [ *](.+)$/i;
/** `SHA256 (name) = <hex>` as BSD's sha256 and Fedora's `CHECKSUM` have it. */
const BSD = /^(SHA256|SHA512) \((.+)\) = ([0-9a-f]+)$/i;
const LENGTHS = { sha256: 64, sha512: 128 } as const;

export type ListedPin = { readonly pin: MediaPin /** Counted from 1. */; readonly line: number };

/**
 * The checksum of a file in a `SHA256SUMS` or `CHECKSUM` list, by its name; its folders count where several files have that name. The
 * strongest when there are several.
 * @param path of the file, with as much of its folders as is known
 * @param list how messages name the list
 * @throws MediaError `media.checksum-list` when the file is not in it, or twice with different checksums (details: where)
 */
export function findInList(text: string, path: string, list: string): ListedPin {
  const fileName = basename(path);
  const named = text.split(/\r?\n/).flatMap((line, index): (ListedPin & { readonly name: string })[] => {
    const entry = entryOf(line);
    const same = entry !== undefined && basename(entry.name) === fileName;
    return same ? [{ ...entry, line: index + 1 }] : [];
  });
  const found = nearest(named, path);
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

/** Those whose folders the path ends in, as far as they go; all of them when it ends in none. */
function nearest(
  entries: readonly (ListedPin & { readonly name: string })[],
  path: string,
): readonly ListedPin[] {
  const partsOf = (name: string): string[] => name.split('/').filter((part) => part !== '' && part !== '.');
  const whole = `/${partsOf(path).join('/')}`;
  const fitting = entries.filter(({ name }) => whole.endsWith(`/${partsOf(name).join('/')}`));
  const deepest = Math.max(...fitting.map(({ name }) => partsOf(name).length));
  const chosen = fitting.filter(({ name }) => partsOf(name).length === deepest);
  return (chosen.length > 0 ? chosen : entries).map(({ pin, line }) => ({ pin, line }));
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

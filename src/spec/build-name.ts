import { hidesSomething } from '../foundation/printable.ts';
import { readText, wrong } from './words.ts';

const LONGEST = 64;

/**
 * A build's name becomes a folder, file names and the name of a libvirt domain (which may hold neither `/` nor control
 * characters: virDomainDefParseXML). Blanks, quotes, `$` and XML's characters are fine in all of them and allowed.
 */
export function readName(value: unknown): string {
  const name = readText(value);
  const remedy = `choose another, for example --name ${JSON.stringify(nameFrom(name) || 'my-image')}`;
  if (hidesSomething(name))
    throw wrong(`${JSON.stringify(name)} holds control characters or invisible ones; ${remedy}`);
  if (name.includes('/'))
    throw wrong(`"${name}" holds a "/", which no folder name or domain name can; ${remedy}`);
  if (/^[.-]/.test(name)) throw wrong(`"${name}" begins with "${name[0]}"; ${remedy}`);
  if (name.trim() === '') throw wrong(`is blank; ${remedy}`);
  if (Buffer.byteLength(name) > LONGEST)
    throw wrong(`"${name}" is longer than ${LONGEST} bytes (${Buffer.byteLength(name)}); ${remedy}`);
  return name;
}

/** A usable name made of any text, such as a file's name; may come out empty. */
export function nameFrom(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replaceAll(/^[.-]+|[.-]+$/g, '')
    .slice(0, LONGEST);
}

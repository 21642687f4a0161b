import type { InstallScriptKind } from '../spec/build-spec.ts';
import { kickstartLines } from './kickstart-lines.ts';
import { preseedAnswers, preseedEntries } from './preseed-lines.ts';

/** A line of an install script, as it may be shown: passwords hidden, long lines cut. */
export type ScriptPlace = { readonly lineNumber: number; readonly text: string };

const LONGEST = 100;
/** Of a long line with the word that matters at its end. */
const BEGINNING = 40;
const SECRET = /password|passphrase|\brootpw\b|\bsshpw\b|\bpasswd\b\s*:|\$(?:1|5|6|y|2[aby])\$/i;

/**
 * Where an install script says something about `settings`: questions of a preseed file, commands and sections of a kickstart
 * file, keys of an autoinstall file, elements of an AutoYaST profile.
 */
export function locateSettings(
  text: string,
  kind: InstallScriptKind,
  settings: readonly string[],
): readonly ScriptPlace[] {
  const wanted = new Set(settings);
  return placesOf(text, kind)
    .filter(({ name }) => wanted.has(name))
    .map(({ lineNumber, raw }) => ({ lineNumber, text: shown(raw) }));
}

/** The lines that hold a word the installer named: a package, a key. Comments do not count. */
export function locateWord(text: string, word: string): readonly ScriptPlace[] {
  const lines = text.split('\n').map((raw, index) => ({ lineNumber: index + 1, raw }));
  const isWord = new RegExp(`(?<![\\w.+-])${word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w.+-])`);
  return lines
    .filter(({ raw }) => !/^\s*(#|<!--)/.test(raw) && isWord.test(raw))
    .map(({ lineNumber, raw }) => ({ lineNumber, text: shown(raw, isWord) }));
}

/** Where a shell command stands that was run: the lines which call its program with most of its words. Values came in between. */
export function locateRun(text: string, command: string): readonly ScriptPlace[] {
  const words = command.split(/\s+/).map((word) => word.replace(/^['"]|['"]$/g, ''));
  const [program, ...more] = words.filter((word) => word !== '' && !/^\w+=/.test(word));
  if (program === undefined) return [];
  const lines = text.split('\n');
  const places = locateWord(text, program).map((place) => {
    const raw = lines[place.lineNumber - 1] ?? '';
    return { place, shared: more.filter((word) => raw.includes(word)).length };
  });
  const most = Math.max(...places.map(({ shared }) => shared));
  if (more.length > 0 && most === 0) return [];
  return places.filter(({ shared }) => shared === most).map(({ place }) => place);
}

/**
 * Those of `settings` whose value is the command that an installer quotes. It breaks lines at the width of its screen, may show the
 * beginning alone, and Kiln may have added to the user's own; so blanks do not count, and one may be longer than the other.
 */
export function locateCommand(
  text: string,
  settings: readonly string[],
  command: string,
): readonly ScriptPlace[] {
  const quoted = withoutBlanks(command);
  // In front of the user's last command Kiln puts a bracket.
  const fits = (value: string): boolean =>
    holdsInOrder(quoted, value.split(PLACEHOLDER)) || value.startsWith(quoted.replace(/^\(/, ''));
  const found = preseedAnswers(text)
    .map((answer) => ({ ...answer, bare: withoutBlanks(answer.value) }))
    .filter(({ question, bare }) => settings.includes(question) && bare !== '' && fits(bare));
  const longest = Math.max(...found.map(({ bare }) => bare.length));
  return found
    .filter(({ bare }) => bare.length === longest)
    .map(({ lineNumber, raw }) => ({ lineNumber, text: shown(raw) }));
}

/** What Kiln filled in is no part of the user's own text. */
const PLACEHOLDER = /\{\{\w+\}\}/;

function holdsInOrder(text: string, parts: readonly string[]): boolean {
  let from = 0;
  for (const part of parts) {
    const at = text.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return true;
}

const withoutBlanks = (text: string): string => text.replace(/\s+/g, '');

/** One line by its number; undefined when there is none. */
export function lineAt(text: string, lineNumber: number): ScriptPlace | undefined {
  const raw = text.split('\n')[lineNumber - 1];
  return raw === undefined ? undefined : { lineNumber, text: shown(raw) };
}

type Named = { readonly name: string; readonly lineNumber: number; readonly raw: string };

function placesOf(text: string, kind: InstallScriptKind): readonly Named[] {
  switch (kind) {
    case 'preseed':
      return preseedEntries(text).map(({ question, lineNumber, raw }) => ({
        name: question,
        lineNumber,
        raw,
      }));
    case 'kickstart':
      return kickstartLines(text).flatMap(({ text: raw, lineNumber, section, comment }) => {
        const [word = '', second = ''] = raw.trim().split(/\s+/);
        if (comment || (section !== undefined && word !== section)) return [];
        // kickseed takes debian-installer's own settings in kickstart files: `preseed mirror/suite string trixie`.
        const name =
          word === 'preseed'
            ? (raw
                .trim()
                .split(/\s+/)
                .find((part) => part.includes('/')) ?? second)
            : word;
        return [{ name, lineNumber, raw }];
      });
    case 'autoinstall':
    case 'autoyast':
      return text.split('\n').flatMap((raw, index) => {
        const name = (kind === 'autoinstall' ? /^\s*(?:- )?([\w-]+):/ : /<([\w-]+)[\s/>]/).exec(raw)?.[1];
        return name === undefined ? [] : [{ name, lineNumber: index + 1, raw }];
      });
    case 'user-script':
      // No grammar of settings: which word means what is the program's own.
      return [];
  }
}

/** What joins a line to the next one. */
const JOINED = /\s*(?:;|&&|\|\|)?\s*\\\s*$/;

/** @param word what matters in it, so that a long line is not cut before it */
function shown(raw: string, word?: RegExp): string {
  const line = raw
    .replace(/\\\n\s*/g, ' ')
    .replace(JOINED, '')
    .trim();
  const secret = SECRET.exec(line);
  if (secret !== null) return `${line.slice(0, secret.index + secret[0].length)} …`;
  if (line.length <= LONGEST) return line;
  const found = word?.exec(line);
  const end = found ? found.index + found[0].length : 0;
  if (end <= LONGEST) return `${line.slice(0, LONGEST)} …`;
  // Its beginning says which setting it is.
  const from = Math.max(BEGINNING, end - (LONGEST - BEGINNING));
  const rest = line.slice(end);
  return `${line.slice(0, BEGINNING)} … ${line.slice(from, end)}${rest === '' ? '' : ' …'}`;
}

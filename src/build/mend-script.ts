import { otherDisksInCommands } from '../install-script/command-disks.ts';
import {
  lineAt,
  locateCommand,
  locateSettings,
  locateWord,
  type ScriptPlace,
} from '../install-script/locate-settings.ts';
import type { InjectionMethod, InstallScriptKind } from '../spec/build-spec.ts';
import { isForgottenIn, isLetPassIn, letsPass, readComplaint, tracedCommand } from '../watch/complaint.ts';
import type { Explanation } from '../watch/install-outcome.ts';
import { lastCommandLines } from './last-command.ts';

export type ScriptToMend = {
  readonly path: string;
  readonly kind: InstallScriptKind;
  readonly inject?: InjectionMethod;
  /** As the user wrote it. */
  readonly original: string;
  /** As the installer got it: its line numbers are of this text. */
  readonly text: string;
  /** The guest's one disk: `vda`. */
  readonly disk?: string;
  /** The installer asked no mirror, so what the script says of one is innocent. */
  readonly withoutMirror?: boolean;
};

/** What a complaint speaks of: something in quotes, a path, a host in brackets (`(10.0.2.2)`). */
const THING = /(?<=[\s(])['‘"`]([^'’"`]+)['’"`]|(?<=\s)(\/[^\s:,;]+)|\(([\w-]+(?:\.[\w-]+)+)\)/g;

/** More places than this name the whole script. */
const MOST_PLACES = 4;

/**
 * Lines of the script that the console complains of in the way of Unix programs: `cp: can't stat '/nothere'` speaks of a line with
 * `cp` and `/nothere`. The last such complaint counts, unless the script let it pass: `cp /a /b || true`.
 * @param command what the installer quoted of the script
 */
export function linesComplainedOf(
  script: ScriptToMend,
  consoleTail: readonly string[],
  command = '',
): readonly string[] {
  for (const [at, said] of [...consoleTail.entries()].reverse()) {
    // Printed by the script itself: a here-document, an `echo`.
    if (script.original.includes(said.trim())) continue;
    const complaint = readComplaint(said);
    if (complaint === undefined || letsPass(tracedCommand(consoleTail[at + 1] ?? '') ?? '')) continue;
    const { program, text } = complaint;
    if (isLetPassIn(command, program) || isForgottenIn(command, program)) continue;
    const rest = ` ${text}`;
    const things = [...rest.matchAll(THING)].map(([, quoted, path, host]) => quoted ?? path ?? host ?? '');
    const called = locateWord(script.original, program).map(({ lineNumber }) => lineNumber);
    const places = things
      .flatMap((thing) => locateWord(script.original, thing))
      .filter(({ lineNumber }) => called.includes(lineNumber));
    if (places.length > 0) return shownPlaces(script, places);
  }
  return [];
}

export const shownPlaces = ({ path }: ScriptToMend, places: readonly ScriptPlace[]): readonly string[] =>
  places.slice(0, MOST_PLACES).map(({ lineNumber, text }) => `${path}:${lineNumber}: ${text}`);

/**
 * Which line of the user's install script mends what the installer complained of: `FILE:LINE: <the line>`, or what to add when it
 * says nothing about it.
 */
export function mendScript(script: ScriptToMend, known: NonNullable<Explanation['mend']>): readonly string[] {
  const mend = script.withoutMirror ? { ...known, settings: known.settings.filter(isNoMirror) } : known;
  const otherDisks = mend.settings.includes('partman-auto/disk') ? otherDisksOf(script) : [];
  const places = otherDisks.length > 0 ? otherDisks : placesOf(script, mend);
  const instead = mend.instead?.[script.kind];
  const lines = instead === undefined || hasLine(script, instead) ? [] : [instead];
  if (places.length > 0) return [...shownPlaces(script, places), ...lines.map((line) => `instead: ${line}`)];
  const { add = lines, settings } = mend;
  if (add.length === 0)
    return speaksOf(script.kind, settings)
      ? [`${script.path} says nothing about ${settings.join(', ')}`]
      : [];
  return [`${script.path} lacks:`, ...add.map((line) => `  ${line}`)];
}

const isNoMirror = (setting: string): boolean => !setting.startsWith('mirror/');

function hasLine({ original }: ScriptToMend, line: string): boolean {
  const plain = (text: string): string => text.trim().replace(/\s+/g, ' ');
  return original.split('\n').some((one) => plain(one) === plain(line));
}

/** Commands that put a disk which is not there; the other settings of partitioning are innocent then. */
function otherDisksOf({ kind, original, disk }: ScriptToMend): readonly ScriptPlace[] {
  if (kind !== 'preseed') return [];
  return otherDisksInCommands(original, disk).flatMap(({ line }) => lineAt(original, line) ?? []);
}

/** Settings of another kind of script among them mean a remark for all installers, of which the absence tells nothing. */
function speaksOf(kind: InstallScriptKind, settings: readonly string[]): boolean {
  return settings.length > 0 && settings.every((name) => name.includes('/') === (kind === 'preseed'));
}

function placesOf(script: ScriptToMend, mend: NonNullable<Explanation['mend']>): readonly ScriptPlace[] {
  const named = mend.line === undefined ? undefined : originalLine(script, Number(mend.line));
  if (named !== undefined) return [named];
  const places = locateSettings(script.original, script.kind, mend.settings);
  const withWord = mend.word === undefined ? [] : locateWord(script.original, mend.word);
  if (withWord.length > 0) return withWord;
  const { command, settings } = mend;
  const quoted =
    command === undefined || script.kind !== 'preseed'
      ? []
      : locateCommand(script.original, settings, command);
  const [setting] = quoted;
  if (setting === undefined) return places;
  return quoted.length === 1 ? [...lastCommandLines(script.original, setting, mend), setting] : quoted;
}

/** Kiln may have added lines before it; what it added itself is no line of the user's. Of lines that read alike, it is the same one. */
export function originalLine(
  { original, text }: Pick<ScriptToMend, 'original' | 'text'>,
  lineNumber: number,
): ScriptPlace | undefined {
  const said = text.split('\n')[lineNumber - 1];
  const lines = original.split('\n');
  const alike = (all: readonly string[]): readonly number[] =>
    all.flatMap((line, index) => (line === said ? [index + 1] : []));
  const nth = alike(text.split('\n')).indexOf(lineNumber);
  const at = lines[lineNumber - 1] === said ? lineNumber : alike(lines)[nth];
  return at === undefined ? undefined : lineAt(original, at);
}

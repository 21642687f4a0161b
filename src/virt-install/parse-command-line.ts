import { type Problem, specErrorOf } from '../foundation/errors.ts';
import { isWritable } from '../foundation/xml-text.ts';
import { convertOldOptions } from './convert-old-options.ts';
import { COMMAND_OPTIONS, type CommandOption, REFUSED } from './options/command-options.ts';
import { suggestOption } from './options/suggest-option.ts';
import { parseUse } from './prepare-use.ts';
import { given, type OptionUse, type VirtInstallCommand } from './virt-install-options.ts';

/** What stands on the command line, option by option, before anything is looked into. */
export type RawOptions = {
  readonly values: Record<string, string>;
  readonly flags: Set<string>;
  readonly lists: Record<string, string[]>;
  readonly texts: Record<string, string[]>;
};

/** A command line as far as it can be read, and what is wrong with it. */
export type ReadCommandLine = {
  readonly command: VirtInstallCommand;
  readonly problems: readonly Problem[];
};

/** @throws SpecError `spec.invalid` with every problem of the words themselves */
export function parseVirtInstall(args: readonly string[]): VirtInstallCommand {
  const { command, problems } = readVirtInstall(args);
  if (problems.length > 0) throw specErrorOf('The command line', problems);
  return command;
}

/**
 * Reads a command line in virt-install's grammar (virt-install(1)): long options may be shortened while they stay unambiguous, values
 * follow after `=` or as the next word, short options may be written together. What is
 * wrong is left out of the options.
 */
export function readVirtInstall(args: readonly string[]): ReadCommandLine {
  const problems: Problem[] = [];
  const raw: RawOptions = { values: {}, flags: new Set(), lists: {}, texts: {} };
  readWords(args, raw, problems);
  if (raw.flags.has('help')) return { command: { kind: 'help' }, problems: [] };
  if (raw.flags.has('version')) return { command: { kind: 'version' }, problems: [] };
  const asked = askedForHelp(raw);
  if (asked !== undefined) return { command: asked, problems: [] };
  refuseForeign(raw, problems);
  convertOldOptions(raw, problems);
  const uses: Record<string, readonly OptionUse[]> = {};
  for (const [name, texts] of Object.entries(raw.texts)) {
    uses[name] = texts.map((text) => parseUse(name, text, problems));
  }
  const place = uses.location?.at(-1);
  if (place !== undefined && !place.values.location) {
    const hasFile = place.values.kernel !== undefined || place.values.initrd !== undefined;
    const problem = hasFile
      ? 'names a file of a tree, and no tree: write --location TREE,kernel=…,initrd=…'
      : 'names no tree: write the URL, folder or ISO it lies in';
    problems.push({ where: `--location ${place.text}`, problem });
  }
  refuseInstall(uses.install?.at(-1), problems);
  const options = { values: raw.values, flags: [...raw.flags], lists: raw.lists, uses };
  return { command: { kind: 'run', options }, problems };
}

function readWords(args: readonly string[], raw: RawOptions, problems: Problem[]): void {
  const rest = [...args];
  const report = (where: string, problem: string): unknown => problems.push({ where, problem });
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word.startsWith('--') && word.length > 2) readLong(word, rest, raw, report);
    else if (isOption(word)) readShort(word, rest, raw, report);
    else report(word, "is no option, and a build in virt-install's words takes nothing else");
  }
}

type Report = (where: string, problem: string) => unknown;

function readLong(word: string, rest: string[], raw: RawOptions, report: Report): void {
  const equals = word.indexOf('=');
  const typed = equals < 0 ? word.slice(2) : word.slice(2, equals);
  const value = equals < 0 ? undefined : word.slice(equals + 1);
  const found = findLong(typed);
  const [only] = found;
  if (found.length > 1) {
    report(`--${typed}`, OTHER_WORDS[typed] ?? `could be ${found.map(({ name }) => `--${name}`).join(', ')}`);
    // Whichever was meant, the next word was its value.
    if (value === undefined && found.every(({ shape }) => shape !== 'flag')) takeValue(rest);
  } else if (only !== undefined) takeOption(only, value, rest, raw, report);
  else reportUnknown(typed, report);
}

/** What is called otherwise beside a target. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  os: 'names the system beside a template or an install script; without one write --osinfo',
};

function reportUnknown(typed: string, report: Report): void {
  const names = COMMAND_OPTIONS.flatMap(({ name, alias = [] }) => [name, ...alias]);
  report(`--${typed}`, `is no option.${suggestOption(typed, names)} \`kiln build --help\` lists them`);
}

function findLong(typed: string): readonly CommandOption[] {
  const names = (option: CommandOption): readonly string[] => [option.name, ...(option.alias ?? [])];
  const exact = COMMAND_OPTIONS.filter((option) => names(option).includes(typed));
  return exact.length > 0
    ? exact
    : COMMAND_OPTIONS.filter((option) => names(option).some((name) => name.startsWith(typed)));
}

/** `-qd`, `-n name`, `-nname`. */
function readShort(word: string, rest: string[], raw: RawOptions, report: Report): void {
  for (let at = 1; at < word.length; at += 1) {
    const letter = word.charAt(at);
    const option = COMMAND_OPTIONS.find(({ short }) => short === letter);
    if (option === undefined) {
      const [name = ''] = word.slice(1).split('=');
      const isLong = COMMAND_OPTIONS.some((one) => one.name === name);
      const problem = isLong ? `is no option. Did you mean "--${name}"?` : 'is no option';
      return void report(isLong ? `-${name}` : `-${letter}`, `${problem}; \`kiln build --help\` lists them`);
    }
    const attached = word.slice(at + 1).replace(/^=/, '');
    if (option.shape !== 'flag') {
      takeOption(option, attached === '' ? undefined : attached, rest, raw, report);
      return;
    }
    raw.flags.add(option.name);
  }
}

/** A word with a space in it or a negative number is a value, unless it begins with an option and `=` (as Python's argparse has it). */
function isOption(word: string): boolean {
  const [, name] = /^--([\w-]+)=/.exec(word) ?? [];
  if (name !== undefined && findLong(name).length > 0) return true;
  return word.startsWith('-') && word !== '-' && !word.includes(' ') && !/^-\d+$/.test(word);
}

/** The next word, where that is no option. */
function takeValue(rest: string[]): string | undefined {
  const [next] = rest;
  return next !== undefined && !isOption(next) ? rest.shift() : undefined;
}

function takeOption(
  option: CommandOption,
  attached: string | undefined,
  rest: string[],
  raw: RawOptions,
  report: Report,
): void {
  const { name, shape } = option;
  if (shape === 'flag') {
    if (attached !== undefined) report(`--${name}`, 'takes no value');
    raw.flags.add(name);
    return;
  }
  const mayStandAlone = shape === 'optional' || option.bare !== undefined;
  const value = attached ?? takeValue(rest);
  if (value !== undefined && !isWritable(value)) {
    report(`--${name} ${JSON.stringify(value)}`, 'holds a character that cannot stand in XML');
  } else if (value?.includes(REPLACED)) {
    report(
      `--${name} ${value}`,
      'holds bytes that are not UTF-8 (they show as U+FFFD); rename what it names',
    );
  } else if (value !== undefined && isBadNumber(name, value)) {
    report(`--${name}`, `"${value}" is not a whole number${name === 'wait' ? ' of minutes' : ''}`);
  } else if (value === undefined && !mayStandAlone) report(`--${name}`, 'needs a value');
  else if (value === '' && unsets(option)) forget(option, raw);
  else if (shape === 'value') raw.values[name] = value ?? '';
  else if (shape === 'optional') raw.values[name] = value ?? BARE[name] ?? '';
  else {
    const lists = shape === 'list' ? raw.lists : raw.texts;
    const text = value ?? option.bare ?? '';
    lists[name] = option.once ? [text] : [...(lists[name] ?? []), text];
  }
}

/** What Node reads for bytes of the command line that are not UTF-8, so that nobody knows them any more. */
const REPLACED = '\ufffd';

/** Read as numbers at each use, also by virt-install, so that a wrong one is never passed over for a later one or another option. */
const isBadNumber = (name: string, value: string): boolean =>
  ['ram', 'vncport', 'wait'].includes(name) && !/^\s*[+-]?\d+\s*$/.test(value);

/**
 * A value that is there and empty (`--machine "$MACHINE"` of a script) is none, as virt-install has it; numbers that it reads itself must be
 * numbers, and an empty use of an option that may be repeated is counted by the option itself.
 */
function unsets({ name, shape, once, kiln }: CommandOption): boolean {
  if (kiln || ['ram', 'vncport'].includes(name)) return false;
  return shape === 'value' || name === 'xml' || once === true;
}

/** The last one counts, so it takes back those before it. */
function forget({ name, shape }: CommandOption, raw: RawOptions): void {
  if (shape === 'value') delete raw.values[name];
  else if (shape === 'complex') delete raw.texts[name];
}

/** What an optional value is when it is left out. */
const BARE: Readonly<Record<string, string>> = { 'print-xml': 'all', wait: '-1', keep: 'always' };

function askedForHelp({ texts, lists: { xml = [] } }: RawOptions): VirtInstallCommand | undefined {
  const asked = Object.entries({ ...texts, xml }).filter(([, uses]) =>
    uses.some((use) => use === '?' || use === 'help'),
  );
  if (asked.length > 0) return { kind: 'sub-options', names: asked.map(([name]) => name) };
  return texts['os-variant']?.includes('list') ? { kind: 'list-os' } : undefined;
}

function refuseInstall(use: OptionUse | undefined, problems: Problem[]): void {
  const [tree, kernel, initrd] = ['os', 'kernel', 'initrd'].map((name) => given(use, name));
  if (tree !== undefined) {
    const problem = `is not taken: name the tree of "${tree}" itself with --location URL`;
    problems.push({ where: '--install os=', problem });
  }
  if ((kernel === undefined) === (initrd === undefined)) return;
  const missing = kernel === undefined ? 'kernel' : 'initrd';
  const problem = `is missing: an installer is a kernel and an initrd, kernel=FILE,initrd=FILE`;
  problems.push({ where: `--install ${missing}=`, problem });
}

function refuseForeign(raw: RawOptions, problems: Problem[]): void {
  for (const [name, instead] of Object.entries(REFUSED)) {
    const given = raw.flags.has(name) || name in raw.values || name in raw.texts;
    if (given) problems.push({ where: `--${name}`, problem: `is not taken: ${instead}` });
  }
}

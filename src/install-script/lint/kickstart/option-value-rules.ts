import { isIPv4 } from 'node:net';
import { nearestWord } from '../../../foundation/nearest-word.ts';
import type { KickstartCommand } from '../../kickstart-document.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { isPlaceholder, isTestInstaller, type LintTarget } from '../lint-target.ts';
import { type CommandWords, commandWords, type WrittenOption } from './command-words.ts';
import {
  commandStatus,
  fullOption,
  isKickseed,
  kickstartRelease,
  optionsOfCommand,
  wordsIn,
} from './kickstart-release.ts';
import { type CommandValues, KICKSTART_VALUES } from './value-table.ts';

type Rule = LintRule<ScriptOf<'kickstart'>>;

type Fault = Omit<Hit, 'line'>;

/** A command that the release knows, with what it takes. */
type Judged = CommandWords & {
  readonly name: string;
  readonly takes: CommandValues;
  readonly release: string | undefined;
};

const listOf = (words: string | undefined): readonly string[] => words?.split(' ').filter(Boolean) ?? [];

/** Judges each command by itself; one whose quotes are open or that is not known is told by other rules. */
function commandFaults(
  { document }: ScriptOf<'kickstart'>,
  target: LintTarget,
  faultsOf: (command: Judged) => readonly Fault[],
): readonly Hit[] {
  if (isTestInstaller(target) || isKickseed(target.os)) return [];
  const release = kickstartRelease(target.os);
  return document.commands.flatMap((command: KickstartCommand): Hit[] => {
    const { name, line, openQuote } = command;
    const takes = KICKSTART_VALUES.get(name);
    const known = ['known', 'deprecated'].includes(commandStatus(name, release));
    if (takes === undefined || openQuote || !known) return [];
    const options = optionsOfCommand(name, release);
    const words = commandWords(command, new Set(listOf(takes.switches)), (word) => fullOption(word, options));
    return faultsOf({ ...words, name, takes, release }).map((fault) => ({ line, ...fault }));
  });
}

const NUMBER = /^[+-]?\d+$/;
/** What can be meant as an IPv4 address alone. */
const ADDRESS = /^\d+(?:\.\d*)+$/;
const BOOLEAN = /^(?:on|yes|true|1|off|no|false|0)$/i;

/** blivet knows formats by their full names as well (`PPC PReP Boot`, `LVM2_member`), and a thin pool has none whatever is said. */
const isUnjudgedFormat = ({ options }: Judged, { name, value }: WrittenOption): boolean =>
  name === '--fstype' &&
  (/[\s_]/.test(value ?? '') || options.some((option) => option.name === '--thinpool'));

function valueFault(command: Judged, option: WrittenOption): Fault | undefined {
  const { name, takes, release } = command;
  const { name: word, value } = option;
  if (isPlaceholder(word) || isPlaceholder(value) || isUnjudgedFormat(command, option)) return undefined;
  if (listOf(takes.switches).includes(word)) {
    if (value === undefined) return undefined;
    return { message: `${name} ${word} takes no value`, fix: `write ${word} alone, or leave it out` };
  }
  // An option that is not known is told by itself.
  if (!optionsOfCommand(name, release).has(word)) return undefined;
  if (value === undefined) return { message: `${name} ${word} has no value`, fix: `write ${word}=…` };
  const said = `${name} ${word} does not take "${value}"`;
  if (listOf(takes.numbers).includes(word))
    return NUMBER.test(value) ? undefined : { message: said, fix: numberFix(word, value) };
  if (listOf(takes.booleans).includes(word))
    return BOOLEAN.test(value) ? undefined : { message: said, fix: 'write yes or no' };
  if (listOf(takes.addresses).includes(word)) {
    const wrong = value.split(',').some((part) => ADDRESS.test(part.trim()) && !isIPv4(part.trim()));
    return wrong ? { message: said, fix: 'write four numbers up to 255, such as 192.0.2.10' } : undefined;
  }
  const known = [...wordsIn(takes.oneOf?.[word] ?? {}, release).keys()];
  const plain = word === '--level' ? value.replace(/^raid(?=\d)/i, '') : value;
  if (known.length === 0 || known.includes(plain)) return undefined;
  return { message: said, fix: `write ${nearestWord(value, known) ?? known.join(', ')}` };
}

/** kickstart counts MiB, and takes no unit. */
function numberFix(option: string, value: string): string {
  const [, size = '', unit = ''] = /^(\d+)\s*([KMGT])?i?B?$/i.exec(value) ?? [];
  const factor = { M: 1, G: 1024, T: 1024 ** 2 }[unit.toUpperCase()];
  return /size$/.test(option) && factor !== undefined
    ? `write ${option}=${Number(size) * factor} (MiB, without a unit)`
    : 'write a whole number';
}

/** `--dir=` is the root of its partition. */
const MAY_BE_EMPTY = '--dir';

/** An empty value counts as none; one that is missing is told by itself. */
const isGiven = ({ options }: Judged, option: string): boolean =>
  options.some(({ name, value }) => name === option && (value !== '' || name === MAY_BE_EMPTY));

function tooMany(command: Judged): readonly Fault[] {
  const { name, takes } = command;
  const given = listOf(takes.onlyOne).filter((option) => isGiven(command, option));
  if (given.length < 2) return [];
  return [{ message: `${name} takes one of ${given.join(' and ')}, not both`, fix: 'remove one' }];
}

function strayWords({ name, takes, options, words, release }: Judged): readonly Fault[] {
  const { passesOver } = takes;
  if (passesOver !== undefined && wordsIn({ [passesOver]: name }, release).size > 0) return [];
  const stray = takes.most === undefined ? [] : words.slice(takes.most);
  if (stray.length === 0 || words.some(isPlaceholder)) return [];
  if (name === 'sshkey')
    return [
      {
        message: 'the key is not quoted, so sshkey takes its first word alone',
        fix: 'put the whole key in quotes',
      },
    ];
  const isSecret = name === 'rootpw' || options.some((option) => option.name.includes('pass'));
  const shown = isSecret ? '' : ` "${stray.join(' ')}"`;
  const message = `${name} does not take the word${stray.length > 1 ? 's' : ''}${shown}`;
  const fix = 'remove it, write it as an option (--…), or put a value with blanks in quotes';
  return [{ message, fix }];
}

const badValue: Rule = {
  id: 'kickstart.bad-value',
  severity: 'error',
  about: 'a value that the option does not take, or a word that the command does not; Anaconda stops at it',
  check: (script, target) =>
    commandFaults(script, target, (command) => [
      ...command.options.flatMap((option) => valueFault(command, option) ?? []),
      ...tooMany(command),
      ...strayWords(command),
    ]),
};

/** Names of the repositories that installers of Fedora and Red Hat's kin bring along, so that `repo --name` alone switches one on. */
const BROUGHT_ALONG =
  /^(?:fedora|updates|rawhide|base|extras|plus|appstream|baseos|crb|powertools|highavailability|resilientstorage|rt|nfv)\b/i;

/** Anaconda: "is not one of the pre-defined repositories". */
function lacksAddress(command: Judged): readonly string[] {
  const name = command.options.find((option) => option.name === '--name')?.value ?? '';
  const isKnown = name === '' || isPlaceholder(name) || BROUGHT_ALONG.test(name);
  const options = listOf(command.takes.onlyOne);
  const isMissing =
    command.name === 'repo' && !isKnown && !options.some((option) => isGiven(command, option));
  return isMissing ? ['--baseurl or --mirrorlist or --metalink'] : [];
}

/** Those of the release, to be proposed; of a row whose options it does not know, nothing is wanted. */
function lacks(command: Judged): readonly string[] {
  const known = optionsOfCommand(command.name, command.release);
  const options = listOf(command.takes.needs)
    .map((row) => row.split('|'))
    .filter((row) => !row.some((option) => isGiven(command, option)))
    .map((row) => row.filter((option) => known.get(option) === 'known'))
    .filter((row) => row.length > 0)
    .map((row) => row.join(' or '));
  const [what, instead = ''] = command.takes.wants ?? [];
  const isThere = command.words.length > 0 || listOf(instead).some((option) => isGiven(command, option));
  return [...options, ...lacksAddress(command), ...(what === undefined || isThere ? [] : [what])];
}

const missingValue: Rule = {
  id: 'kickstart.missing-value',
  severity: 'error',
  about: 'a command without an option or a word that it must have; Anaconda stops at it',
  check: (script, target) =>
    commandFaults(script, target, (command) =>
      command.options.some(({ name }) => isPlaceholder(name))
        ? []
        : lacks(command).map((lack) => ({
            message: `${command.name} has no ${lack}, which it must have`,
            fix: `add ${lack}`,
          })),
    ),
};

const contradicts: Rule = {
  id: 'kickstart.options-contradict',
  severity: 'warning',
  about: 'options that contradict each other: the last one counts',
  check: (script, target) =>
    commandFaults(script, target, ({ name, takes, options }) => {
      const rows = listOf(takes.lastCounts).map((row) => row.split('|'));
      const given = rows.flatMap((row) => options.find((option) => row.includes(option.name))?.name ?? []);
      if (given.length < 2) return [];
      const message = `${name} ${given.join(' and ')} contradict each other, and the last one counts`;
      return [{ message, fix: 'leave one of them' }];
    }),
};

export const OPTION_VALUE_RULES: readonly Rule[] = [badValue, missingValue, contradicts];

import type { Problem } from '../foundation/errors.ts';
import { nearestFirst, suggestion } from '../foundation/nearest-word.ts';
import { problemOfValue } from './check-value.ts';
import { CLEARXML_ROW, type ComplexOption, type SubOption, XPATH_ROWS } from './options/option-table.ts';
import { type SubOptionWord, splitSubOptions } from './split-sub-options.ts';
import type { OptionUse } from './virt-install-options.ts';

/** A row and the name it was given by, with the row's own name filled in: `cell1.id` → `numa.cell1.id`. */
type Match = { readonly row: SubOption; readonly name: string };

type Reporter = (where: string, problem: string) => void;

/** Reads the text of an option with sub-options; everything wrong with it goes to `problems`. */
export function parseOptionUse(option: ComplexOption, text: string, problems: Problem[]): OptionUse {
  const flag = flagOf(option);
  const report: Reporter = (where, problem) => problems.push({ where, problem });
  const words = splitSubOptions(text);
  if (words === undefined) {
    report(flag, `"${text}" has a quote that is not closed, or ends in a backslash`);
    return { text, values: {} };
  }
  const find = rowFinder(option);
  const values: Record<string, string> = {};
  for (const { name, value } of joinCommas(namePositional(words, option), find)) {
    const match = find(name);
    if (match === undefined) report(`${flag} ${name}`, unknownName(option, name, value));
    else if (value === undefined || (value === '' && saysSomething(option.name, match.row[0])))
      report(`${flag} ${name}`, noValue(match.row, name));
    else if (highestIndex(match.name) > MOST_INDEX)
      report(`${flag} ${name}`, `counts too far: its numbers go from 0 to ${MOST_INDEX}`);
    else {
      const problem = problemOfValue(match.row, value);
      if (problem !== undefined) report(`${flag} ${name}`, problem);
      else values[match.name] = value;
    }
  }
  return { text, values };
}

/**
 * Sub-options that cannot be given empty, which is how others are unset: virt-install ends with an error of Python's, or writes XML that libvirt
 * does not take (`<timer name="pit"/>`, a feature without a name).
 */
const NEVER_EMPTY: Readonly<Record<string, RegExp>> = {
  memory: /^(?:memory|currentMemory|max[Mm]emory)$/,
  cpu: /^(?:force|require|optional|disable|forbid)$/,
  metadata: /^os_/,
  boot: /^(?:boot#\.dev|initargs)$/,
  iothreads: /^iothreads$/,
  controller: /^(?:address|num_pcie_root_ports)$/,
  hostdev: /^name$/,
  memdev: /^(?:target\.size|target\.label_size|source\.alignsize)$/,
  features: /^a(?:cpi|pic)\b/,
  clock: /_present$|_tickpolicy$|^timer#/,
  sysinfo: /^type$/,
  disk: /^(?:size|sparse|perms)$/,
};

const saysSomething = (option: string, name: string): boolean =>
  name === 'boot.order' || NEVER_EMPTY[option]?.test(name) === true;

/** All elements before one that is named are made too; no guest of QEMU has more of anything than processors (4096 of machine q35). */
const MOST_INDEX = 4095;

const highestIndex = (name: string): number => Math.max(0, ...(name.match(/\d+/g) ?? []).map(Number));

/** As virt-install(1) has it today. */
const flagOf = ({ name }: ComplexOption): string => (name === 'os-variant' ? '--osinfo' : `--${name}`);

/** Leading words without `=` belong to the names the option gives them. */
function namePositional(words: readonly SubOptionWord[], option: ComplexOption): SubOptionWord[] {
  const named = [...words];
  for (const [index, name] of option.positional.entries()) {
    const word = named[index];
    if (word === undefined || word.value !== undefined) break;
    named[index] = { name, value: word.name };
  }
  return named;
}

/** A sub-option that may hold commas takes what follows, up to the next known name. */
function joinCommas(
  words: readonly SubOptionWord[],
  find: (name: string) => Match | undefined,
): SubOptionWord[] {
  const joined: SubOptionWord[] = [];
  for (const word of words) {
    const before = joined.at(-1);
    const continues = before?.value !== undefined && find(before.name)?.row[2]?.commas === true;
    if (before !== undefined && continues && find(word.name) === undefined) {
      const more = word.value ? `${word.name}=${word.value}` : word.name;
      joined[joined.length - 1] = { name: before.name, value: `${before.value},${more}` };
    } else joined.push(word);
  }
  return joined;
}

/** Of an option's rows, the one a typed name means. Exact names come before those with an index. */
export function rowFinder(option: ComplexOption): (name: string) => Match | undefined {
  const exact = new Map<string, Match>();
  const indexed: { readonly pattern: RegExp; readonly row: SubOption }[] = [];
  for (const row of rowsOf(option)) {
    for (const name of [row[0], ...(row[2]?.alias ?? [])]) {
      if (!name.includes('#')) exact.set(name, exact.get(name) ?? { row, name: withIndexes(row[0], []) });
      else indexed.push({ pattern: namePattern(name), row });
    }
  }
  return (typed) => {
    const found = exact.get(typed);
    if (found !== undefined) return found;
    for (const { pattern, row } of indexed) {
      const match = pattern.exec(typed);
      if (match !== null) return { row, name: withIndexes(row[0], match.slice(1)) };
    }
    return undefined;
  };
}

/** `xpath#.set` and `clearxml` belong to every option that makes an element of its own; else they would mean the whole domain. */
export function rowsOf(option: ComplexOption): readonly SubOption[] {
  const madeXml = option.place !== '' && option.place !== '.';
  return madeXml ? [...option.rows, ...XPATH_ROWS, CLEARXML_ROW] : option.rows;
}

function namePattern(name: string): RegExp {
  const escaped = name.replaceAll('.', '\\.').replaceAll('#', '(\\d*)');
  return new RegExp(`^${escaped}$`);
}

/** An index that is left out is the first. */
function withIndexes(name: string, indexes: readonly (string | undefined)[]): string {
  let next = 0;
  return name.replaceAll('#', () => {
    const index = indexes[next];
    next += 1;
    return String(Number(index || 0));
  });
}

function unknownName(option: ComplexOption, name: string, value: string | undefined): string {
  const known = rowsOf(option).flatMap((row) => [row[0], ...(row[2]?.alias ?? [])]);
  const shown = nearestFirst(
    name,
    known.filter((word) => !/^(?:address|xpath|alias)\b/.test(word)),
  ).slice(0, 12);
  const what =
    value === undefined && option.positional.length > 0 ? 'a second word without a name' : 'no sub-option';
  return `is ${what}.${suggestion(name, known)} There are ${shown.join(', ')} …; ${flagOf(option)}=? lists all`;
}

function noValue([, , details]: SubOption, name: string): string {
  const isSwitch =
    details?.kind !== undefined && ['yes-no', 'on-off', 'flag', 'switch'].includes(details.kind);
  if (isSwitch) return `needs a value: write ${name}=on or ${name}=off`;
  return details?.values === undefined
    ? `needs a value: ${name}=…`
    : `needs a value, one of ${details.values.join(', ')}`;
}

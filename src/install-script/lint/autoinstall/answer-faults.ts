import { isAlias, isMap, isScalar, isSeq, type YAMLMap } from 'yaml';
import { assertNever } from '../../../foundation/assert-never.ts';
import { nearestWord } from '../../../foundation/nearest-word.ts';
import { answerAt, keysOf, scalarText } from '../../autoinstall-document.ts';
import { isSystemAccount } from '../../system-accounts.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { isPlaceholder, type LintTarget } from '../lint-target.ts';
import { ANSWERS, type Answer } from './answer-table.ts';

type Script = ScriptOf<'autoinstall'>;
type Rule = LintRule<Script>;
type LineOf = Script['document']['lineOf'];

/** One of a map whose other keys are refused or ignored. */
type OtherKey = { readonly others: Answer['others']; readonly hit: Hit };
type Faults = { readonly hits: readonly Hit[]; readonly keys: readonly OtherKey[] };

const NONE: Faults = { hits: [], keys: [] };
const together = (all: readonly Faults[]): Faults => ({
  hits: all.flatMap(({ hits }) => hits),
  keys: all.flatMap(({ keys }) => keys),
});

const SHAPES = {
  text: 'a text; in quotes, where it looks like a number',
  boolean: 'true or false',
  map: 'a map of keys and values',
  list: 'a list, each item behind a hyphen',
} as const;

/** Subiquity reads with PyYAML, to whom yes and no are booleans as well. */
function isA(node: unknown, shape: NonNullable<Answer['is']>): boolean {
  switch (shape) {
    case 'map':
      return isMap(node);
    case 'list':
      return isSeq(node);
    case 'boolean':
      return isScalar(node) && /^(?:true|false|yes|no|on|off)$/i.test(String(node.value));
    case 'text':
      return isScalar(node) && typeof node.value === 'string';
    default:
      return assertNever(shape);
  }
}

const isNothing = (node: unknown): boolean => isScalar(node) && node.value === null;

function faultsOf(path: string, node: unknown, answer: Answer, lineOf: LineOf): Faults {
  const text = scalarText(node);
  if (node === undefined || isAlias(node) || isNothing(node) || isPlaceholder(text)) return NONE;
  const line = lineOf(node);
  if (answer.is !== undefined && !isA(node, answer.is)) {
    const shape = SHAPES[answer.is];
    return {
      hits: [{ line, message: `${path} must be ${shape.split(';')[0]}`, fix: `write ${shape}` }],
      keys: [],
    };
  }
  const words = answer.oneOf?.split(' ') ?? [];
  if (words.length > 0 && (text === undefined || !words.includes(text))) {
    const fix = `write ${nearestWord(text ?? '', words) ?? words.join(' or ')}`;
    return { hits: [{ line, message: `${path} does not take "${text ?? 'this'}"`, fix }], keys: [] };
  }
  if (isSeq(node) && answer.items !== undefined) {
    const { items } = answer;
    return together(node.items.map((item) => faultsOf(`an item of ${path}`, item, items, lineOf)));
  }
  return isMap(node) ? mapFaults(path, node, answer, lineOf) : NONE;
}

function mapFaults(path: string, map: YAMLMap, answer: Answer, lineOf: LineOf): Faults {
  const { keys = {}, needs = '', others } = answer;
  const names = Object.keys(keys);
  const missing = needs
    .split(' ')
    .filter((row) => row !== '' && !row.split('|').some((key) => map.has(key)))
    .map((row): Hit => {
      const what = row.replaceAll('|', ' or ');
      return {
        line: lineOf(map),
        message: `${path} has no ${what}, and the installer stops`,
        fix: `add ${what}`,
      };
    });
  const other = (others === undefined ? [] : keysOf(map, lineOf))
    .filter(({ key }) => !names.includes(key))
    .map(({ key, line }): OtherKey => {
      const near = nearestWord(key, names);
      const message = `${path} has no key "${key}"`;
      return {
        others,
        hit: { line, message, fix: near ? `write ${near}` : `remove it: ${path} has ${names.join(', ')}` },
      };
    });
  const below = names.map((key) => faultsOf(`${path}.${key}`, map.get(key, true), keys[key] ?? {}, lineOf));
  return together([{ hits: missing, keys: other }, ...below]);
}

const allFaults = ({ document }: Script): Faults =>
  together(
    Object.entries(ANSWERS).map(([key, answer]) =>
      faultsOf(key, answerAt(document, key), answer, document.lineOf),
    ),
  );

const badAnswer: Rule = {
  id: 'autoinstall.bad-answer',
  severity: 'error',
  about:
    "an answer that Subiquity's schema refuses: a key that is missing or not known, another type, a word that is not taken",
  check: (script) => {
    const { hits, keys } = allFaults(script);
    return [...hits, ...keys.filter(({ others }) => others === 'refused').map(({ hit }) => hit)];
  },
};

const ignoredKey: Rule = {
  id: 'autoinstall.ignored-key',
  severity: 'warning',
  about: 'a key within an answer that Subiquity does not know and ignores',
  check: (script) =>
    allFaults(script)
      .keys.filter(({ others }) => others === 'ignored')
      .map(({ hit }) => hit),
};

/** Subiquity's server/controllers/identity.py. */
const USER_NAME = /^[a-z_][a-z0-9_-]{0,31}$/;

/** Subiquity looks at the name of an autoinstall file since 26.04; before that cloud-init gives root the password. */
const mayBeRoot = ({ os }: LintTarget): boolean => Number(/^ubuntu-?(\d+)/.exec(os ?? '')?.[1] ?? 0) < 26;

const badUsername: Rule = {
  id: 'autoinstall.bad-username',
  severity: 'error',
  about: 'a name of the user that is none or that the system has for itself; Subiquity stops',
  check: ({ document }, target) => {
    const node = answerAt(document, 'identity', 'username');
    const name = scalarText(node);
    if (name === undefined || isPlaceholder(name) || (name === 'root' && mayBeRoot(target))) return [];
    const isTaken = isSystemAccount(name);
    if (USER_NAME.test(name) && !isTaken) return [];
    const message = isTaken
      ? `"${name}" is a user or group of the system itself`
      : `"${name}" is no name for a user: lower-case letters, digits, _ and hyphens make one, at most 32, a letter first`;
    return [{ line: document.lineOf(node), message, fix: 'choose another, such as builder' }];
  },
};

export const ANSWER_FAULT_RULES: readonly Rule[] = [badAnswer, ignoredKey, badUsername];

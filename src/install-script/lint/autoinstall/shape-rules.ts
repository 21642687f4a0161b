import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import { suggestion } from '../../../foundation/nearest-word.ts';
import { answerAt, keysOf } from '../../autoinstall-document.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { AUTOINSTALL_ALONE, AUTOINSTALL_KEYS, type KeyShape } from './keys.ts';

type Script = ScriptOf<'autoinstall'>;
type Rule = LintRule<Script>;

const tab: Rule = {
  id: 'autoinstall.tab',
  severity: 'error',
  about: 'a tab indents a line',
  check: ({ document }) =>
    document.errors
      .filter(({ code }) => code === 'TAB_AS_INDENT')
      .map(({ line }) => ({
        line,
        message: 'a tab indents this line, which YAML forbids',
        fix: 'use blanks',
      })),
};

const syntax: Rule = {
  id: 'autoinstall.syntax',
  severity: 'error',
  about: 'a text that is not YAML',
  check: ({ document }) =>
    document.errors
      .filter(({ code }) => code !== 'TAB_AS_INDENT')
      .map(({ line, message }) => ({ line, message: `not YAML: ${message}`, fix: 'correct the line' })),
};

/** cloud-init looks at nothing that does not begin with this line (datasource NoCloud). */
const noHeader: Rule = {
  id: 'autoinstall.no-header',
  severity: 'error',
  about: 'the first line is not #cloud-config, so cloud-init ignores the file',
  check: ({ document }) =>
    document.cloudConfig
      ? []
      : [
          {
            line: 1,
            message: 'cloud-init ignores a file whose first line is not #cloud-config',
            fix: 'begin it with: #cloud-config',
          },
        ],
  mend: ({ text }) => `#cloud-config\n${text}`,
};

const notWrapped: Rule = {
  id: 'autoinstall.not-wrapped',
  severity: 'error',
  about: 'the answers do not stand below the word autoinstall',
  check: ({ document }) => {
    if (document.wrapped || document.errors.length > 0) return [];
    const first = document.topKeys[0]?.line ?? 1;
    const message = 'the word autoinstall: is missing, so cloud-init takes the answers for its own';
    return [{ line: first, message, fix: 'put all of it below autoinstall: and indent it' }];
  },
  mend: ({ text, document }) => {
    const head = /^#cloud-config[^\n]*\n/.exec(text)?.[0] ?? '';
    const rest = text.slice(head.length);
    if (document.errors.length > 0 || /^---/m.test(rest)) return undefined;
    const indented = rest.split('\n').map((line) => (line === '' ? line : `  ${line}`));
    return `${head}autoinstall:\n${indented.join('\n')}`;
  },
};

const misplacedKey: Rule = {
  id: 'autoinstall.misplaced-key',
  severity: 'error',
  about: 'a key of autoinstall beside that word instead of below it; rejected since 24.04',
  check: ({ document }) =>
    document.wrapped
      ? document.topKeys
          .filter(({ key }) => AUTOINSTALL_ALONE.has(key))
          .map(({ key, line }) => ({
            line,
            message: `${key} stands beside autoinstall: 24.04 rejects that, older releases ignore it`,
            fix: 'indent it, so that it stands below autoinstall:',
          }))
      : [],
};

const unknownKey: Rule = {
  id: 'autoinstall.unknown-key',
  severity: 'warning',
  about: 'a key Subiquity does not know and ignores',
  check: ({ document }) =>
    document.answers === undefined
      ? []
      : keysOf(document.answers, document.lineOf)
          .filter(({ key }) => !(key in AUTOINSTALL_KEYS))
          .map(({ key, line }) => ({
            line,
            message: `autoinstall knows no key "${key}" and ignores it.${suggestion(key, Object.keys(AUTOINSTALL_KEYS))}`,
            fix: 'correct or remove it',
          })),
};

const noVersion: Rule = {
  id: 'autoinstall.no-version',
  severity: 'error',
  about: 'version: 1 is missing',
  check: ({ document }) => {
    if (document.answers === undefined) return [];
    const version = answerAt(document, 'version');
    if (isScalar(version) && version.value === 1) return [];
    const line = version === undefined ? 1 : document.lineOf(version);
    return [
      {
        line,
        message: 'the version of the format is missing or not 1',
        fix: 'add below autoinstall: version: 1',
      },
    ];
  },
};

function hasShape(node: unknown, shape: KeyShape): boolean {
  switch (shape) {
    case 'map':
      return isMap(node);
    case 'list':
      return isSeq(node);
    case 'text':
      return isScalar(node) && typeof node.value === 'string';
    case 'number':
      return isScalar(node) && typeof node.value === 'number';
    default:
      return true;
  }
}

const NAMES: Readonly<Record<KeyShape, string>> = {
  map: 'a map of keys and values',
  list: 'a list',
  text: 'a text',
  number: 'a number',
  any: 'a value',
};

const badShape: Rule = {
  id: 'autoinstall.bad-shape',
  severity: 'error',
  about: 'a value of another shape than Subiquity wants',
  check: ({ document }) => [
    ...Object.entries(AUTOINSTALL_KEYS).flatMap(([key, shape]): Hit[] => {
      const node = answerAt(document, key);
      if (node === undefined || key === 'version' || hasShape(node, shape)) return [];
      return [
        {
          line: document.lineOf(node),
          message: `${key} must be ${NAMES[shape]}`,
          fix: `write ${NAMES[shape]}`,
        },
      ];
    }),
    ...['early-commands', 'late-commands', 'error-commands'].flatMap((key) => badCommands(document, key)),
  ],
};

/** A text, or a list of words. */
function badCommands(document: Script['document'], key: string): readonly Hit[] {
  const list = answerAt(document, key);
  if (!isSeq(list)) return [];
  const bad = list.items.filter(
    (item) => !isScalar(item) && !isAlias(item) && !(isSeq(item) && item.items.every((word) => !isMap(word))),
  );
  return bad.map((item) => ({
    line: document.lineOf(item),
    message: `a command of ${key} is a map: an unquoted ": " makes one of it`,
    fix: 'put the whole command between quotes',
  }));
}

export const SHAPE_RULES: readonly Rule[] = [
  tab,
  syntax,
  noHeader,
  notWrapped,
  misplacedKey,
  unknownKey,
  noVersion,
  badShape,
];

import { nearestWord } from '../../../foundation/nearest-word.ts';
import { COMMAND_QUESTIONS, otherDisksInCommands } from '../../command-disks.ts';
import { lineOf } from '../../edit/text-edits.ts';
import { restSwallower } from '../../rest-swallower.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { isPlaceholder } from '../lint-target.ts';
import { ADDRESS_RULES } from './address-rule.ts';
import { type ClosedValue, FATAL_VALUES, IGNORED_VALUES } from './closed-values.ts';
import { COMMAND_RULES } from './command-rules.ts';
import { LANGUAGE_RULES } from './language-rules.ts';
import { LOCALE_RULES } from './locale-rule.ts';
import { MIRROR_RULES } from './mirror-rules.ts';
import { NAME_RULES } from './name-rules.ts';
import { PASSWORD_RULES } from './password-rule.ts';
import { QUOTE_RULES, quotedWhole } from './quote-rules.ts';
import { RECIPE_RULES } from './recipe-rule.ts';
import { RECIPE_SHAPE_RULES } from './recipe-shape.ts';
import { TASK_RULES } from './task-rule.ts';

type Script = ScriptOf<'preseed'>;
type Rule = LintRule<Script>;

/** Strict where the words are all there are; else only what is a mistake or two away from one of them. */
function otherValues({ answers }: Script, rows: readonly ClosedValue[]): readonly Hit[] {
  return answers.flatMap(({ question, value, lineNumber }): Hit[] => {
    const row = rows.find((one) => one.question === question);
    if (row === undefined || value === '' || isPlaceholder(value) || row.values.includes(value)) return [];
    const near = nearestWord(value, row.values);
    // Quotes around a description or a recipe of one's own are told by themselves.
    if (row.open && (near === undefined || quotedWhole(value) !== undefined)) return [];
    const message = `${question} does not take "${value}", so ${row.otherwise}`;
    return [{ line: lineNumber, message, fix: `write ${near ?? row.values.join(' or ')}` }];
  });
}

const badValue: Rule = {
  id: 'preseed.bad-value',
  severity: 'error',
  about: 'a word that the question does not take: the installation fails or waits',
  check: (script) => otherValues(script, FATAL_VALUES),
};

const ignoredValue: Rule = {
  id: 'preseed.ignored-value',
  severity: 'warning',
  about: 'a word that the question does not take and that is passed over',
  check: (script) => otherValues(script, IGNORED_VALUES),
};

const openQuote: Rule = {
  id: 'preseed.open-quote',
  severity: 'error',
  about: 'a command with a quote that is opened and not closed',
  check: ({ text, answers }) =>
    answers.flatMap(({ question, valueStart, valueEnd }): Hit[] => {
      const found = restSwallower(text.slice(valueStart, valueEnd));
      if (!COMMAND_QUESTIONS.includes(question) || found === undefined || !/["']/.test(found.by)) return [];
      const line = lineOf(text, valueStart + found.offset);
      const message = `${question} opens a quote (${found.by}) that is never closed, so the shell runs nothing of it`;
      return [
        {
          line,
          message,
          fix: 'close the quote; a command of several lines has a backslash at the end of each but the last',
        },
      ];
    }),
};

const commandDiskName: Rule = {
  id: 'preseed.command-disk-name',
  severity: 'warning',
  about: 'a command that names a disk the virtual machine does not have',
  check: ({ text, answers }, { disk }) =>
    otherDisksInCommands(text, disk, answers).map(
      ({ name, line, question }): Hit => ({
        line,
        message: `${question} names ${name}, and the disk of the virtual machine is /dev/${disk}`,
        fix: `write /dev/${disk}, take the disk that \`list-devices disk\` tells, or choose another bus for the disk`,
      }),
    ),
};

export const VALUE_RULES: readonly Rule[] = [
  badValue,
  ignoredValue,
  openQuote,
  commandDiskName,
  ...COMMAND_RULES,
  ...LOCALE_RULES,
  ...LANGUAGE_RULES,
  ...NAME_RULES,
  ...ADDRESS_RULES,
  ...PASSWORD_RULES,
  ...QUOTE_RULES,
  ...RECIPE_RULES,
  ...RECIPE_SHAPE_RULES,
  ...MIRROR_RULES,
  ...TASK_RULES,
];

import { nearestWord } from '../../../foundation/nearest-word.ts';
import {
  isQuestionName,
  PRESEED_TYPES,
  type PreseedAnswer,
  preseedEntries,
  preseedLines,
} from '../../preseed-lines.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { isPlaceholder } from '../lint-target.ts';

const FORM =
  'write: d-i <question> <type> <value>; to go on from the line above, end that one with a backslash and nothing behind it';

const hasNoQuestion = ({ question }: PreseedAnswer): boolean =>
  !isQuestionName(question) && !isPlaceholder(question);

/** Meant as an answer, not left over from a command, and passed over: what it leaves open is told by itself. */
const isPassedOver = (entry: PreseedAnswer): boolean => entry.owner === 'd-i' && hasNoQuestion(entry);

const noQuestion = ({ question }: PreseedAnswer): string =>
  `this line is no answer and is ignored: "${question}" is no question (owner/name)`;

/** Three words make no answer: the second must be a question's name, and the third a type. */
function faultOf(entry: PreseedAnswer): Omit<Hit, 'line'> | undefined {
  if (isPassedOver(entry)) return undefined;
  if (hasNoQuestion(entry)) return { message: noQuestion(entry), fix: FORM };
  const { type } = entry;
  if (PRESEED_TYPES.includes(type) || isPlaceholder(type)) return undefined;
  const near = nearestWord(type, PRESEED_TYPES);
  const message = `this line is no answer: "${type}" is no type of debconf's (${PRESEED_TYPES.join(', ')})`;
  return { message, fix: near === undefined ? FORM : `write ${near}` };
}

const malformed: LintRule<ScriptOf<'preseed'>> = {
  id: 'preseed.malformed-line',
  severity: 'error',
  about: "a line that is no answer: owner, question, a type of debconf's and value are needed",
  check: ({ text }) => {
    const entries = new Map(preseedEntries(text).map((entry) => [entry.lineNumber, entry]));
    return preseedLines(text)
      .filter(({ comment, raw }) => !comment && raw.trim() !== '')
      .flatMap(({ lineNumber }): Hit[] => {
        const entry = entries.get(lineNumber);
        const fault =
          entry === undefined
            ? { message: 'this line is no answer and is ignored', fix: FORM }
            : faultOf(entry);
        return fault === undefined ? [] : [{ line: lineNumber, ...fault }];
      });
  },
};

const ignored: LintRule<ScriptOf<'preseed'>> = {
  id: 'preseed.ignored-line',
  severity: 'warning',
  about: 'an answer to a question that is none; debconf passes it over',
  check: ({ text }) =>
    preseedEntries(text)
      .filter(isPassedOver)
      .map((entry) => ({ line: entry.lineNumber, message: noQuestion(entry), fix: FORM })),
};

export const LINE_RULES: readonly LintRule<ScriptOf<'preseed'>>[] = [malformed, ignored];

import { COMMAND_QUESTIONS } from '../../command-disks.ts';
import type { PreseedAnswer } from '../../preseed-lines.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { FATAL_VALUES, IGNORED_VALUES } from './closed-values.ts';

type Rule = LintRule<ScriptOf<'preseed'>>;

/** A value's quotes, all around it, and what stands between them; debconf-set-selections(1) takes the rest of a line as it is. */
export function quotedWhole(value: string): { readonly quote: string; readonly inside: string } | undefined {
  const [, quote, inside] = /^(["'])([\s\S]*)\1$/.exec(value) ?? [];
  return quote === undefined || inside === undefined ? undefined : { quote, inside };
}

/** Words that people read, or passwords: an installation goes on with any. */
function isText({ owner, question, type }: PreseedAnswer): boolean {
  return owner !== 'd-i' || type === 'password' || /^passwd\/user-fullname$|\/comment$/.test(question);
}

/** Other rules tell it, and what is taken instead. */
function isToldAlready({ question, type }: PreseedAnswer): boolean {
  const closed = [...FATAL_VALUES, ...IGNORED_VALUES].filter(({ open }) => open === undefined);
  return type === 'boolean' || closed.some((row) => row.question === question);
}

/** What is quoted in vain. A shell runs commands, for which quotes are right unless they make one word of the whole. */
function quotedInVain(answer: PreseedAnswer): string | undefined {
  const quoted = quotedWhole(answer.value);
  if (quoted === undefined) return undefined;
  if (!COMMAND_QUESTIONS.includes(answer.question)) return quoted.inside;
  return quoted.inside.includes(quoted.quote) || !/\s/.test(quoted.inside) ? undefined : quoted.inside;
}

/** What a line of a message can hold. */
const LONGEST_SHOWN = 200;

function quoteHit(answer: PreseedAnswer): readonly Hit[] {
  const { question, type, lineNumber } = answer;
  const inside = quotedInVain(answer);
  if (inside === undefined) return [];
  const isCommand = COMMAND_QUESTIONS.includes(question);
  const isSecret = type === 'password' || /passw|passphrase/.test(question);
  const message = isCommand
    ? `the command of ${question} stands in quotes as a whole, so the shell looks for a program of that name`
    : `the value of ${question} stands in quotes, which debconf takes for a part of it`;
  const shown = isSecret || isCommand || inside.length > LONGEST_SHOWN ? '' : `: ${inside}`;
  const fix = inside === '' ? 'write nothing behind the type' : `write it without the quotes${shown}`;
  return [{ line: lineNumber, message, fix }];
}

const quotedValue: Rule = {
  id: 'preseed.quoted-value',
  severity: 'error',
  about:
    'a value or a whole command in quotes, which become a part of it: debian-installer does not know such a value',
  check: ({ answers }) =>
    answers.filter((answer) => !isText(answer) && !isToldAlready(answer)).flatMap(quoteHit),
};

const quotedText: Rule = {
  id: 'preseed.quoted-text',
  severity: 'warning',
  about: "a text, a password or a package's setting in quotes, which become a part of it",
  check: ({ answers }) =>
    answers.filter((answer) => isText(answer) && answer.type !== 'boolean').flatMap(quoteHit),
};

export const QUOTE_RULES: readonly Rule[] = [quotedValue, quotedText];

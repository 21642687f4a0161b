import { shellMistake } from '../../../process/shell-syntax.ts';
import { COMMAND_QUESTIONS } from '../../command-disks.ts';
import { lineOf } from '../../edit/text-edits.ts';
import { MARKER_PLACEHOLDER } from '../../marker.ts';
import { plainCall } from '../../plain-exit.ts';
import type { PreseedAnswer } from '../../preseed-lines.ts';
import { restSwallower } from '../../rest-swallower.ts';
import { BUSYBOX_ENDS_GUEST, endsTooEarly } from '../guest-end.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';

type Rule = LintRule<ScriptOf<'preseed'>>;

/** What the shell of debian-installer (busybox) reads besides POSIX's grammar, and others need not. */
const BEYOND_POSIX = /[<>]\(|\bfunction\s|\[\[|\$'|\|&/;

/** debconf keeps the last answer to a question, so no other is run; nor does a script with thousands of them start as many shells. */
const commandsOf = (answers: readonly PreseedAnswer[]): readonly PreseedAnswer[] =>
  COMMAND_QUESTIONS.flatMap((name) => answers.findLast(({ question }) => question === name) ?? []);

/** The lines of the file are kept: the shell joins them as debconf does, except behind a comment, of which others tell. */
function syntaxHit(text: string, { question, valueStart, valueEnd }: PreseedAnswer): readonly Hit[] {
  const command = text.slice(valueStart, valueEnd);
  if (restSwallower(command) !== undefined || BEYOND_POSIX.test(command)) return [];
  const mistake = shellMistake(command);
  if (mistake === undefined) return [];
  const [first, last] = [lineOf(text, valueStart), lineOf(text, valueEnd)];
  const message = `${question} is no command that a shell can read (${mistake.said}), so nothing of it is run`;
  const fix = 'correct its grammar: `if …; then …; fi`, `for … in …; do …; done`, `case … in …) … ;; esac`';
  return [{ line: Math.min(first + mistake.line - 1, last), message, fix }];
}

const shellSyntax: Rule = {
  id: 'preseed.shell-syntax',
  severity: 'error',
  about: 'a command that the shell cannot read: an if, a loop or a bracket that is not whole',
  check: ({ text, answers }) => commandsOf(answers).flatMap((answer) => syntaxHit(text, answer)),
};

const endsGuest: Rule = {
  id: 'preseed.ends-guest',
  severity: 'error',
  about: 'a command that restarts the guest or switches it off in the middle of the installation',
  check: ({ text, answers }) =>
    commandsOf(answers).flatMap(({ question, valueStart, valueEnd }): Hit[] => {
      const command = text.slice(valueStart, valueEnd);
      const call = plainCall(command, BUSYBOX_ENDS_GUEST);
      if (call === undefined || command.slice(0, call.offset).includes(MARKER_PLACEHOLDER)) return [];
      const message = endsTooEarly(question, call.name);
      const fix = `leave it out: the installer ends the guest itself when all is done (debian-installer/exit/poweroff)`;
      return [{ line: lineOf(text, valueStart + call.offset), message, fix }];
    }),
};

export const COMMAND_RULES: readonly Rule[] = [shellSyntax, endsGuest];

import { nearestWord } from '../../../foundation/nearest-word.ts';
import { preseedPasswords } from '../../clear-passwords.ts';
import type { PreseedAnswer } from '../../preseed-lines.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { MISSING } from '../lint-rule.ts';
import { isPlaceholder, isTestInstaller, type LintTarget, standsForPassword } from '../lint-target.ts';
import { DISK_RULES } from './disk-rules.ts';
import {
  KNOWN_QUESTIONS,
  LVM_ANSWERS,
  NEEDED_ANSWERS,
  type NeededAnswer,
  NO_USER,
  ROOT_ANSWER,
  USER_ANSWERS,
} from './questions.ts';

type Script = ScriptOf<'preseed'>;
type Rule = LintRule<Script>;

/** debconf keeps the last answer to a question. */
export function answerTo({ answers }: Pick<Script, 'answers'>, question: string): PreseedAnswer | undefined {
  return answers.findLast((answer) => answer.question === question);
}

const COMMANDS = ['preseed/early_command', 'partman/early_command', 'preseed/include_command', 'preseed/run'];

/** Answered by a line, or by a command that speaks of the question (`debconf-set partman-auto/method lvm`). */
export function isAnswered(script: Script, question: string): boolean {
  if (answerTo(script, question) !== undefined) return true;
  return COMMANDS.some((command) => answerTo(script, command)?.value.includes(question) === true);
}

const valueFor = (script: Script, question: string): string | undefined => answerTo(script, question)?.value;

/** Ubuntu lets root log in only when told to. */
const noRootLogin = (script: Script, { os = '' }: LintTarget): boolean =>
  (valueFor(script, 'passwd/root-login') ?? String(!os.startsWith('ubuntu'))) === 'false';

/** Without root's login user-setup makes a user whatever make-user says. */
export const makesNoUser = (script: Script, target: LintTarget): boolean =>
  valueFor(script, 'passwd/make-user') === 'false' && !noRootLogin(script, target);

const EVEN_SO = ' (a user is made where root may not log in, whatever passwd/make-user says)';

/** A script that speaks of a user wants one; what it lacks is proposed, else that there be none. */
function userAnswers(script: Script, target: LintTarget): readonly NeededAnswer[] {
  if (makesNoUser(script, target)) return [];
  const made = valueFor(script, 'passwd/make-user');
  const evenSo = made === 'false' ? EVEN_SO : '';
  const wanted =
    made !== undefined ||
    noRootLogin(script, target) ||
    USER_ANSWERS.some(({ any }) => any.some((question) => isAnswered(script, question)));
  return USER_ANSWERS.map((answer) => ({
    ...answer,
    what: `${answer.what}${evenSo}`,
    example: wanted ? answer.example : NO_USER,
  }));
}

function neededAnswers(script: Script, target: LintTarget): readonly NeededAnswer[] {
  const root = noRootLogin(script, target) ? [] : [ROOT_ANSWER];
  const lvm = valueFor(script, 'partman-auto/method') === 'lvm' ? LVM_ANSWERS : [];
  return [...NEEDED_ANSWERS, ...root, ...userAnswers(script, target), ...lvm];
}

const missingAnswer: Rule = {
  id: 'preseed.missing-answer',
  severity: 'error',
  about: 'an answer without which debian-installer asks, and waits for ever',
  check: (script, target) =>
    // Another file may bring answers.
    isTestInstaller(target) || answerTo(script, 'preseed/include') !== undefined
      ? []
      : neededAnswers(script, target)
          .filter(({ any }) => !any.some((question) => isAnswered(script, question)))
          .map(({ what, example }) => ({
            line: MISSING,
            message: `nothing says ${what}: debian-installer asks and waits`,
            fix: `add for example: ${example}`,
          })),
};

const unknownQuestion: Rule = {
  id: 'preseed.unknown-question',
  severity: 'warning',
  about: 'a question that looks like a mistyped one; debconf takes it silently',
  check: ({ answers }) =>
    answers.flatMap(({ owner, question, lineNumber }): Hit[] => {
      if (owner !== 'd-i' || KNOWN_QUESTIONS.includes(question) || /\d/.test(question)) return [];
      const near = nearestWord(question, KNOWN_QUESTIONS);
      if (near === undefined) return [];
      const message = `no question is called ${question}, so nobody will read this answer`;
      return [{ line: lineNumber, message, fix: `write: ${near}` }];
    }),
};

const badBoolean: Rule = {
  id: 'preseed.bad-boolean',
  severity: 'error',
  about: 'a boolean that is neither true nor false',
  check: ({ answers }) =>
    answers
      .filter(
        ({ type, value }) =>
          type === 'boolean' && !['true', 'false'].includes(value) && !isPlaceholder(value),
      )
      .map(({ lineNumber, value, question }) => ({
        line: lineNumber,
        message: `${question} is a boolean, and "${value}" is none`,
        fix: 'write true or false',
      })),
};

const answeredTwice: Rule = {
  id: 'preseed.answered-twice',
  severity: 'warning',
  about: 'a question answered twice with different values: the last one counts',
  check: ({ answers }) =>
    answers.flatMap(({ owner, question, value, lineNumber }): Hit[] => {
      const first = answers.find((answer) => answer.owner === owner && answer.question === question);
      if (first === undefined || first.lineNumber === lineNumber || first.value === value) return [];
      const message = `${question} is answered in line ${first.lineNumber} as well; only the last answer counts`;
      return [{ line: lineNumber, message, fix: 'join the two or remove one' }];
    }),
};

const networkConsole: Rule = {
  id: 'preseed.network-console',
  severity: 'error',
  about: 'network-console: the installer waits until somebody logs in',
  check: ({ answers }) =>
    answers
      .filter(
        ({ question, value }) =>
          (question === 'anna/choose_modules' && /\bnetwork-console\b/.test(value)) ||
          question.startsWith('network-console/'),
      )
      .map(({ lineNumber }) => ({
        line: lineNumber,
        message: 'the installation goes on only when somebody logs in through the network console',
        fix: "remove it; to look at the guest use the virtual machine's own display and console",
      })),
};

const suiteDisagrees: Rule = {
  id: 'preseed.suite-disagrees',
  severity: 'error',
  about: 'the script installs another release than the one that is built',
  check: (script, { suites = [], os }) =>
    ['mirror/suite', 'mirror/codename'].flatMap((question): Hit[] => {
      const answer = answerTo(script, question);
      const named = answer?.value.replace(/-(updates|security|backports)$/, '') ?? '';
      const wellKnown = ['stable', 'oldstable', 'testing', 'unstable'].includes(named);
      if (answer === undefined || suites.length === 0 || suites.includes(named)) return [];
      if (wellKnown || isPlaceholder(named)) return [];
      const message = `${named} is not the suite of ${os}: kernel and packages would not fit together`;
      return [{ line: answer.lineNumber, message, fix: `write ${suites[0]}, or leave the line out` }];
    }),
};

function hashInstead(question: string): string {
  if (question.startsWith('passwd/root-'))
    return 'write passwd/root-password-crypted with a hash (openssl passwd -6) or {{root_password_hash}}';
  return question.startsWith('passwd/user-')
    ? 'write passwd/user-password-crypted with a hash (openssl passwd -6)'
    : 'remove it, or write {{name}} in its place and give it with --var';
}

const clearText: Rule = {
  id: 'preseed.clear-password',
  severity: 'warning',
  about: 'a password in clear text',
  asWritten: true,
  check: ({ answers }) =>
    preseedPasswords(answers)
      .filter(({ value }) => !standsForPassword(value))
      .map(({ line, name }) => ({
        line,
        message: `${name} holds a password in clear text, which stays in copies of the script`,
        fix: hashInstead(name),
      })),
};

export const ANSWER_RULES: readonly Rule[] = [
  missingAnswer,
  unknownQuestion,
  badBoolean,
  answeredTwice,
  ...DISK_RULES,
  networkConsole,
  suiteDisagrees,
  clearText,
];

import { HOST_NAME } from '../../host-name.ts';
import { DEBIAN_ACCOUNTS } from '../../system-accounts.ts';
import { timeZoneRule } from '../common/regional-rules.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { isPlaceholder } from '../lint-target.ts';
import { makesNoUser } from './answer-rules.ts';
import { quotedWhole } from './quote-rules.ts';

type Script = ScriptOf<'preseed'>;
type Rule = LintRule<Script>;

/** Answers to judge: given, not filled in later, and not told for their quotes. */
export function judged({ answers }: Script, questions: readonly string[]): Script['answers'] {
  return answers.filter(
    ({ question, value }) =>
      questions.includes(question) &&
      value !== '' &&
      !isPlaceholder(value) &&
      quotedWhole(value) === undefined,
  );
}

const unknownTimeZone: Rule = timeZoneRule<Script>({
  id: 'preseed.unknown-time-zone',
  severity: 'warning',
  about: 'a time zone that does not exist: the installed system is left with UTC',
  otherwise: 'the installer ignores it',
  find: (script) =>
    judged(script, ['time/zone']).map(({ value, lineNumber }) => ({ value, line: lineNumber })),
});

const badHostname: Rule = {
  id: 'preseed.bad-hostname',
  severity: 'error',
  about: 'a host name that is none: the installer refuses it and asks or takes another',
  check: (script) =>
    judged(script, ['netcfg/get_hostname', 'netcfg/hostname'])
      .filter(({ value }) => !HOST_NAME.test(value))
      .map(
        ({ value, lineNumber }): Hit => ({
          line: lineNumber,
          message: `"${value}" is no host name: letters, digits and hyphens make one, at most 63, no hyphen first or last`,
          fix: 'write one such as web-1, or web-1.example.org; {{hostname}} is made of the name of the build',
        }),
      ),
};

const USER_NAME = /^[a-z][a-z\d_-]{0,31}$/;

function userNameFault(name: string): string | undefined {
  if (DEBIAN_ACCOUNTS.includes(name)) return `"${name}" is a user or group of the system itself`;
  return USER_NAME.test(name)
    ? undefined
    : `"${name}" is no name for a user: a lower-case letter, then such letters, digits and hyphens make one, at most 32`;
}

const badUsername: Rule = {
  id: 'preseed.bad-username',
  severity: 'error',
  about:
    'a name of the user that is none or that the system has for itself: the installer refuses it and waits',
  check: (script, target) => {
    if (makesNoUser(script, target)) return [];
    return judged(script, ['passwd/username']).flatMap(({ value, lineNumber }): Hit[] => {
      const message = userNameFault(value);
      return message === undefined
        ? []
        : [{ line: lineNumber, message, fix: 'choose another, such as builder' }];
    });
  },
};

export const NAME_RULES: readonly Rule[] = [unknownTimeZone, badHostname, badUsername];

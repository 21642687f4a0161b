import type { PreseedAnswer } from '../../preseed-lines.ts';
import { LOCKED_PASSWORD } from '../../script-values.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { isPlaceholder } from '../lint-target.ts';
import { answerTo } from './answer-rules.ts';
import { judged } from './name-rules.ts';

type Script = ScriptOf<'preseed'>;

const QUESTIONS = ['passwd/root-password', 'passwd/user-password'];

const ROOT_HASH = 'passwd/root-password-crypted';

/** crypt(5): a method with its salt, or the old forms without one; with `*` or `!` in front no password matches. */
const HASH = /^(?:\$[\w-]+[$,]\S+|_[./\dA-Za-z]{19}|[./\dA-Za-z]{13}|[*!]\S*)$/;

function hashFault(script: Script, { question, value }: PreseedAnswer): Omit<Hit, 'line'> | undefined {
  const isRoot = question === ROOT_HASH;
  if (!HASH.test(value)) {
    const message = `${question} is no hash: nobody could log in with it, and it stays in copies of the script`;
    return { message, fix: `write a hash (openssl passwd -6)${isRoot ? ' or {{root_password_hash}}' : ''}` };
  }
  // user-setup takes it for no answer.
  if (!isRoot || value !== '!' || answerTo(script, 'passwd/root-login')?.value === 'false') return undefined;
  const message = `${question} is !, with which debian-installer asks for root's password`;
  return { message, fix: `write ${LOCKED_PASSWORD}, which locks the account as well` };
}

const badHash: LintRule<Script> = {
  id: 'preseed.bad-hash',
  severity: 'error',
  about: 'a password in clear text where debian-installer wants a hash, or a lock for which it asks',
  check: (script) =>
    judged(script, [ROOT_HASH, 'passwd/user-password-crypted']).flatMap((answer): Hit[] => {
      const fault = hashFault(script, answer);
      return fault === undefined ? [] : [{ line: answer.lineNumber, ...fault }];
    }),
};

export const PASSWORD_RULES: readonly LintRule<Script>[] = [
  badHash,
  {
    id: 'preseed.passwords-differ',
    severity: 'error',
    about: 'a password and its repetition that differ: the installer asks for both',
    asWritten: true,
    check: (script) =>
      QUESTIONS.flatMap((question): Hit[] => {
        const [first, again] = [answerTo(script, question), answerTo(script, `${question}-again`)];
        if (first === undefined || again === undefined || first.value === again.value) return [];
        if (isPlaceholder(first.value) || isPlaceholder(again.value)) return [];
        const message = `${question}-again is not what ${question} is, so the installer asks for both`;
        return [
          {
            line: again.lineNumber,
            message,
            fix: `write both alike, or ${question}-crypted with a hash alone`,
          },
        ];
      }),
  },
];

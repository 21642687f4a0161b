import type { PreseedAnswer } from '../../preseed-lines.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { isPlaceholder } from '../lint-target.ts';

type Script = ScriptOf<'preseed'>;

const QUESTIONS = ['passwd/root-password', 'passwd/user-password'];

const lastOf = ({ answers }: Script, name: string): PreseedAnswer | undefined =>
  answers.findLast(({ question }) => question === name);

export const PASSWORD_RULES: readonly LintRule<Script>[] = [
  {
    id: 'preseed.passwords-differ',
    severity: 'error',
    about: 'a password and its repetition that differ: the installer asks for both',
    asWritten: true,
    check: (script) =>
      QUESTIONS.flatMap((question): Hit[] => {
        const [first, again] = [lastOf(script, question), lastOf(script, `${question}-again`)];
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

import { type ShellMistake, shellMistake } from '../../../process/shell-syntax.ts';
import type { UserScriptDocument } from '../../user-script-document.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { NO_HITS } from '../lint-rule.ts';

type Shell = Parameters<typeof shellMistake>[1];

/** Shells of this host that read what the guest's does. Its `sh` may be bash, and busybox's `ash` reads much of bash's grammar. */
const READ_BY: ReadonlyMap<string, Shell> = new Map([
  ['sh', 'bash'],
  ['ash', 'bash'],
  ['bash', 'bash'],
  ['dash', 'sh'],
]);

const shellOf = ({ interpreter }: UserScriptDocument): Shell =>
  interpreter.map((word) => READ_BY.get(word.replace(/^.*\//, ''))).find((shell) => shell !== undefined);

/** A shell reads as it goes, so what stands behind an `exit` that is always run need not be its grammar. */
function mistakeIn(text: string, shell: Shell): ShellMistake | undefined {
  // `shopt -s extglob` changes bash's grammar while it runs, and reading alone does not run it.
  if (/\bextglob\b/.test(text)) return undefined;
  const mistake = shellMistake(text, shell);
  const exit = mistake && /^exit\b.*$/m.exec(text);
  if (!exit) return mistake;
  const begin = text.slice(0, exit.index + exit[0].length);
  return shellMistake(`${begin}\n`, shell) === undefined ? undefined : mistake;
}

export const shellSyntax: LintRule<ScriptOf<'user-script'>> = {
  id: 'user-script.shell-syntax',
  severity: 'error',
  about: 'a script that its shell cannot read: an if, a loop, a quote or a bracket that is not whole',
  check: ({ text, document }): readonly Hit[] => {
    const shell = shellOf(document);
    const mistake = shell && mistakeIn(text, shell);
    if (mistake === undefined) return NO_HITS;
    const message = `a shell cannot read the script from here on (${mistake.said}), so what follows is not run`;
    const fix =
      'correct its grammar: whole quotes, `if …; then …; fi`, `for … in …; do …; done`, `case … in …) … ;; esac`';
    return [{ line: Math.min(mistake.line, text.trimEnd().split('\n').length), message, fix }];
  },
};

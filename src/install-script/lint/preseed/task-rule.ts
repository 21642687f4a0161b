import { nearestWord } from '../../../foundation/nearest-word.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { isPlaceholder } from '../lint-target.ts';
import { judged } from './name-rules.ts';
import { isLanguageTask, taskNames } from './tasks.ts';

type Rule = LintRule<ScriptOf<'preseed'>>;

/** Debian's names for what Ubuntu and people call otherwise. */
const MEANT: Readonly<Record<string, string>> = {
  'openssh-server': 'ssh-server',
  gnome: 'gnome-desktop',
  kde: 'kde-desktop',
  xfce: 'xfce-desktop',
  ssh: 'ssh-server',
};

function taskFix(task: string, known: readonly string[]): string {
  const words = task.split(/\s+/);
  if (words.length > 1 && words.every((word) => known.includes(word))) return `write ${words.join(', ')}`;
  const meant = MEANT[task] ?? nearestWord(task, known);
  if (meant !== undefined && known.includes(meant)) return `write ${meant}`;
  return 'write standard or ssh-server, or name packages: d-i pkgsel/include string …';
}

/** debconf's multiselect: values between commas. */
const unknownTask: Rule = {
  id: 'preseed.unknown-task',
  severity: 'warning',
  about: 'a task that tasksel does not have and leaves out',
  check: (script, { os }) => {
    const known = taskNames(os);
    return judged(script, ['tasksel/first']).flatMap(({ value, lineNumber }) =>
      value
        .split(',')
        .map((task) => task.trim())
        .filter(
          (task) => task !== '' && !isPlaceholder(task) && !known.includes(task) && !isLanguageTask(task),
        )
        .map((task): Hit => {
          const message = `no task is called "${task}", so nothing of it is installed`;
          return { line: lineNumber, message, fix: taskFix(task, known) };
        }),
    );
  },
};

export const TASK_RULES: readonly Rule[] = [unknownTask];

import { shellMistake } from '../../../process/shell-syntax.ts';
import { type KickstartSection, optionValue } from '../../kickstart-document.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';

const SHELL = /(^|\/)(ba|da|k)?sh$/;

/** Sections whose text a shell runs, as Anaconda does where no other interpreter is named. */
export const shellSections = (sections: readonly KickstartSection[]): readonly KickstartSection[] =>
  sections.filter(
    (section) =>
      /^%(pre|pre-install|post)$/.test(section.name) &&
      SHELL.test(optionValue(section, '--interpreter') ?? 'sh'),
  );

/** Each section takes a shell: a script with thousands of sections is none that somebody wrote. */
const MOST_SHELLS = 64;

/** `/bin/sh` of Anaconda's systems is bash, which reads all that others do. */
function syntaxHit({ name, line, body }: KickstartSection): readonly Hit[] {
  const mistake = shellMistake(`${body.map(({ text }) => text).join('\n')}\n`, 'bash');
  if (mistake === undefined) return [];
  const at = body[Math.min(mistake.line, body.length) - 1]?.line ?? line;
  const message = `a shell cannot read this ${name} from here on (${mistake.said}), so what follows is not run`;
  const fix =
    'correct its grammar: whole quotes, `if …; then …; fi`, `for … in …; do …; done`, `case … in …) … ;; esac`';
  return [{ line: at, message, fix }];
}

export const shellSyntax: LintRule<ScriptOf<'kickstart'>> = {
  id: 'kickstart.shell-syntax',
  severity: 'error',
  about: 'a section that the shell cannot read: an if, a loop, a quote or a bracket that is not whole',
  check: ({ document }) => shellSections(document.sections).slice(0, MOST_SHELLS).flatMap(syntaxHit),
};

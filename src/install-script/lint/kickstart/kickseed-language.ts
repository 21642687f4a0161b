import { localeFault } from '../../../foundation/locale.ts';
import { insertBeforeSections } from '../../edit/kickstart-edits.ts';
import { languageAnswers } from '../../installer-locale.ts';
import type { KickstartCommand } from '../../kickstart-document.ts';
import type { LintRule, ScriptOf } from '../lint-rule.ts';
import { isPlaceholder, isTestInstaller } from '../lint-target.ts';
import { isKickseed } from './kickstart-release.ts';

type Script = ScriptOf<'kickstart'>;

/** The command that says the locale, and what debian-installer lacks besides. */
function lackOf({
  document: { commands },
}: Script): { readonly lang: KickstartCommand; readonly lines: readonly string[] } | undefined {
  const lang = commands.findLast(({ name }) => name === 'lang');
  const locale = lang?.words[0] ?? '';
  if (lang === undefined || isPlaceholder(locale) || /^en_/.test(locale)) return undefined;
  const wanted = localeFault(locale) === undefined ? languageAnswers(locale) : undefined;
  if (wanted === undefined) return undefined;
  const answered = commands.flatMap(({ name, words }) => (name === 'preseed' ? [words[0]] : []));
  const lines = wanted.flatMap(([question, value]) =>
    answered.includes(question) ? [] : [`preseed ${question} string ${value}`],
  );
  return lines.length === 0 ? undefined : { lang, lines };
}

/** kickseed's `lang` answers debian-installer/locale alone; see `preseed.serial-language`. */
export const kickseedLanguage: LintRule<Script> = {
  id: 'kickstart.serial-language',
  severity: 'error',
  about: 'debian-installer speaks English alone on a serial console, and asks for language or country',
  check: (script, target) => {
    const lack = isKickseed(target.os) && !isTestInstaller(target) ? lackOf(script) : undefined;
    if (lack === undefined) return [];
    const { line, text } = lack.lang;
    const message = `on its serial console the installer speaks English alone: with \`${text.trim()}\` it asks for the language`;
    return [{ line, message, fix: `add: ${lack.lines.join(', ')}` }];
  },
  mend: (script) => lackOf(script)?.lines.reduce(insertBeforeSections, script.text),
};

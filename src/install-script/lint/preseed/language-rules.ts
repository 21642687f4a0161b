import { localeFault } from '../../../foundation/locale.ts';
import { insertAt } from '../../edit/text-edits.ts';
import { languageAnswers } from '../../installer-locale.ts';
import type { PreseedAnswer } from '../../preseed-lines.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { NO_HITS } from '../lint-rule.ts';
import { isTestInstaller, type LintTarget } from '../lint-target.ts';
import { answerTo, isAnswered } from './answer-rules.ts';
import { judged } from './name-rules.ts';

type Script = ScriptOf<'preseed'>;
type Rule = LintRule<Script>;

const LANGUAGE = 'debian-installer/language';
const LOCALE = 'debian-installer/locale';

/** Another file may bring answers. */
const isJudged = (script: Script, target: LintTarget): boolean =>
  !isTestInstaller(target) && answerTo(script, 'preseed/include') === undefined;

const last = (script: Script, question: string): PreseedAnswer | undefined =>
  judged(script, [question]).at(-1);

/** What localechooser lacks to ask nothing on a serial console, and the answer it belongs to. */
function lackOf(
  script: Script,
): { readonly at: PreseedAnswer; readonly lines: readonly string[] } | undefined {
  const locale = last(script, LOCALE);
  const language = last(script, LANGUAGE);
  const at = language ?? locale;
  if (at === undefined || (locale && localeFault(locale.value))) return undefined;
  const wanted = languageAnswers(locale?.value ?? 'en_US.UTF-8');
  if (wanted === undefined) return undefined;
  // Alone it is enough: language and country are taken from it.
  if (language === undefined && /^en_/.test(locale?.value ?? '')) return undefined;
  const lines = wanted.flatMap(([question, value]) =>
    isAnswered(script, question) ? [] : [`d-i ${question} string ${value}`],
  );
  return lines.length === 0 ? undefined : { at, lines };
}

/**
 * On a serial console localechooser offers English and C alone ("ASCII only", localechooser's language_display_level), and ignores the locale
 * of another language; with language and country it takes the locale for the system.
 */
const serialLanguage: Rule = {
  id: 'preseed.serial-language',
  severity: 'error',
  about: 'the installer speaks English alone on a serial console, and asks for language or country',
  check: (script, target): readonly Hit[] => {
    const lack = isJudged(script, target) ? lackOf(script) : undefined;
    if (lack === undefined) return NO_HITS;
    const { lineNumber, question, value } = lack.at;
    const message = `on its serial console the installer speaks English alone: with ${question} ${value} it asks for language or country`;
    return [{ line: lineNumber, message, fix: `add: ${lack.lines.join(', ')}` }];
  },
  mend: (script) => {
    const lack = lackOf(script);
    return lack && insertAt(script.text, lack.at.start, lack.lines.map((line) => `${line}\n`).join(''));
  },
};

const ENGLISH = /^(?:en|C)(?:_|$)/;

/** All that name another charset than UTF-8; the others have theirs without a name (localechooser, /etc/SUPPORTED-short). */
const WITH_OTHER_CHARSET = (
  'et_EE.ISO-8859-15 hy_AM.ARMSCII-8 ja_JP.EUC-JP kk_KZ.RK1048 ko_KR.EUC-KR ru_RU.CP1251 ru_RU.KOI8-R sv_SE.ISO-8859-15 ' +
  'zh_CN.GB18030 zh_CN.GBK zh_SG.GBK zh_TW.EUC-TW'
).split(' ');

/** English is spoken with any. */
function isTaken(locale: string): boolean {
  if (WITH_OTHER_CHARSET.includes(locale)) return true;
  if (languageAnswers(locale) === undefined) return false;
  return ENGLISH.test(locale) || /^[^.]+(?:\.UTF-8(?:@|$)|$)/.test(locale);
}

/** The locale of that language and country. */
function likeIt(locale: string): string | undefined {
  const [, name, variant] = /^([a-z]+_[A-Z]+)\.[^@]*(@.*)?$/.exec(locale) ?? [];
  return name && `${name}${variant ?? '.UTF-8'}`;
}

const installerLanguage: Rule = {
  id: 'preseed.installer-language',
  severity: 'error',
  about:
    'a language or locale that the installer does not take on a serial console: it asks, or installs English',
  check: (script, target): readonly Hit[] => {
    if (!isJudged(script, target)) return NO_HITS;
    const language = judged(script, [LANGUAGE])
      .filter(({ value }) => !value.split(':').some((one) => ENGLISH.test(one)))
      .map(
        ({ value, lineNumber }): Hit => ({
          line: lineNumber,
          message: `the installer cannot show "${value}" on its serial console, and asks for the language`,
          fix: `write: d-i ${LANGUAGE} string en; the language of the installed system is that of ${LOCALE}`,
        }),
      );
    const locale = judged(script, [LOCALE])
      .filter(({ value }) => localeFault(value) === undefined && !isTaken(value))
      .map(
        ({ value, lineNumber }): Hit => ({
          line: lineNumber,
          message: `the installer does not take the locale "${value}": it asks, or installs an English system`,
          fix: `write ${likeIt(value) ?? 'it with its country and as the C library has it, such as de_DE.UTF-8'}`,
        }),
      );
    return [...language, ...locale];
  },
};

export const LANGUAGE_RULES: readonly Rule[] = [serialLanguage, installerLanguage];

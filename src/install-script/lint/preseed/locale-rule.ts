import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { isTestInstaller } from '../lint-target.ts';
import { judged } from './name-rules.ts';

type Rule = LintRule<ScriptOf<'preseed'>>;

/** Locales of no language. */
const PLAIN = /^(?:C|POSIX)(?:\.[\w-]+)?$/;
const LOCALE = /^(?<language>[a-z]{2,3})(?:_(?<country>[A-Z]{2}))?(?:\.[\w-]+)?(?:@\w+)?$/;
/** One with another mark or letters of another size. */
const MEANT = /^([a-z]{2,3})[-_]([a-z]{2})((?:\.[\w-]+)?(?:@\w+)?)$/i;

/** The codes are those of ISO 639 and ISO 3166, as Unicode's data have them. */
const isKnown = (type: 'language' | 'region', code: string): boolean =>
  new Intl.DisplayNames(['en'], { type, fallback: 'none' }).of(code) !== undefined;

/** What is wrong with a locale, as the end of a sentence, and what the installer asks for then. */
type Fault = { readonly what: string; readonly asked: 'language' | 'country' };

function faultOf(locale: string): Fault | undefined {
  if (PLAIN.test(locale)) return undefined;
  const { language, country } = LOCALE.exec(locale)?.groups ?? {};
  if (language === undefined)
    return { what: 'is not written as one (language_COUNTRY.UTF-8)', asked: 'language' };
  if (!isKnown('language', language))
    return { what: `is of no language that is known (${language})`, asked: 'language' };
  return country === undefined || isKnown('region', country)
    ? undefined
    : { what: `is of no country that is known (${country})`, asked: 'country' };
}

function meantBy(locale: string): string | undefined {
  const [, language = '', country = '', rest = ''] = MEANT.exec(locale) ?? [];
  const meant = `${language.toLowerCase()}_${country.toUpperCase()}${rest}`;
  return language !== '' && faultOf(meant) === undefined ? meant : undefined;
}

const unknownLocale: Rule = {
  id: 'preseed.unknown-locale',
  severity: 'error',
  about:
    'a locale that is not written as one, or of a language or country that does not exist: the installer asks, and waits',
  check: (script, target) =>
    judged(script, ['debian-installer/locale']).flatMap(({ value, lineNumber }): Hit[] => {
      const fault = faultOf(value);
      if (fault === undefined || isTestInstaller(target)) return [];
      const message = `the locale "${value}" ${fault.what}, so the installer asks for the ${fault.asked}`;
      const fix = `write ${meantBy(value) ?? 'one such as en_US.UTF-8, de_DE.UTF-8 or C.UTF-8'}`;
      return [{ line: lineNumber, message, fix }];
    }),
};

export const LOCALE_RULES: readonly Rule[] = [unknownLocale];

import { localeFault } from '../../../foundation/locale.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { isTestInstaller } from '../lint-target.ts';
import { judged } from './name-rules.ts';

type Rule = LintRule<ScriptOf<'preseed'>>;

/** One with another mark or letters of another size. */
const MEANT = /^([a-z]{2,3})[-_]([a-z]{2})((?:\.[\w-]+)?(?:@\w+)?)$/i;

function meantBy(locale: string): string | undefined {
  const [, language = '', country = '', rest = ''] = MEANT.exec(locale) ?? [];
  const meant = `${language.toLowerCase()}_${country.toUpperCase()}${rest}`;
  return language !== '' && localeFault(meant) === undefined ? meant : undefined;
}

const unknownLocale: Rule = {
  id: 'preseed.unknown-locale',
  severity: 'error',
  about:
    'a locale that is not written as one, or of a language or country that does not exist: the installer asks, and waits',
  check: (script, target) =>
    judged(script, ['debian-installer/locale']).flatMap(({ value, lineNumber }): Hit[] => {
      const fault = localeFault(value);
      if (fault === undefined || isTestInstaller(target)) return [];
      const message = `the locale "${value}" ${fault.what}, so the installer asks for the ${fault.wrong}`;
      const fix = `write ${meantBy(value) ?? 'one such as en_US.UTF-8, de_DE.UTF-8 or C.UTF-8'}`;
      return [{ line: lineNumber, message, fix }];
    }),
};

export const LOCALE_RULES: readonly Rule[] = [unknownLocale];

import { localeFault, localeToWrite } from '../../../foundation/locale.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { isTestInstaller } from '../lint-target.ts';
import { judged } from './name-rules.ts';

type Rule = LintRule<ScriptOf<'preseed'>>;

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
      return [{ line: lineNumber, message, fix: `write ${localeToWrite(value)}` }];
    }),
};

export const LOCALE_RULES: readonly Rule[] = [unknownLocale];

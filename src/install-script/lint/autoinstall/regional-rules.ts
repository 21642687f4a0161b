import { answerAt, scalarText } from '../../autoinstall-document.ts';
import { keyboardRule, localeRule, type Stated, timeZoneRule } from '../common/regional-rules.ts';
import type { LintRule, ScriptOf } from '../lint-rule.ts';

type Script = ScriptOf<'autoinstall'>;

const stated = ({ document }: Script, ...path: readonly string[]): readonly Stated[] => {
  const node = answerAt(document, ...path);
  const value = scalarText(node);
  return value === undefined ? [] : [{ value, line: document.lineOf(node) }];
};

/** Subiquity's controllers timezone.py, locale.py, keyboard.py. */
export const REGIONAL_RULES: readonly LintRule<Script>[] = [
  timeZoneRule<Script>({
    id: 'autoinstall.unknown-time-zone',
    severity: 'error',
    about: 'a time zone that does not exist: Subiquity stops',
    otherwise: 'the installer stops',
    find: (script) => stated(script, 'timezone').filter(({ value }) => value !== 'geoip'),
  }),
  localeRule<Script>({
    id: 'autoinstall.unknown-locale',
    severity: 'warning',
    about: 'a locale that is not written as one, or of a language or country that does not exist',
    otherwise: 'the installed system is left without it',
    find: (script) => stated(script, 'locale'),
  }),
  keyboardRule<Script>({
    kind: 'autoinstall',
    id: 'autoinstall.unknown-keyboard',
    severity: 'warning',
    about: 'a keyboard layout that does not exist',
    otherwise: 'the installed system is left with another',
    find: (script) => stated(script, 'keyboard', 'layout'),
  }),
];

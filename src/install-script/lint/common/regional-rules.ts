import { localeFault, localeToWrite } from '../../../foundation/locale.ts';
import { isTimeZone, timeZoneToWrite } from '../../../foundation/time-zone.ts';
import { keyboardFault } from '../../options/keyboard-fault.ts';
import type { AnyScript, Hit, LintRule, Severity } from '../lint-rule.ts';
import { isPlaceholder, isTestInstaller, type LintTarget } from '../lint-target.ts';

/** What a script says, and where. */
export type Stated = { readonly value: string; readonly line: number };

export type Regional<S> = {
  readonly id: string;
  readonly severity: Severity;
  readonly about: string;
  /** Completes "…, so ": what becomes of a wrong one. */
  readonly otherwise: string;
  /** What the script says of it; placeholders and empty values are left out by the rule. */
  readonly find: (script: S, target: LintTarget) => readonly Stated[];
};

function ruleOf<S>(
  { id, severity, about, find }: Regional<S>,
  faultOf: (value: string) => Omit<Hit, 'line'> | undefined,
): LintRule<S> {
  const check = (script: S, target: LintTarget): readonly Hit[] =>
    isTestInstaller(target)
      ? []
      : find(script, target).flatMap(({ value, line }): Hit[] => {
          const fault = value === '' || isPlaceholder(value) ? undefined : faultOf(value);
          return fault === undefined ? [] : [{ line, ...fault }];
        });
  return { id, severity, about, check };
}

/** A time zone of the IANA database. */
export const timeZoneRule = <S = AnyScript>(regional: Regional<S>): LintRule<S> =>
  ruleOf(regional, (zone) =>
    isTimeZone(zone)
      ? undefined
      : {
          message: `no time zone is called "${zone}", so ${regional.otherwise}`,
          fix: `write ${timeZoneToWrite(zone)}`,
        },
  );

/** A locale(7) of a language and a country that exist. */
export const localeRule = <S = AnyScript>(regional: Regional<S>): LintRule<S> =>
  ruleOf(regional, (locale) => {
    const fault = localeFault(locale);
    if (fault === undefined) return undefined;
    return {
      message: `the locale "${locale}" ${fault.what}, so ${regional.otherwise}`,
      fix: `write ${localeToWrite(locale)}`,
    };
  });

/** A keyboard layout that the kind's installer knows. */
export const keyboardRule = <S = AnyScript>(
  regional: Regional<S> & { readonly kind: 'kickstart' | 'autoinstall' | 'autoyast' },
): LintRule<S> =>
  ruleOf(regional, (name) => {
    const fault = keyboardFault(name, { kind: regional.kind });
    if (fault === undefined) return undefined;
    const [what = '', fix = 'write one such as us or de'] = fault.split('; ');
    return { message: `the keyboard "${name}" ${what}, so ${regional.otherwise}`, fix };
  });

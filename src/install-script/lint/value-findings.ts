import type { InstallScriptKind } from '../../spec/build-spec.ts';
import { misplacedValues } from '../misplaced-values.ts';
import { type ScriptValues, unknownPlaceholders } from '../render-script.ts';
import type { Finding } from './lint-rule.ts';

/** What builds refuse besides the rules, with errors of their own: placeholders that cannot be filled in, and values that would leave their place. */
export function valueFindings(
  text: string,
  kind: InstallScriptKind,
  values: ScriptValues,
): readonly Finding[] {
  const error = { severity: 'error', mendable: false } as const;
  const unknown = unknownPlaceholders(text, kind, values).map(({ line, problem, fix }) => ({
    ...{ ...error, rule: 'script.unknown-placeholder', line, message: problem, fix },
  }));
  const misplaced = misplacedValues(text, kind, values).map(({ line, name, problem }) => ({
    ...{ ...error, rule: 'script.bad-value', line, message: `{{${name}}}: ${problem}` },
    fix: 'give another value',
  }));
  return [...unknown, ...misplaced];
}

import type { InstallScriptKind } from '../../spec/build-spec.ts';
import { fillForLint, linesAsWritten } from '../fill-for-lint.ts';
import type { ScriptValues } from '../render-script.ts';
import type { Finding } from './lint-rule.ts';
import { lintScript } from './lint-script.ts';
import type { LintTarget } from './lint-target.ts';

/** A variable that somebody gave. */
export type GivenValue = {
  /** `--var locale`, `web.yaml:4:11 variables.locale`. */
  readonly where: string;
  /** All values as they are when it is not given. */
  readonly without: () => ScriptValues;
};

export type GivenValues = ReadonlyMap<string, GivenValue>;

type Filled = { readonly text: string; readonly kind: InstallScriptKind; readonly target: LintTarget };

/**
 * Says of findings in the filled-in script that a value is to blame for, and no line of the script, where that was given: they are none
 * without it. Lines are of the text as written.
 */
export function blameValues(findings: readonly Finding[], given: GivenValues, script: Filled): Finding[] {
  const values = [...given.values()].map(({ where, without }) => ({ where, left: lazily(without, script) }));
  return findings.map((finding) => {
    const blamed = finding.severity !== 'note' && values.find(({ left }) => !left().has(keyOf(finding)));
    return blamed ? { ...finding, where: blamed.where } : finding;
  });
}

function lazily(without: GivenValue['without'], script: Filled): () => ReadonlySet<string> {
  let left: ReadonlySet<string> | undefined;
  return () => {
    left ??= findingsWith(without(), script);
    return left;
  };
}

function findingsWith(values: ScriptValues, { text, kind, target }: Filled): ReadonlySet<string> {
  const asWritten = linesAsWritten(text, kind, values);
  const findings = lintScript({ text: fillForLint(text, kind, values), kind, target }, 'filled');
  return new Set(findings.map((finding) => keyOf({ ...finding, line: asWritten(finding.line) })));
}

const keyOf = ({ rule, line }: Finding): string => `${rule} ${line}`;

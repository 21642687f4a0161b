import { SpecError } from '../foundation/errors.ts';
import { publicText } from '../foundation/public-url.ts';
import type { InstallScriptKind } from '../spec/build-spec.ts';
import { fillForLint, linesAsWritten } from './fill-for-lint.ts';
import { blameValues, type GivenValues } from './lint/blame-values.ts';
import { compareFindings, type Finding, placeText } from './lint/lint-rule.ts';
import { lintScript } from './lint/lint-script.ts';
import type { LintTarget } from './lint/lint-target.ts';
import { mendScript } from './lint/mend-script.ts';
import { VALUE_RULES, withValueFindings } from './lint/value-findings.ts';
import { misplacedValues } from './misplaced-values.ts';
import { type RenderedScript, renderScript, type ScriptValues } from './render-script.ts';

export type CheckedScript = {
  /** The text with what was missing put in, placeholders still in it. */
  readonly text: string;
  /** What Kiln added, as a unified diff without secrets; empty when the script was complete. */
  readonly diff: string;
  /** By line of the text as written. What Kiln has mended is not among them. */
  readonly findings: readonly Finding[];
};

export type PreparedScript = RenderedScript & Omit<CheckedScript, 'text'>;

export type ScriptInput = {
  readonly text: string;
  readonly kind: InstallScriptKind;
  readonly label: string;
  readonly values: ScriptValues;
  /** Of the values, those that somebody gave. */
  readonly given?: GivenValues;
  readonly target: LintTarget;
  /** Put in what is missing; else that stays a finding, which tells whether it could be mended. */
  readonly edit: boolean;
};

/** Lint and edit: nothing throws for what stands in the script. */
export function checkScript(script: ScriptInput): CheckedScript {
  const { text, kind, label, values, given = new Map(), target, edit } = script;
  const staying = stayingValues(text, kind, values);
  const filled = (script: string): string => fillForLint(script, kind, staying);
  const done = mendScript({ text, kind, target, label, filled });
  const isMended = ({ rule }: Finding): boolean => done.mended.includes(rule);
  const asWritten = linesAsWritten(text, kind, staying);
  const ofFilled = lintScript({ text: filled(text), kind, target }, 'filled')
    .filter((finding) => !edit || !isMended(finding))
    .map((finding) => ({ ...finding, line: asWritten(finding.line), mendable: isMended(finding) }));
  const blamed = blameValues(ofFilled, given, { text, kind, target });
  const ofRules = [...blamed, ...lintScript({ text, kind, target }, 'own')].map(withPublicUrls);
  const findings = [...withValueFindings(ofRules, { text, kind, values }, given)].sort(compareFindings);
  return edit ? { text: done.text, diff: done.diff, findings } : { text, diff: '', findings };
}

/** Without those that would leave their place: rules would see another script. */
function stayingValues(text: string, kind: InstallScriptKind, values: ScriptValues): ScriptValues {
  const leaving = misplacedValues(text, kind, values).map(({ name }) => name);
  return { ...values, plain: new Map([...values.plain].filter(([name]) => !leaving.includes(name))) };
}

/** What a rule quotes may be an address with a login. */
const withPublicUrls = (finding: Finding): Finding => ({
  ...finding,
  message: publicText(finding.message),
  fix: publicText(finding.fix),
});

/**
 * From the user's text to what the installer gets: what is missing put in, refused when it cannot work, values filled in.
 * @throws SpecError `script.bad-value`, `script.unknown-placeholder`, `script.lint`
 */
export function prepareScript(script: ScriptInput): PreparedScript {
  const { text, diff, findings } = checkScript(script);
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw lintError(script.label, errors);
  return { ...renderScript({ ...script, text }), diff: publicText(diff), findings };
}

/** `kickstart/x.ks:12: error: … [kickstart.removed-command]`, and below it what to do. */
export function findingText(label: string, finding: Finding): string {
  const { severity, message, fix, rule } = finding;
  return `${placeText(label, finding)}: ${severity}: ${message} [${rule}]\n    ${fix}`;
}

/** @returns `script.lint`, or the code that all of the errors have by themselves */
export function lintError(label: string, errors: readonly Finding[]): SpecError {
  const lines = errors.map((finding) => `  ${findingText(label, finding).replaceAll('\n', '\n  ')}`);
  const many = errors.length === 1 ? 'an error' : `${errors.length} errors`;
  const [rule = '', another] = new Set(errors.map((finding) => finding.rule));
  return new SpecError(
    another === undefined && VALUE_RULES.includes(rule) ? rule : 'script.lint',
    `The install script has ${many} that would stop the installation (kiln lint shows all findings):\n${lines.join('\n')}`,
    { details: { script: label, findings: errors } },
  );
}

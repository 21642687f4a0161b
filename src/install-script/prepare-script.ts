import { SpecError } from '../foundation/errors.ts';
import { publicText } from '../foundation/public-url.ts';
import type { InstallScriptKind } from '../spec/build-spec.ts';
import { fillForLint, linesAsWritten } from './fill-for-lint.ts';
import { compareFindings, type Finding, placeText } from './lint/lint-rule.ts';
import { lintScript } from './lint/lint-script.ts';
import type { LintTarget } from './lint/lint-target.ts';
import { mendScript } from './lint/mend-script.ts';
import { misplacedValues } from './misplaced-values.ts';
import { type RenderedScript, refuseUnknown, renderScript, type ScriptValues } from './render-script.ts';

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
  readonly target: LintTarget;
  /** Put in what is missing; else that stays a finding, which tells whether it could be mended. */
  readonly edit: boolean;
};

/** Lint and edit: nothing throws for what stands in the script. */
export function checkScript({ text, kind, label, values, target, edit }: ScriptInput): CheckedScript {
  const filled = (script: string): string => fillForLint(script, kind, values);
  const done = mendScript({ text, kind, target, label, filled });
  const isMended = ({ rule }: Finding): boolean => done.mended.includes(rule);
  const asWritten = linesAsWritten(text, kind, values);
  const ofFilled = lintScript({ text: filled(text), kind, target }, 'filled')
    .filter((finding) => !edit || !isMended(finding))
    .map((finding) => ({ ...finding, line: asWritten(finding.line), mendable: isMended(finding) }));
  const findings = [...ofFilled, ...lintScript({ text, kind, target }, 'own')]
    .map(withPublicUrls)
    .sort(compareFindings);
  return edit ? { text: done.text, diff: done.diff, findings } : { text, diff: '', findings };
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
  // Before all else: what such a value or placeholder has spoilt is told as its fault alone.
  refuseMisplaced(script);
  refuseUnknown(script);
  const { text, diff, findings } = checkScript(script);
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw lintError(script.label, errors);
  return { ...renderScript({ ...script, text }), diff: publicText(diff), findings };
}

function refuseMisplaced({ text, kind, label, values }: ScriptInput): void {
  const misplaced = misplacedValues(text, kind, values);
  if (misplaced.length === 0) return;
  const lines = misplaced.map(({ line, name, problem }) => `  ${label}:${line}: {{${name}}}: ${problem}.`);
  throw new SpecError(
    'script.bad-value',
    `Variables have values that would not stay in their place:\n${lines.join('\n')}`,
    { details: { script: label, misplaced } },
  );
}

/** `kickstart/x.ks:12: error: … [kickstart.removed-command]`, and below it what to do. */
export function findingText(label: string, { line, severity, message, fix, rule }: Finding): string {
  return `${placeText(label, line)}: ${severity}: ${message} [${rule}]\n    ${fix}`;
}

function lintError(label: string, errors: readonly Finding[]): SpecError {
  const lines = errors.map((finding) => `  ${findingText(label, finding).replaceAll('\n', '\n  ')}`);
  const many = errors.length === 1 ? 'an error' : `${errors.length} errors`;
  return new SpecError(
    'script.lint',
    `The install script has ${many} that would stop the installation (kiln lint shows all findings):\n${lines.join('\n')}`,
    { details: { script: label, findings: errors } },
  );
}

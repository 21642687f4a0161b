import { join } from 'node:path';
import { SpecError } from '../foundation/errors.ts';
import { writeFile } from '../foundation/write-file.ts';
import { lineDiff } from '../install-script/line-diff.ts';
import { compareFindings, type Finding } from '../install-script/lint/lint-rule.ts';
import { valueFindings } from '../install-script/lint/value-findings.ts';
import { checkScript } from '../install-script/prepare-script.ts';
import { scriptValues } from '../install-script/script-values.ts';
import type { InstallScriptKind } from '../spec/build-spec.ts';
import type { BuildContext } from './build-context.ts';
import { type LintRequest, type LintSubject, lintSubject } from './lint-subject.ts';
import { refusalFindings } from './refusal-findings.ts';

export type LintReport = {
  readonly path: string;
  /** How messages name the file. */
  readonly label: string;
  /** Undefined for a file that cannot be read as text. */
  readonly kind?: InstallScriptKind;
  readonly os?: string;
  readonly findings: readonly Finding[];
  /** With `fix`: what was changed, as a unified diff. */
  readonly diff: string;
};

/**
 * Everything wrong with an install script that can be seen without running it.
 * @throws SpecError `script.not-found`, `script.unknown-kind`, `template.not-found`, `spec.invalid`
 */
export async function lintInstallScript(
  request: LintRequest,
  context: Pick<BuildContext, 'cwd' | 'projectDir'>,
): Promise<LintReport> {
  const places = { cwd: context.cwd, templateDir: join(context.projectDir, 'vm-templates') };
  try {
    return await reportOn(await lintSubject(request, places), request);
  } catch (error) {
    const unreadable = error instanceof SpecError && error.code === 'script.encoding';
    if (!unreadable) throw error;
    return unreadableReport(error, request.target);
  }
}

async function reportOn(subject: LintSubject, request: LintRequest): Promise<LintReport> {
  const { path, label, kind, text, target } = subject;
  const { os, disk, media } = target;
  const values = scriptValues({
    name: 'image',
    kind,
    media: media?.kind,
    token: 'token',
    variables: subject.variables,
    os,
    disk,
    passwordHash: undefined,
  });
  const fix = request.fix === true;
  const { text: mended, findings: found } = checkScript({ text, kind, label, values, target, edit: fix });
  const all = [...found, ...valueFindings(text, kind, values), ...refusalFindings(subject)];
  const findings = (request.edit === false ? all : all.map(asBuildTakesIt)).sort(compareFindings);
  const diff = lineDiff(text, mended, label, label);
  if (diff !== '') await writeFile(path, mended);
  return { path, label, kind, ...(target.os === undefined ? {} : { os: target.os }), findings, diff };
}

/** A script that builds is no wrong one. */
const asBuildTakesIt = (finding: Finding): Finding =>
  finding.mendable && finding.severity === 'error' ? { ...finding, severity: 'warning' } : finding;

/** No rule can look at it, yet it is as much a finding as others. */
function unreadableReport({ message, details }: SpecError, target: string): LintReport {
  const line = typeof details.line === 'number' ? details.line : 1;
  const { what = message, remedy: fix = '' } = details as {
    readonly what?: string;
    readonly remedy?: string;
  };
  const finding = {
    rule: 'script.encoding',
    severity: 'error',
    line,
    message: `the file ${what}`,
    fix,
    mendable: false,
  } as const;
  return { path: target, label: target, findings: [finding], diff: '' };
}

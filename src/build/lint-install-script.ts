import { join } from 'node:path';
import { type Problem, SpecError } from '../foundation/errors.ts';
import type { Bytes } from '../foundation/size.ts';
import { writeFile } from '../foundation/write-file.ts';
import { lineDiff } from '../install-script/line-diff.ts';
import { compareFindings, type Finding, MISSING } from '../install-script/lint/lint-rule.ts';
import { checkScript } from '../install-script/prepare-script.ts';
import type { BuildOverrides } from '../spec/build-overrides.ts';
import type { DiskBus, InstallScriptKind } from '../spec/build-spec.ts';
import { readSpec, type SpecReading, specRefusal } from '../spec/resolve-spec.ts';
import type { BuildContext } from './build-context.ts';
import { type ScriptSubject, scriptFindings, scriptSubject } from './script-subject.ts';

export type LintRequest = {
  /** An install script, or a template, whose script is looked at as that template uses it. */
  readonly target: string;
  /** System it is for; default: as the template or the script's head says. */
  readonly os?: string;
  /** Bus of the disk; default: that of the template, or of the template that a build of the script takes, else virtio. */
  readonly bus?: DiskBus;
  /** Size of the disk; default: as with the bus, else what a build makes without being told. */
  readonly diskSize?: Bytes;
  /** Values for the script's placeholders, over those of the template. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Write what is missing into the file. */
  readonly fix?: boolean;
  /** What a build would put in by itself is no more than a warning; false, as for a build that may not: initially true. */
  readonly edit?: boolean;
};

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
 * Everything wrong with an install script, and with the template that uses it, that can be seen without running it.
 * @throws SpecError `script.not-found`, `script.unknown-kind`, `template.not-found`, `spec.invalid`
 */
export async function lintInstallScript(
  request: LintRequest,
  { cwd, projectDir }: Pick<BuildContext, 'cwd' | 'projectDir'>,
): Promise<LintReport> {
  const templateDir = join(projectDir, 'vm-templates');
  const { target } = request;
  try {
    const reading = withoutMedia(
      await readSpec({ target, overrides: overridesOf(request), cwd, templateDir }),
    );
    const subject = await scriptSubject(reading, cwd);
    if (subject === undefined) throw reading.problems.length > 0 ? specRefusal(reading) : noScript(target);
    return await reportOn(subject, reading, request);
  } catch (error) {
    const unreadable = error instanceof SpecError && error.code === 'script.encoding';
    if (!unreadable) throw error;
    return unreadableReport(error, request.target);
  }
}

function overridesOf({ os, bus, diskSize, variables = {} }: LintRequest): BuildOverrides {
  return {
    ...{ os, bus, disk: diskSize === undefined ? undefined : `${diskSize}B` },
    variables: Object.entries(variables).map(([name, value]) => `${name}=${value}`),
  };
}

/** Media need not be named to look at a script. */
const withoutMedia = (reading: SpecReading): SpecReading => ({
  ...reading,
  problems: reading.problems.filter(({ where }) => where !== 'media'),
});

async function reportOn(
  subject: ScriptSubject,
  reading: SpecReading,
  request: LintRequest,
): Promise<LintReport> {
  const { path, label, kind, text } = subject;
  const { os } = reading.spec;
  const mended = request.fix === true ? checkScript({ ...subject, edit: true }) : undefined;
  const found = mended?.findings ?? scriptFindings(subject, reading);
  const all = [...found, ...reading.problems.map(findingOf)];
  const findings = (request.edit === false ? all : all.map(asBuildTakesIt)).sort(compareFindings);
  const diff = mended === undefined ? '' : lineDiff(text, mended.text, label, label);
  if (mended !== undefined && diff !== '') await writeFile(path, mended.text);
  return { path, label, kind, ...(os === undefined ? {} : { os }), findings, diff };
}

/** What builds and plans refuse that no line of the script is to blame for. */
function findingOf({ where, problem, code = 'spec.invalid' }: Problem): Finding {
  const message = problem.replace(/\.$/, '');
  const fix =
    code === 'script.wrong-kind'
      ? 'name the system it is for, or write a script of that kind'
      : 'correct it there: builds and plans refuse it as well';
  return {
    ...{ rule: code, severity: 'error', line: MISSING, message, fix, mendable: false },
    ...(where === 'script' ? {} : { where }),
  };
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

function noScript(target: string): SpecError {
  return new SpecError(
    'script.not-found',
    `The template ${target} has no install script: its media bring their own.`,
  );
}

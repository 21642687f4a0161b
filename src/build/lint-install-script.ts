import { join } from 'node:path';
import { SpecError, specErrorOf } from '../foundation/errors.ts';
import { type Bytes, mebibytes } from '../foundation/size.ts';
import { writeFile } from '../foundation/write-file.ts';
import { detectKind } from '../install-script/detect-kind.ts';
import { lineDiff } from '../install-script/line-diff.ts';
import { compareFindings, type Finding } from '../install-script/lint/lint-rule.ts';
import type { LintTarget } from '../install-script/lint/lint-target.ts';
import { valueFindings } from '../install-script/lint/value-findings.ts';
import { checkScript } from '../install-script/prepare-script.ts';
import { readScript } from '../install-script/read-script.ts';
import { scriptHints } from '../install-script/script-hints.ts';
import { scriptValues } from '../install-script/script-values.ts';
import type { MediaSource } from '../media/install-media.ts';
import { findOs, findOsBySuite } from '../os/find-os.ts';
import { diskTarget } from '../plan/choose-hardware.ts';
import type { DiskBus, InstallScriptKind } from '../spec/build-spec.ts';
import { findTarget } from '../spec/build-target.ts';
import { checkVariableNames, ownVariablesOf } from '../spec/check-names.ts';
import { DEFAULTS } from '../spec/complete-spec.ts';
import { labelOf } from '../spec/find-template.ts';
import { loadTemplate, readTemplateChain, type TemplatePlaces } from '../spec/load-template.ts';
import { atLeastMinimum } from '../spec/os-minimums.ts';
import { readOs } from '../spec/os-word.ts';
import { ProblemList } from '../spec/problem-list.ts';
import type { Settings } from '../spec/settings.ts';
import type { BuildContext } from './build-context.ts';
import { lintTargetOf, osTarget } from './lint-target.ts';

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
  readonly variables?: Variables;
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

type Subject = {
  readonly path: string;
  readonly kind: InstallScriptKind;
  readonly text: string;
  readonly target: LintTarget;
  readonly variables: Variables;
};

type Variables = Readonly<Record<string, string>>;

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
    const subject = await subjectOf(request, places);
    return await reportOn(subject, labelOf(subject.path, context.cwd), request);
  } catch (error) {
    const unreadable = error instanceof SpecError && error.code === 'script.encoding';
    if (!unreadable) throw error;
    return unreadableReport(error, request.target);
  }
}

async function reportOn(subject: Subject, label: string, request: LintRequest): Promise<LintReport> {
  const { path, kind, text, target } = subject;
  const variables = { ...subject.variables, ...request.variables };
  const { os, disk, media } = target;
  const values = scriptValues({
    name: 'image',
    kind,
    media: media?.kind,
    token: 'token',
    variables,
    os,
    disk,
    passwordHash: undefined,
  });
  const fix = request.fix === true;
  const { text: mended, findings: found } = checkScript({ text, kind, label, values, target, edit: fix });
  const all = [...found, ...valueFindings(text, kind, values)];
  const findings = (request.edit === false ? all : all.map(asBuildTakesIt)).sort(compareFindings);
  const diff = lineDiff(text, mended, label, label);
  if (diff !== '') await writeFile(path, mended);
  return { path, label, kind, ...(target.os === undefined ? {} : { os: target.os }), findings, diff };
}

/** A script that builds is no wrong one. */
const asBuildTakesIt = (finding: Finding): Finding =>
  finding.mendable && finding.severity === 'error' ? { ...finding, severity: 'warning' } : finding;

async function subjectOf(
  { target, os, bus, diskSize }: LintRequest,
  places: TemplatePlaces,
): Promise<Subject> {
  const named = os === undefined ? undefined : readOs(os);
  const found = await findTarget(target, places);
  if (found.type === 'script') {
    const { path, kind, text } = found;
    const hints = scriptHints(text, kind);
    const told = hints.directive.os === undefined ? undefined : readOs(hints.directive.os);
    const suite = hints.suite === undefined ? undefined : findOsBySuite(hints.suite)?.id;
    const media = saidMedia(hints.directive);
    const system = named ?? told ?? suite;
    const settings = await settingsFor(system, places);
    const sources = media.media === undefined ? [] : [media.media];
    const { bus: diskBus, ...sizes } = machineOf(system, sources, { bus, diskSize }, settings);
    const disk = diskTarget(diskBus);
    const { variables = {} } = settings;
    return { path, kind, text, target: { ...osTarget(system), disk, ...sizes, ...media }, variables };
  }
  if (found.type === 'none') throw noScript(target);
  return templateSubject(found.path, { os: named, bus, diskSize }, places);
}

type AskedDisk = { readonly bus: DiskBus | undefined; readonly diskSize: Bytes | undefined };

/** A script that is built takes the place of the one in its system's template. */
async function settingsFor(os: string | undefined, places: TemplatePlaces): Promise<Settings> {
  const template = os === undefined ? undefined : findOs(os)?.template;
  return template === undefined ? {} : (await loadTemplate(template, places)).settings;
}

/** The machine that a build would make: as asked for, else as the template says. */
function machineOf(
  os: string | undefined,
  media: readonly MediaSource[],
  asked: AskedDisk,
  settings: Settings,
): { readonly bus: DiskBus; readonly diskSize: Bytes; readonly memory: Bytes } {
  const usual = usualSizes(os, media);
  return {
    bus: asked.bus ?? settings.disk?.bus ?? DEFAULTS.bus,
    diskSize: asked.diskSize ?? settings.disk?.size ?? usual.disk,
    memory: settings.memory ?? usual.memory,
  };
}

/** Media need not be named to look at a script. */
async function templateSubject(
  path: string,
  asked: AskedDisk & { readonly os: string | undefined },
  places: TemplatePlaces,
): Promise<Subject> {
  const template = await readTemplateChain(path, places);
  const { name, settings } = template;
  const list = new ProblemList();
  list.addAll(template.problems);
  refuseIfAny(name, list);
  const { script, variables = {}, media = [] } = settings;
  if (script?.path === undefined) throw noScript(name);
  const label = labelOf(script.path, places.cwd);
  const text = await readScript(script.path, label);
  const kind = script.kind ?? detectKind(text, script.path);
  checkVariableNames(ownVariablesOf(template), { text, kind, label }, list);
  refuseIfAny(name, list);
  const system = asked.os ?? settings.os;
  const machine = machineOf(system, media, asked, settings);
  const disk = { bus: machine.bus, target: diskTarget(machine.bus), sizeBytes: machine.diskSize };
  const memoryMiB = machine.memory / mebibytes(1);
  const target = lintTargetOf({ ...(system === undefined ? {} : { os: system }), disk, media, memoryMiB });
  return { path: script.path, kind, text, target, variables };
}

function refuseIfAny(template: string, { problems }: ProblemList): void {
  if (problems.length > 0) throw specErrorOf(`The template ${template}`, problems);
}

/** What a build takes when it is not told. */
function usualSizes(os: string | undefined, media: readonly MediaSource[]) {
  const usual = { memory: DEFAULTS.memory, disk: DEFAULTS.diskSize };
  return atLeastMinimum({ media, ...(os === undefined ? {} : { os }) }, usual);
}

function saidMedia({
  location,
  cdrom,
}: {
  readonly location?: string;
  readonly cdrom?: string;
}): Pick<LintTarget, 'media'> {
  if (location !== undefined) return { media: { kind: 'location', from: location } };
  return cdrom === undefined ? {} : { media: { kind: 'cdrom', from: cdrom } };
}

function noScript(target: string): SpecError {
  return new SpecError(
    'script.not-found',
    `The template ${target} has no install script: its media bring their own.`,
  );
}

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

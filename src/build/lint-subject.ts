import { SpecError, specErrorOf } from '../foundation/errors.ts';
import { type Bytes, mebibytes } from '../foundation/size.ts';
import { detectKind } from '../install-script/detect-kind.ts';
import type { LintTarget } from '../install-script/lint/lint-target.ts';
import { readScript } from '../install-script/read-script.ts';
import { scriptHints } from '../install-script/script-hints.ts';
import type { MediaSource } from '../media/install-media.ts';
import { findOs, findOsBySuite } from '../os/find-os.ts';
import { diskTarget } from '../plan/choose-hardware.ts';
import type { DiskBus, InstallScriptKind } from '../spec/build-spec.ts';
import { type BuildTarget, findTarget } from '../spec/build-target.ts';
import { type GivenVariables, ownVariablesOf } from '../spec/check-names.ts';
import { DEFAULTS } from '../spec/complete-spec.ts';
import { labelOf } from '../spec/find-template.ts';
import {
  type LoadedTemplate,
  loadTemplate,
  readTemplateChain,
  type TemplatePlaces,
} from '../spec/load-template.ts';
import { atLeastMinimum } from '../spec/os-minimums.ts';
import { readOs } from '../spec/os-word.ts';
import type { Settings } from '../spec/settings.ts';
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
  readonly variables?: Readonly<Record<string, string>>;
  /** Write what is missing into the file. */
  readonly fix?: boolean;
  /** What a build would put in by itself is no more than a warning; false, as for a build that may not: initially true. */
  readonly edit?: boolean;
};

/** An install script with all that is known of the build it is for. */
export type LintSubject = {
  readonly path: string;
  /** How messages name the file. */
  readonly label: string;
  readonly kind: InstallScriptKind;
  readonly text: string;
  readonly target: LintTarget;
  /** All that are given, by name. */
  readonly variables: Readonly<Record<string, string>>;
  /** Those the script must ask for. */
  readonly ownVariables: GivenVariables;
  /** What a build would install from; empty where nobody told. */
  readonly media: readonly MediaSource[];
  /** Where the media, or the size of memory or disk, were given. */
  readonly placeOf: (what: 'media' | 'memory' | 'disk') => string;
};

/** @throws SpecError `script.not-found`, `script.unknown-kind`, `script.encoding`, `template.not-found`, `spec.invalid` */
export async function lintSubject(request: LintRequest, places: TemplatePlaces): Promise<LintSubject> {
  const found = await findTarget(request.target, places);
  if (found.type === 'script') return scriptSubject(found, request, places);
  if (found.type === 'none') throw noScript(request.target);
  return templateSubject(found.path, request, places);
}

async function scriptSubject(
  { path, kind, text, label }: Extract<BuildTarget, { type: 'script' }>,
  request: LintRequest,
  places: TemplatePlaces,
): Promise<LintSubject> {
  const hints = scriptHints(text, kind);
  const told = hints.directive.os === undefined ? undefined : readOs(hints.directive.os);
  const suite = hints.suite === undefined ? undefined : findOsBySuite(hints.suite)?.id;
  const system = namedOs(request) ?? told ?? suite;
  const template = await templateOf(system, places);
  const settings = template?.settings ?? {};
  const said = saidMedia(hints.directive);
  const media = said === undefined ? (settings.media ?? []) : [said];
  const { bus, ...sizes } = machineOf(system, media, request, settings);
  const target = { ...osTarget(system), disk: diskTarget(bus), ...sizes, ...(said ? { media: said } : {}) };
  return {
    ...{ path, label, kind, text, target, media },
    variables: { ...settings.variables, ...request.variables },
    ownVariables: optionsOf(request),
    placeOf: placeFinder(request, template?.locate),
  };
}

/** Media need not be named to look at a script. */
async function templateSubject(
  path: string,
  request: LintRequest,
  places: TemplatePlaces,
): Promise<LintSubject> {
  const template = await readTemplateChain(path, places);
  const { name, settings, problems, locate } = template;
  if (problems.length > 0) throw specErrorOf(`The template ${name}`, problems);
  const { script, variables, media = [] } = settings;
  if (script?.path === undefined) throw noScript(name);
  const label = labelOf(script.path, places.cwd);
  const text = await readScript(script.path, label);
  const kind = script.kind ?? detectKind(text, script.path);
  const system = namedOs(request) ?? settings.os;
  const machine = machineOf(system, media, request, settings);
  const disk = { bus: machine.bus, target: diskTarget(machine.bus), sizeBytes: machine.diskSize };
  const memoryMiB = machine.memory / mebibytes(1);
  const target = lintTargetOf({ ...(system === undefined ? {} : { os: system }), disk, media, memoryMiB });
  return {
    ...{ path: script.path, label, kind, text, target, media },
    variables: { ...variables, ...request.variables },
    ownVariables: new Map([...ownVariablesOf(template), ...optionsOf(request)]),
    placeOf: placeFinder(request, locate),
  };
}

const namedOs = ({ os }: LintRequest): string | undefined => (os === undefined ? undefined : readOs(os));

const optionsOf = ({ variables = {} }: LintRequest): GivenVariables =>
  new Map(Object.keys(variables).map((name) => [name, '--var']));

/** A script that is built takes the place of the one in its system's template. */
async function templateOf(
  os: string | undefined,
  places: TemplatePlaces,
): Promise<LoadedTemplate | undefined> {
  const template = os === undefined ? undefined : findOs(os)?.template;
  return template === undefined ? undefined : loadTemplate(template, places);
}

/** The machine that a build would make: as asked for, else as the template says, else what a build takes when it is not told. */
function machineOf(
  os: string | undefined,
  media: readonly MediaSource[],
  { bus, diskSize }: LintRequest,
  { disk, memory }: Settings,
): { readonly bus: DiskBus; readonly diskSize: Bytes; readonly memory: Bytes } {
  const usual = { memory: DEFAULTS.memory, disk: DEFAULTS.diskSize };
  const enough = atLeastMinimum({ media, ...(os === undefined ? {} : { os }) }, usual);
  return {
    bus: bus ?? disk?.bus ?? DEFAULTS.bus,
    diskSize: diskSize ?? disk?.size ?? enough.disk,
    memory: memory ?? enough.memory,
  };
}

function placeFinder(
  { diskSize }: LintRequest,
  locate: LoadedTemplate['locate'] | undefined,
): LintSubject['placeOf'] {
  return (what) => {
    if (what !== 'disk') return locate?.([what]) ?? what;
    return diskSize === undefined ? (locate?.(['disk', 'size']) ?? 'disk.size') : '--disk';
  };
}

function saidMedia({
  location,
  cdrom,
}: {
  readonly location?: string;
  readonly cdrom?: string;
}): MediaSource | undefined {
  if (location !== undefined) return { kind: 'location', from: location };
  return cdrom === undefined ? undefined : { kind: 'cdrom', from: cdrom };
}

function noScript(target: string): SpecError {
  return new SpecError(
    'script.not-found',
    `The template ${target} has no install script: its media bring their own.`,
  );
}

import { seconds } from '../foundation/duration.ts';
import { formatSize, gibibytes } from '../foundation/size.ts';
import { findOs } from '../os/find-os.ts';
import type { BuildSpec, InstallScriptRef, TimeLimits } from './build-spec.ts';
import type { KeyPath } from './parse-template.ts';
import type { ProblemList } from './problem-list.ts';
import type { ScriptSettings, Settings } from './settings.ts';

/** What holds where neither template nor options say anything; docs/templates.md lists it. */
export const DEFAULTS = {
  memory: gibibytes(1),
  vcpus: 2,
  diskSize: gibibytes(10),
  bus: 'virtio',
  machine: 'q35',
  firmware: 'bios',
  accelerator: 'auto',
  network: 'user',
  output: { format: 'qcow2' },
  total: seconds(3600),
  stall: seconds(600),
  bootPattern: 'login:',
  bootLimit: seconds(180),
} as const;

export type SpecParts = {
  readonly settings: Settings;
  /** Used when no `name` was given. */
  readonly fallbackName: string;
  readonly templates: BuildSpec['templates'];
};

/** Fills in the defaults. */
export function completeSpec({ settings, fallbackName, templates }: SpecParts): BuildSpec {
  const { cpu, limits, bootCheck, disk } = settings;
  const script = scriptRef(settings.script);
  const present = {
    ...(settings.description === undefined ? {} : { description: settings.description }),
    ...(settings.os === undefined ? {} : { os: settings.os }),
    ...(cpu ? { cpu: { ...(cpu.model ? { model: cpu.model } : {}), features: cpu.features ?? [] } } : {}),
    ...(script ? { script } : {}),
    ...(settings.rootPassword ? { rootPassword: settings.rootPassword } : {}),
  };
  return {
    ...present,
    name: settings.name ?? fallbackName,
    arch: 'x86_64',
    firmware: settings.firmware ?? DEFAULTS.firmware,
    machine: settings.machine ?? DEFAULTS.machine,
    memory: settings.memory ?? DEFAULTS.memory,
    vcpus: settings.vcpus ?? DEFAULTS.vcpus,
    accelerator: settings.accelerator ?? DEFAULTS.accelerator,
    disk: { ...diskSize(settings), bus: disk?.bus ?? DEFAULTS.bus },
    network: settings.network ?? DEFAULTS.network,
    media: settings.media ?? [],
    variables: settings.variables ?? {},
    extraArgs: settings.extraArgs ?? [],
    outputs: settings.outputs ?? [DEFAULTS.output],
    bootCheck: {
      enabled: bootCheck?.enabled ?? true,
      pattern: bootCheck?.pattern ?? DEFAULTS.bootPattern,
      limit: bootCheck?.limit ?? DEFAULTS.bootLimit,
    },
    limits: limitsOf(limits),
    templates,
  };
}

/**
 * One of `--timeout` and `--stall` alone must fit a limit the user did not think of: what waits longer than the whole install may
 * take waits as long as that. Both of one origin contradict each other, which is reported.
 */
function limitsOf(given: Settings['limits']): TimeLimits {
  const { literal } = given ?? {};
  const total = given?.total ?? DEFAULTS.total;
  const stall = given?.stall ?? DEFAULTS.stall;
  if (literal?.length === 1 && stall > total) return { total, stall: total, literal: ['total', 'stall'] };
  return { total, stall, ...(literal ? { literal } : {}) };
}

function diskSize({ disk, media }: Settings): Pick<BuildSpec['disk'], 'size'> {
  if (disk?.size !== undefined) return { size: disk.size };
  return media?.[0]?.kind === 'import' ? {} : { size: DEFAULTS.diskSize };
}

/** The kind has been found out before (`withScriptKind`); a script without one has been reported. */
function scriptRef(script: ScriptSettings | undefined): InstallScriptRef | undefined {
  if (script?.path === undefined) return undefined;
  const { path, kind, inject } = script;
  return kind === undefined ? undefined : { path, kind, ...(inject ? { inject } : {}) };
}

type Rule = (spec: BuildSpec) => { readonly at: KeyPath; readonly problem: string } | undefined;

/** An imported image is installed already; what only an installer would read must not be ignored in silence. */
function forInstallersOnly(key: string, isGiven: (spec: BuildSpec) => boolean): Rule {
  const problem =
    'is for an installer, and an imported image is installed already; leave it out, or install from --cdrom or --location';
  return (spec) => (spec.media[0]?.kind === 'import' && isGiven(spec) ? { at: [key], problem } : undefined);
}

/** What no key shows by itself. */
const RULES: readonly Rule[] = [
  ({ firmware, machine }) =>
    firmware === 'uefi' && machine === 'pc'
      ? { at: ['machine'], problem: 'UEFI needs machine q35, not pc' }
      : undefined,
  ({ disk, machine }) =>
    disk.bus === 'ide' && machine === 'q35'
      ? { at: ['disk', 'bus'], problem: 'machine q35 has no IDE; choose bus sata, or machine pc' }
      : undefined,
  ({ os, memory }) => {
    const known = os === undefined ? undefined : findOs(os);
    return known && memory < known.minimumMemory
      ? {
          at: ['memory'],
          problem: `${formatSize(memory)} is too little; the installer of ${known.title} needs ${formatSize(known.minimumMemory)}`,
        }
      : undefined;
  },
  ({ media }) =>
    media.length === 0
      ? {
          at: ['media'],
          problem:
            'nothing tells what to install from; add --cdrom, --location or --import, or "media:" to the template',
        }
      : undefined,
  ({ media }) =>
    new Set(media.map(({ kind }) => kind)).size > 1
      ? { at: ['media'], problem: 'all entries must be of one kind, since the way to boot follows from it' }
      : undefined,
  forInstallersOnly('script', ({ script }) => script !== undefined),
  forInstallersOnly('root-password', ({ rootPassword }) => rootPassword !== undefined),
  forInstallersOnly('extra-args', ({ extraArgs }) => extraArgs.length > 0),
  ({ limits }) =>
    limits.stall > limits.total
      ? { at: ['limits', 'stall'], problem: 'is longer than the limit of the whole install' }
      : undefined,
  ({ outputs }) => {
    const names = outputs.map(({ fileName, format }) => fileName ?? format);
    return new Set(names).size < names.length
      ? { at: ['outputs'], problem: 'two outputs would get the same file name; give one a "name"' }
      : undefined;
  },
];

/** Adds what is wrong with the spec as a whole; `locate` tells where a key was written. */
export function checkSpec(
  spec: BuildSpec,
  list: ProblemList,
  locate: (path: KeyPath) => string | undefined,
): void {
  for (const rule of RULES) {
    const found = rule(spec);
    if (found) list.add(locate(found.at) ?? found.at.join('.'), found.problem);
  }
}

import { seconds } from '../foundation/duration.ts';
import { type Bytes, gibibytes } from '../foundation/size.ts';
import type { BuildSpec, InstallScriptRef, TimeLimits } from './build-spec.ts';
import { atLeastMinimum } from './os-minimums.ts';
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
  const media = settings.media ?? [];
  const usual = atLeastMinimum(
    { media, ...(settings.os === undefined ? {} : { os: settings.os }) },
    { memory: DEFAULTS.memory, disk: DEFAULTS.diskSize },
  );
  const present = {
    ...(settings.description === undefined ? {} : { description: settings.description }),
    ...(settings.os === undefined ? {} : { os: settings.os }),
    ...(settings.loader === undefined ? {} : { loader: settings.loader }),
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
    memory: settings.memory ?? usual.memory,
    vcpus: settings.vcpus ?? DEFAULTS.vcpus,
    accelerator: settings.accelerator ?? DEFAULTS.accelerator,
    disk: { ...diskSize(settings, usual.disk), bus: disk?.bus ?? DEFAULTS.bus },
    network: settings.network ?? DEFAULTS.network,
    media,
    variables: settings.variables ?? {},
    extraArgs: settings.extraArgs ?? [],
    outputs: settings.outputs ?? [DEFAULTS.output],
    ...(settings.publish?.length ? { publish: settings.publish } : {}),
    bootCheck: {
      enabled: bootCheck?.enabled ?? true,
      pattern: bootCheck?.pattern ?? DEFAULTS.bootPattern,
      limit: bootCheck?.limit ?? DEFAULTS.bootLimit,
      ...(bootCheck?.limitIsLiteral ? { limitIsLiteral: true } : {}),
    },
    limits: limitsOf(limits),
    watchPatterns: settings.watch?.patterns ?? [],
    ...(settings.watch?.syslog === undefined ? {} : { syslog: settings.watch.syslog }),
    templates,
  };
}

function limitsOf(given: Settings['limits']): TimeLimits {
  const { literal } = given ?? {};
  const total = given?.total ?? DEFAULTS.total;
  const stall = given?.stall ?? DEFAULTS.stall;
  return { total, stall, ...(literal ? { literal } : {}) };
}

function diskSize({ disk, media }: Settings, usual: Bytes): Pick<BuildSpec['disk'], 'size'> {
  if (disk?.size !== undefined) return { size: disk.size };
  return media?.[0]?.kind === 'import' ? {} : { size: usual };
}

/** The kind has been found out before (`withScriptKind`); a script without one has been reported. */
function scriptRef(script: ScriptSettings | undefined): InstallScriptRef | undefined {
  if (script?.path === undefined) return undefined;
  const { path, kind, inject } = script;
  return kind === undefined ? undefined : { path, kind, ...(inject ? { inject } : {}) };
}

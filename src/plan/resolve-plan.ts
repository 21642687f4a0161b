import { SpecError } from '../foundation/errors.ts';
import type { HostFacts } from '../host/host-facts.ts';
import type { MediaKind, MediaSource } from '../media/install-media.ts';
import { findOs } from '../os/find-os.ts';
import {
  dialectOf,
  dialectOfScript,
  emulationArguments,
  installerArguments,
  joinArguments,
} from '../os/kernel-arguments.ts';
import { canSendLog, logArguments } from '../os/log-arguments.ts';
import type { OperatingSystem } from '../os/os-table.ts';
import type { BuildSpec } from '../spec/build-spec.ts';
import type { BuildPlan, ScriptPlan } from './build-plan.ts';
import { checkCpuLevel } from './check-cpu-level.ts';
import { checkMemory, chooseAccelerator, chooseCpu, chooseFirmware, diskTarget } from './choose-hardware.ts';
import { chooseInjection } from './choose-injection.ts';

/**
 * Emulation costs an install of Debian 13 about four times what KVM takes (two cores, QEMU 7.2). Silences grow less: the longest
 * one measured, while the initramfs is made, was 140 s under emulation.
 */
export const EMULATION_FACTORS = { total: 4, stall: 2, bootCheck: 4 } as const;

/**
 * Makes every choice a build needs from what was asked for and what the host has. Pure: nothing is looked at.
 * @param is32Bit the media install a system for 32-bit processors, which has no CPU level
 * @throws SpecError `spec.invalid`, `spec.cpu-level`, `script.no-injection`; HostError `host.no-kvm`, `host.no-uefi`, `host.no-memory`
 */
export function resolvePlan(
  spec: BuildSpec,
  host: HostFacts,
  { is32Bit = false }: { readonly is32Bit?: boolean } = {},
): BuildPlan {
  const os = spec.os === undefined ? undefined : findOs(spec.os);
  const mediaKind = mediaKindOf(spec.media);
  const script = scriptPlan(spec, mediaKind);
  checkMemory(spec, host);
  const choice = chooseAccelerator(spec, host);
  const { accelerator } = choice;
  const cpu = chooseCpu(spec, accelerator, os);
  if (!is32Bit) checkCpuLevel(os, cpu, accelerator, host);
  return {
    name: spec.name,
    ...(spec.os === undefined ? {} : { os: spec.os }),
    arch: spec.arch,
    ...choice,
    emulator: host.emulator,
    machine: spec.machine,
    firmware: chooseFirmware(spec, host),
    cpu,
    vcpus: spec.vcpus,
    // libvirt would round up by itself; the plan should say what the guest gets.
    memoryMiB: Math.ceil(spec.memory / 2 ** 20),
    disk: diskPlan(spec),
    network: spec.network,
    media: spec.media,
    ...(spec.loader === undefined ? {} : { loader: spec.loader }),
    ...(script === undefined ? {} : { script }),
    variables: spec.variables,
    ...(spec.rootPassword === undefined ? {} : { rootPassword: spec.rootPassword }),
    kernelArguments: kernelArguments(spec, os, script, mediaKind, accelerator),
    ...(spec.syslog === true ? { syslog: true } : {}),
    outputs: spec.outputs,
    ...(spec.publish === undefined ? {} : { publish: spec.publish }),
    bootCheck: {
      enabled: spec.bootCheck.enabled,
      pattern: spec.bootCheck.pattern,
      limitSeconds: bootLimitOf(spec, accelerator),
    },
    limits: limitsOf(spec, accelerator),
    watchPatterns: spec.watchPatterns,
    templates: spec.templates,
  };
}

function diskPlan({ disk: { bus, size } }: BuildSpec): BuildPlan['disk'] {
  const target = diskTarget(bus);
  return size === undefined ? { bus, target } : { bus, target, sizeBytes: wholeSectors(size) };
}

/** QEMU wants whole sectors; a partition table wants them aligned, so 1 MiB. */
function wholeSectors(size: number): number {
  return Math.ceil(size / 2 ** 20) * 2 ** 20;
}

function mediaKindOf(media: readonly MediaSource[]): MediaKind {
  const [kind, another] = [...new Set(media.map((source) => source.kind))];
  if (kind === undefined)
    throw new SpecError('spec.invalid', 'Nothing tells what to install from: the list of media is empty.');
  if (another !== undefined)
    throw new SpecError(
      'spec.invalid',
      `The media are of different kinds (${kind}, ${another}); all must be of one, since the way to boot follows from it.`,
    );
  return kind;
}

function scriptPlan(spec: BuildSpec, media: MediaKind): ScriptPlan | undefined {
  if (spec.script === undefined) return undefined;
  const { path, kind, inject: wanted } = spec.script;
  return {
    path,
    kind,
    ...chooseInjection({ kind, media, wanted, network: spec.network, loader: spec.loader }),
  };
}

/** Only direct kernel boot takes arguments: an ISO's own boot loader brings its own. */
function kernelArguments(
  spec: BuildSpec,
  os: OperatingSystem | undefined,
  script: ScriptPlan | undefined,
  media: MediaKind,
  accelerator: BuildPlan['accelerator'],
): readonly string[] {
  if (media !== 'location') {
    if (spec.syslog) throw noSyslog('needs direct kernel boot; use --location');
    if (spec.extraArgs.length === 0) return [];
    throw new SpecError(
      'spec.invalid',
      `Extra kernel arguments need direct kernel boot; use --location with the same ISO instead of --${media}.`,
    );
  }
  const dialect = os ? dialectOf(os, script?.kind) : script && dialectOfScript(script.kind);
  if (spec.syslog && spec.network !== 'user') throw noSyslog('needs user networking');
  if (spec.syslog && !canSendLog(dialect)) throw noSyslog('is for debian-installer and Anaconda');
  const { syslog: wanted, network, extraArgs } = spec;
  const log = logArguments({ dialect, wanted, network, inject: script?.inject, extraArgs });
  const ours = dialect === undefined ? ['console=ttyS0,115200n8'] : installerArguments(dialect, script);
  const emulation = accelerator === 'tcg' ? emulationArguments(dialect) : [];
  return joinArguments([...ours, ...emulation, ...log], extraArgs);
}

function noSyslog(why: string): SpecError {
  return new SpecError('spec.invalid', `The installer's log over the network (syslog) ${why}.`);
}

function bootLimitOf({ bootCheck }: BuildSpec, accelerator: BuildPlan['accelerator']): number {
  const scaled = accelerator === 'tcg' && !bootCheck.limitIsLiteral;
  return bootCheck.limit * (scaled ? EMULATION_FACTORS.bootCheck : 1);
}

/** What may be silent longer than the whole install may take waits as long as that: known only when both are scaled. */
function limitsOf({ limits }: BuildSpec, accelerator: BuildPlan['accelerator']): BuildPlan['limits'] {
  const scaled = (which: 'total' | 'stall'): number =>
    accelerator === 'tcg' && !limits.literal?.includes(which)
      ? limits[which] * EMULATION_FACTORS[which]
      : limits[which];
  const totalSeconds = scaled('total');
  return {
    totalSeconds,
    stallSeconds: Math.min(scaled('stall'), totalSeconds),
    ...(limits.literal?.includes('stall') ? { stallIsLiteral: true } : {}),
  };
}

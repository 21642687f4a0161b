import { basename } from 'node:path';
import type { HostFacts } from '../../host/host-facts.ts';
import type { ResolvedMedia } from '../../media/install-media.ts';
import {
  type BuildPlan,
  CPU_MODES,
  type CpuPlan,
  type FirmwarePlan,
  type ScriptPlan,
} from '../../plan/build-plan.ts';
import { EMULATION_FACTORS } from '../../plan/resolve-plan.ts';
import { nameFrom } from '../../spec/build-name.ts';
import { installTarget } from './disk-writes.ts';
import type { MachineRequest, MachineXml } from './machine-request.ts';
import { disksOf, machineFacts } from './machine-xml.ts';

export type MachinePlanOptions = {
  readonly request: MachineRequest;
  readonly machine: MachineXml;
  readonly host: HostFacts;
  readonly media: ResolvedMedia | undefined;
  readonly script: ScriptPlan | undefined;
  /** Disk that the script names. */
  readonly named: string | undefined;
  readonly kernelArguments: readonly string[];
};

/** On KVM; under emulation they are scaled as a template's are. */
const DEFAULT_LIMITS = { total: 2 * 3600, stall: 15 * 60, bootCheck: 5 * 60 } as const;
const LOGIN = 'login:';

/** What the stages after the install need to know of a machine, and what its manifest tells. */
export function machinePlan(options: MachinePlanOptions): BuildPlan {
  const { request, machine, host, media, script } = options;
  const { name, final: finalXml, disks } = machine;
  const facts = machineFacts(finalXml);
  const target = installTarget(disksOf(finalXml), options.named);
  const size = disks.find(({ source }) => source?.path === target?.path)?.create?.capacity;
  const emulated = facts.accelerator === 'tcg';
  return {
    name: nameFrom(name) || 'machine',
    ...(media?.facts.osId === undefined ? {} : { os: media.facts.osId }),
    arch: 'x86_64',
    accelerator: facts.accelerator,
    acceleratorWhy: host.accelerator.use === facts.accelerator ? host.accelerator.why : 'asked for',
    emulator: facts.emulator || host.emulator,
    machine: /^(pc-i440fx|pc$)/.test(facts.machine) ? 'pc' : 'q35',
    firmware: firmwareOf(facts, host),
    cpu: cpuPlanOf(facts),
    vcpus: facts.vcpus,
    memoryMiB: facts.memoryMiB,
    disk: {
      bus: busOf(target?.bus),
      target: target?.target ?? '',
      ...(size === undefined ? {} : { sizeBytes: size }),
    },
    network: networkOf(facts.networks),
    media: request.media.kind === 'cdrom' || request.media.kind === 'location' ? [request.media] : [],
    ...(script === undefined ? {} : { script }),
    variables: request.script?.variables ?? {},
    ...(request.script?.rootPassword === undefined ? {} : { rootPassword: request.script.rootPassword }),
    kernelArguments: [...request.extraArgs, ...options.kernelArguments],
    outputs: request.outputs,
    ...(request.publish.length === 0 ? {} : { publish: request.publish }),
    bootCheck: {
      enabled: request.life.bootCheck,
      pattern: LOGIN,
      limitSeconds:
        request.limits.bootCheck ?? DEFAULT_LIMITS.bootCheck * (emulated ? EMULATION_FACTORS.bootCheck : 1),
    },
    limits: limitsOf(request, script !== undefined, emulated),
    watchPatterns: [],
    templates: [],
  };
}

/** Somebody who installs by hand takes the time it takes; a script gets a template's limits. */
function limitsOf({ limits }: MachineRequest, hasScript: boolean, emulated: boolean): BuildPlan['limits'] {
  const usual = (which: 'total' | 'stall'): number =>
    hasScript ? DEFAULT_LIMITS[which] * (emulated ? EMULATION_FACTORS[which] : 1) : Number.POSITIVE_INFINITY;
  return {
    totalSeconds: limits.total ?? usual('total'),
    stallSeconds: limits.stall ?? usual('stall'),
  };
}

type Facts = ReturnType<typeof machineFacts>;

function firmwareOf({ isUefi, loader }: Facts, { uefi }: HostFacts): FirmwarePlan {
  if (!isUefi) return { kind: 'bios' };
  const known = uefi ?? { code: '', varsTemplate: '', secureBoot: false };
  return { kind: 'uefi', ...known, ...(loader === undefined ? {} : { code: basename(loader) }) };
}

/** A machine that says nothing of its processor has QEMU's default: `custom` without a model. */
export function cpuPlanOf({
  cpuMode,
  cpuModel,
  cpuFeatures,
}: Pick<Facts, 'cpuMode' | 'cpuModel' | 'cpuFeatures'>): CpuPlan {
  const features = cpuFeatures.flatMap(({ name, policy }) => {
    if (policy === 'optional') return [];
    const isOff = policy === 'disable' || policy === 'forbid';
    return [{ name, policy: isOff ? ('disable' as const) : ('require' as const) }];
  });
  const mode = CPU_MODES.find((one) => one === cpuMode) ?? 'custom';
  return { mode, ...(mode === 'custom' && cpuModel !== undefined ? { model: cpuModel } : {}), features };
}

const busOf = (bus: string | undefined): BuildPlan['disk']['bus'] =>
  bus === 'sata' || bus === 'scsi' || bus === 'ide' ? bus : 'virtio';

function networkOf(types: readonly string[]): BuildPlan['network'] {
  if (types.length === 0) return 'none';
  return types.every((type) => type === 'user') ? 'user' : 'other';
}

import { HostError } from '../foundation/errors.ts';
import { formatSize } from '../foundation/size.ts';
import type { HostFacts } from '../host/host-facts.ts';
import { SLOW_UNDER_EMULATION } from '../os/emulated-cpu.ts';
import type { OperatingSystem } from '../os/os-table.ts';
import type { BuildSpec, DiskBus } from '../spec/build-spec.ts';
import { type BuildPlan, CPU_MODES, type CpuPlan, type FirmwarePlan } from './build-plan.ts';

type Accelerator = Pick<BuildPlan, 'accelerator' | 'acceleratorWhy'>;

/** @throws HostError `host.no-kvm` when the spec insists on KVM and guests do not run on it */
export function chooseAccelerator(spec: BuildSpec, { accelerator }: HostFacts): Accelerator {
  if (spec.accelerator === 'tcg') return { accelerator: 'tcg', acceleratorWhy: 'asked for' };
  if (accelerator.use === 'kvm') return { accelerator: 'kvm', acceleratorWhy: accelerator.why };
  if (spec.accelerator === 'auto') return { accelerator: 'tcg', acceleratorWhy: accelerator.why };
  const remedy = accelerator.kvmPresent
    ? 'Check nested virtualisation, or leave the accelerator at auto to emulate'
    : 'Load the module kvm_intel or kvm_amd and see to access to /dev/kvm, or leave the accelerator at auto to emulate';
  throw new HostError(
    'host.no-kvm',
    `KVM was asked for and does not work here: ${accelerator.why}. ${remedy}.`,
  );
}

function policies(features: readonly string[]): CpuPlan['features'] {
  return features.map((word) => ({
    name: word.slice(1),
    policy: word.startsWith('-') ? 'disable' : 'require',
  }));
}

/**
 * The processor guests see. On KVM the host's own; under emulation all QEMU can do, less what makes it slow and what the system trips
 * over. A model or feature named by the user wins.
 * @throws HostError `host.no-kvm` for host-passthrough under emulation
 */
export function chooseCpu(
  spec: BuildSpec,
  accelerator: BuildPlan['accelerator'],
  os: OperatingSystem | undefined,
): CpuPlan {
  const model = spec.cpu?.model;
  if (model === 'host-passthrough' && accelerator === 'tcg')
    throw new HostError(
      'host.no-kvm',
      'The CPU model host-passthrough needs KVM, and this build is emulated. Leave the model out or choose maximum.',
    );
  const asked = spec.cpu?.features ?? [];
  const slow =
    model === undefined && accelerator === 'tcg' && spec.arch === 'x86_64' ? SLOW_UNDER_EMULATION : [];
  const named = new Set(asked.map((word) => word.slice(1)));
  const features = policies([...slow.filter((name) => !named.has(name)).map((name) => `-${name}`), ...asked]);
  const chosen = model ?? (accelerator === 'kvm' ? 'host-passthrough' : 'maximum');
  const mode = CPU_MODES.find((one) => one === chosen);
  const cpu: CpuPlan = mode === undefined ? { mode: 'custom', model: chosen, features } : { mode, features };
  return avoidQuirks(cpu, accelerator, os);
}

/** The CPU less what the system trips over under emulation; a feature that was asked for stays. */
export function avoidQuirks(
  cpu: CpuPlan,
  accelerator: BuildPlan['accelerator'],
  os: OperatingSystem | undefined,
): CpuPlan {
  const quirks = accelerator === 'tcg' ? (os?.emulationQuirks ?? []) : [];
  const added = quirks
    .filter(({ disable }) => !cpu.features.some(({ name }) => name === disable))
    .map(({ disable }) => ({ name: disable, policy: 'disable' as const }));
  return { ...cpu, features: [...added, ...cpu.features] };
}

/** @throws HostError `host.no-uefi` */
export function chooseFirmware(spec: BuildSpec, { uefi }: HostFacts): FirmwarePlan {
  if (spec.firmware === 'bios') return { kind: 'bios' };
  if (uefi !== undefined) return { kind: 'uefi', ...uefi };
  throw new HostError(
    'host.no-uefi',
    'UEFI was asked for, and this host has no UEFI firmware for guests. Install the package ovmf (Debian, Ubuntu) or ' +
      'edk2-ovmf (Fedora), or choose firmware bios.',
  );
}

/** @throws HostError `host.no-memory` */
export function checkMemory(spec: BuildSpec, { memoryAvailable, memory }: HostFacts): void {
  if (spec.memory <= memoryAvailable) return;
  const free = `${formatSize(memoryAvailable)} of ${formatSize(memory)} are available`;
  throw new HostError(
    'host.no-memory',
    `The guest is to have ${formatSize(spec.memory)} of memory, and ${free} here. Give it less with --memory, or end something.`,
    { details: { wanted: spec.memory, available: memoryAvailable } },
  );
}

const TARGETS: Readonly<Record<DiskBus, string>> = { virtio: 'vda', sata: 'sda', scsi: 'sda', ide: 'hda' };

export function diskTarget(bus: DiskBus): string {
  return TARGETS[bus];
}

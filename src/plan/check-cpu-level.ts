import { SpecError } from '../foundation/errors.ts';
import type { HostFacts } from '../host/host-facts.ts';
import { isOfLevel, levelOfModel, type ModelLevel, missingFeatures } from '../os/cpu-level.ts';
import type { OperatingSystem } from '../os/operating-system.ts';
import type { BuildPlan, CpuPlan } from './build-plan.ts';

/** The first QEMU whose emulation has AVX2 and with it all of x86-64-v3 (QEMU 7.2's change log, "TCG"). */
const EMULATES_V3 = [7, 2] as const;

/**
 * A system built for a newer CPU, or a 64-bit one on a CPU of 32 bits, dies at its first instruction, without a word on the console; so the plan says it.
 * @throws SpecError `spec.cpu-level` (details: os, level, missing)
 */
export function checkCpuLevel(
  os: OperatingSystem | undefined,
  cpu: CpuPlan,
  accelerator: BuildPlan['accelerator'],
  host: HostFacts,
): void {
  if (os === undefined) return;
  const missing = missingFeatures(os.cpuLevel, {
    level: levelOf(cpu, accelerator, host),
    features: cpu.features,
  });
  if (missing.length === 0) return;
  throw new SpecError(
    'spec.cpu-level',
    `${os.title} needs a CPU of level ${os.cpuLevel}, and ${nameOf(cpu, host)} lacks ${missing.join(', ')}. ${remedy(os, cpu)}`,
    { details: { os: os.id, level: os.cpuLevel, missing } },
  );
}

function levelOf(
  { mode, model }: CpuPlan,
  accelerator: BuildPlan['accelerator'],
  { qemuVersion, cpuLevel }: HostFacts,
): ModelLevel | undefined {
  if (mode === 'custom') return levelOfModel(model ?? '');
  if (accelerator === 'kvm') return cpuLevel;
  const [major = 0, minor = 0] = qemuVersion.split('.').map(Number);
  const [needMajor, needMinor] = EMULATES_V3;
  const emulatesV3 = major > needMajor || (major === needMajor && minor >= needMinor);
  return emulatesV3 ? 'x86-64-v3' : 'x86-64-v2';
}

const takenAway = (features: CpuPlan['features']): CpuPlan['features'] =>
  features.filter(({ name, policy }) => policy === 'disable' && isOfLevel(name));

function nameOf({ mode, model, features }: CpuPlan, { qemuVersion }: HostFacts): string {
  const without = takenAway(features).map(({ name }) => name);
  const base =
    mode === 'custom'
      ? modelName(model)
      : mode === 'host-passthrough'
        ? "this host's CPU"
        : `what QEMU ${qemuVersion} gives its guests`;
  return without.length === 0 ? `${base}` : `${base} without ${without.join(', ')}`;
}

const modelName = (model = ''): string => (levelOfModel(model) === '32-bit' ? `${model} (32-bit)` : model);

function remedy(os: OperatingSystem, { mode, features }: CpuPlan): string {
  if (takenAway(features).length > 0) return 'Leave the features in.';
  if (mode === 'custom')
    return `Leave --cpu out, or name a model that has them, such as ${os.cpuLevel === 'x86-64-v3' ? 'Haswell' : 'Nehalem'}.`;
  return mode === 'maximum'
    ? 'Use a newer QEMU (7.2 or later), or a host with KVM.'
    : 'Use another host, or --accelerator tcg to emulate.';
}

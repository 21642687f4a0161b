import { systemOnDisk } from '../disk/system-on-disk.ts';
import { findOs } from '../os/find-os.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import { avoidQuirks } from '../plan/choose-hardware.ts';

/**
 * The plan of a machine whose disk came with its system. Nobody need have said which one it is: the disk does, and what the system
 * trips over under emulation follows from it.
 */
export async function planForDisk<Plan extends Pick<BuildPlan, 'os' | 'cpu' | 'accelerator'>>(
  plan: Plan,
  rawPath: string,
): Promise<Plan> {
  if (plan.os !== undefined) return plan;
  const found = await systemOnDisk(rawPath);
  const os = found && findOs(`${found.id}${found.versionId}`);
  if (os === undefined) return plan;
  return { ...plan, os: os.id, cpu: avoidQuirks(plan.cpu, plan.accelerator, os) };
}

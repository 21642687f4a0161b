import { hostPackageManager, installAdvice, type PackageManager } from './distribution.ts';
import type { EmulatorProbe } from './examine-accelerator.ts';
import { findUefiFirmware } from './find-uefi-firmware.ts';
import type { Finding } from './finding.ts';
import { hasVnc } from './has-vnc.ts';
import { type HostRequirement, readHostRequirements, whereIs } from './host-packages.ts';
import { EMULATOR, EMULATOR_PACKAGES } from './probe-host.ts';
import { qemuVersion } from './qemu-version.ts';

export const MINIMUM_NODE = '20.19.0';

export async function examineNode(version = process.versions.node): Promise<readonly Finding[]> {
  const what = `Node.js ${version}`;
  if (isAtLeast(version, MINIMUM_NODE)) return [{ id: 'node', status: 'ok', what: `${what}.` }];
  const fix = `Install Node.js ${MINIMUM_NODE} or newer.`;
  return [{ id: 'node', status: 'fail', what: `${what} is too old.`, fix }];
}

/** Compares dotted numbers. */
export function isAtLeast(version: string, minimum: string): boolean {
  const [have, need] = [version, minimum].map((text) => text.split('.').map(Number));
  for (const [index, wanted] of (need ?? []).entries()) {
    const found = have?.[index] ?? 0;
    if (found !== wanted) return found > wanted;
  }
  return true;
}

/** Its absence is told by examinePackages, with the package that brings it. */
export async function examineQemu({ emulator, ...rest }: EmulatorProbe): Promise<readonly Finding[]> {
  if (emulator === undefined) return [];
  const version = await qemuVersion({ emulator, ...rest });
  const found: Finding = { id: 'qemu', status: 'ok', what: `QEMU ${version} (${emulator}).` };
  return [found, ...((await hasVnc({ emulator, ...rest })) ? [] : [await noScreen(emulator)])];
}

async function noScreen(emulator: string): Promise<Finding> {
  const manager = await hostPackageManager();
  return {
    id: 'screen',
    status: 'warn',
    what: `${emulator} has no VNC display: the screens of guests cannot be watched in the browser.`,
    fix: `Install a QEMU that was built with VNC. ${installAdvice(manager, [manager ? EMULATOR_PACKAGES[manager] : EMULATOR])}`,
  };
}

export async function examineFirmware(
  find: typeof findUefiFirmware = findUefiFirmware,
): Promise<readonly Finding[]> {
  const found = await find();
  const id = 'uefi-firmware';
  if (!found) {
    const advice = installAdvice(await hostPackageManager(), ['ovmf']);
    return [{ id, status: 'warn', what: `No UEFI firmware for ${EMULATOR}: only BIOS guests.`, fix: advice }];
  }
  if (!found.secureBoot) return [{ id, status: 'ok', what: `UEFI firmware ${found.code}.` }];
  const what = `Only UEFI firmware with Secure Boot was found (${found.code}): unsigned boot loaders may be refused.`;
  return [{ id, status: 'warn', what }];
}

/** Everything in host-packages/packages.txt that a build may use. */
export async function examinePackages(
  requirements?: readonly HostRequirement[],
): Promise<readonly Finding[]> {
  const manager = await hostPackageManager();
  const all = requirements ?? (await readHostRequirements());
  return Promise.all(all.filter(({ group }) => group === 'run').map((one) => examineOne(one, manager)));
}

async function examineOne(
  requirement: HostRequirement,
  manager: PackageManager | undefined,
): Promise<Finding> {
  const path = await whereIs(requirement);
  const name = baseName(requirement.probes[0] ?? '');
  const id = `package.${name}`;
  if (path !== undefined) return { id, status: 'ok', what: `${name}: ${path}` };
  const found = manager === undefined ? '' : requirement.packages[manager];
  const fix = found === '' ? `Install what brings ${name}.` : installAdvice(manager, [found]);
  return {
    id,
    status: 'fail',
    what: `${name} is missing (looked for ${requirement.probes.join(', ')}).`,
    fix,
  };
}

function baseName(probe: string): string {
  return probe.split('/').at(-1) ?? probe;
}

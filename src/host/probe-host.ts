import { availableParallelism, cpus, totalmem } from 'node:os';
import { HostError } from '../foundation/errors.ts';
import { type Logger, silentLogger } from '../foundation/logger.ts';
import { bytes } from '../foundation/size.ts';
import { hostCpuLevel } from './cpu-level.ts';
import { hostPackageManager, installAdvice, type PackageManager } from './distribution.ts';
import { findExecutable } from './find-executable.ts';
import { findUefiFirmware } from './find-uefi-firmware.ts';
import { hasVnc } from './has-vnc.ts';
import type { HostFacts } from './host-facts.ts';
import { probeAccelerator } from './probe-accelerator.ts';
import { qemuVersion } from './qemu-version.ts';

export type HostProbe = {
  /** `places.cache`: slow answers are remembered there. */
  readonly cacheDir: string;
  readonly signal?: AbortSignal;
  readonly logger?: Logger;
};

export const EMULATOR = 'qemu-system-x86_64';

type Packages = Readonly<Record<PackageManager, string>>;

export const EMULATOR_PACKAGES: Packages = {
  apt: 'qemu-system-x86',
  dnf: 'qemu-system-x86-core',
  zypper: 'qemu-x86',
  pacman: 'qemu-system-x86',
};
const IMAGE_TOOL_PACKAGES: Packages = {
  apt: 'qemu-utils',
  dnf: 'qemu-img',
  zypper: 'qemu-img',
  pacman: 'qemu-img',
};

/**
 * Finds out what this host has. Asks no program when the remembered answers still hold. qemu-img is only needed after the install, but
 * its absence must not be found out then.
 * @throws HostError `host.qemu-missing`, `host.qemu-broken`, `host.tool-missing`; CancelledError
 */
export async function probeHost({ cacheDir, signal, logger = silentLogger }: HostProbe): Promise<HostFacts> {
  const emulator = await requireProgram('host.qemu-missing', EMULATOR, EMULATOR_PACKAGES);
  await requireProgram('host.tool-missing', 'qemu-img', IMAGE_TOOL_PACKAGES);
  const probe = { emulator, cacheDir, logger, ...(signal ? { signal } : {}) };
  // Before guests are tried: an emulator that cannot even tell its version would only be waited for.
  const version = await qemuVersion(probe);
  const [accelerator, vnc, uefi, cpuLevel] = await Promise.all([
    probeAccelerator(probe),
    hasVnc(probe),
    findUefiFirmware(),
    hostCpuLevel(),
  ]);
  return {
    ...probeResources(),
    accelerator,
    emulator,
    qemuVersion: version,
    ...(vnc ? {} : { lacksVnc: true as const }),
    ...(uefi ? { uefi } : {}),
    ...(cpuLevel ? { cpuLevel } : {}),
  };
}

/** What the operating system tells at once; memory as limited by the control group this process is in. */
export function probeResources(): Omit<
  HostFacts,
  'accelerator' | 'emulator' | 'qemuVersion' | 'lacksVnc' | 'uefi'
> {
  // 0 or an absurdly large number where there is no limit.
  const limit = process.constrainedMemory() || totalmem();
  const cpuModel = cpus()[0]?.model.trim();
  const uid = process.getuid?.() ?? -1;
  return {
    arch: process.arch === 'x64' ? 'x86_64' : process.arch,
    cpus: availableParallelism(),
    ...(cpuModel === undefined || cpuModel === '' ? {} : { cpuModel }),
    memory: bytes(Math.min(totalmem(), limit)),
    memoryAvailable: bytes(process.availableMemory()),
    isRoot: uid === 0,
    uid,
    gid: process.getgid?.() ?? -1,
  };
}

async function requireProgram(code: string, name: string, packages: Packages): Promise<string> {
  const found = await findExecutable(name);
  if (found) return found;
  const manager = await hostPackageManager();
  const advice = installAdvice(manager, [manager ? packages[manager] : `what brings ${name}`]);
  throw new HostError(code, `${name} is not installed. To install it: ${advice}`, {
    details: { tool: name },
  });
}

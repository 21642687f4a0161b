import { availableParallelism, totalmem } from 'node:os';
import { HostError } from '../foundation/errors.ts';
import { type Logger, silentLogger } from '../foundation/logger.ts';
import { bytes } from '../foundation/size.ts';
import { hostPackageManager, installAdvice, type PackageManager } from './distribution.ts';
import { findExecutable } from './find-executable.ts';
import { findUefiFirmware } from './find-uefi-firmware.ts';
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

const EMULATOR_PACKAGES: Readonly<Record<PackageManager, string>> = {
  apt: 'qemu-system-x86',
  dnf: 'qemu-system-x86-core',
  zypper: 'qemu-x86',
  pacman: 'qemu-system-x86',
};

/**
 * Finds out what this host has. Asks no program when the remembered answers still hold.
 * @throws HostError `host.qemu-missing`, `host.qemu-broken`; CancelledError
 */
export async function probeHost({ cacheDir, signal, logger = silentLogger }: HostProbe): Promise<HostFacts> {
  const emulator = await findEmulator();
  const probe = { emulator, cacheDir, logger, ...(signal ? { signal } : {}) };
  const [version, accelerator, uefi] = await Promise.all([
    qemuVersion(probe),
    probeAccelerator(probe),
    findUefiFirmware(),
  ]);
  return {
    ...probeResources(),
    accelerator,
    emulator,
    qemuVersion: version,
    ...(uefi ? { uefi } : {}),
  };
}

/** What the operating system tells at once; memory as limited by the control group this process is in. */
export function probeResources(): Omit<HostFacts, 'accelerator' | 'emulator' | 'qemuVersion' | 'uefi'> {
  // 0 or an absurdly large number where there is no limit.
  const limit = process.constrainedMemory() || totalmem();
  const uid = process.getuid?.() ?? -1;
  return {
    arch: process.arch === 'x64' ? 'x86_64' : process.arch,
    cpus: availableParallelism(),
    memory: bytes(Math.min(totalmem(), limit)),
    memoryAvailable: bytes(process.availableMemory()),
    isRoot: uid === 0,
    uid,
    gid: process.getgid?.() ?? -1,
  };
}

async function findEmulator(): Promise<string> {
  const found = await findExecutable(EMULATOR);
  if (found) return found;
  const manager = await hostPackageManager();
  const advice = installAdvice(manager, [manager ? EMULATOR_PACKAGES[manager] : 'QEMU for x86_64']);
  throw new HostError('host.qemu-missing', `${EMULATOR} is not installed. To install it: ${advice}`);
}

import { open, readFile } from 'node:fs/promises';
import { release } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '../foundation/logger.ts';
import { probeCacheIn } from '../foundation/probe-cache.ts';
import { PAYLOAD_STEPS } from './accelerator-payload.ts';
import { fileIdentity } from './file-identity.ts';
import type { AcceleratorFacts } from './host-facts.ts';
import { type PayloadRun, runPayload } from './run-payload.ts';

export type AcceleratorProbe = {
  /** Absolute path of qemu-system-x86_64. */
  readonly emulator: string;
  readonly cacheDir: string;
  readonly logger: Logger;
  readonly signal?: AbortSignal;
  /** For tests; default `/dev/kvm`. */
  readonly kvmDevice?: string;
  /** For tests; default: run the payload on KVM. */
  readonly run?: (probe: AcceleratorProbe) => Promise<PayloadRun>;
};

/** A working KVM needs 0.2 s; a busy host may take much longer without being broken. */
const DEADLINE_MS = 10_000;
const STALL_MS = 3_000;
/** What libvirt makes of host-passthrough, which is what guests get on KVM. */
const KVM_CPU = 'host,migratable=on';

/**
 * Decides what guests run on, by running something: on some nested hosts `/dev/kvm` opens and creates VMs, and still no
 * kernel boots there. The payload's answer is remembered until the next boot, kernel or QEMU.
 * @throws CancelledError when `signal` ended it
 */
export async function probeAccelerator(probe: AcceleratorProbe): Promise<AcceleratorFacts> {
  const device = probe.kvmDevice ?? '/dev/kvm';
  const obstacle = await whyNotOpen(device);
  if (obstacle) return { use: 'tcg', ...obstacle };
  return verdictOf(await rememberedRun(probe), device);
}

async function rememberedRun(probe: AcceleratorProbe): Promise<PayloadRun> {
  const cache = probeCacheIn(probe.cacheDir, probe.logger);
  const key = `${await bootId()} ${release()} ${await fileIdentity(probe.emulator)} ${KVM_CPU}`;
  const remembered = await cache.read('accelerator', key);
  if (isPayloadRun(remembered)) return remembered;
  const run = await (probe.run ?? runOnKvm)(probe);
  await cache.write('accelerator', key, run);
  return run;
}

function runOnKvm({ emulator, cacheDir, logger, signal }: AcceleratorProbe): Promise<PayloadRun> {
  return runPayload({
    emulator,
    folder: join(cacheDir, 'host'),
    accelerator: 'kvm',
    cpu: KVM_CPU,
    deadlineMs: DEADLINE_MS,
    stallMs: STALL_MS,
    logger,
    ...(signal ? { signal } : {}),
  });
}

function verdictOf(run: PayloadRun, device: string): AcceleratorFacts {
  if (run.worked) {
    return { use: 'kvm', kvmPresent: true, why: `a small guest ran well on ${device}` };
  }
  const said = run.complaint === undefined ? '' : ` (QEMU says: ${run.complaint})`;
  const why = `${device} opens, but a small guest ${howFar(run)}${said}`;
  return { use: 'tcg', kvmPresent: true, why };
}

function howFar({ reached }: PayloadRun): string {
  const next = Object.keys(PAYLOAD_STEPS).find((letter) => !reached.includes(letter));
  if (reached.length === 0) return 'did not even start on it';
  return next === undefined ? 'did not end on it' : `did not get past ${PAYLOAD_STEPS[next]} on it`;
}

type Obstacle = { readonly why: string; readonly kvmPresent: boolean };

async function whyNotOpen(device: string): Promise<Obstacle | undefined> {
  if (process.arch !== 'x64') {
    return { why: `this host is ${process.arch}, and guests are x86_64`, kvmPresent: false };
  }
  try {
    const handle = await open(device, 'r+');
    await handle.close();
    return undefined;
  } catch (error) {
    return obstacleOf(device, error);
  }
}

function obstacleOf(device: string, error: unknown): Obstacle {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  if (code === 'ENOENT') {
    const why = `there is no ${device}: switch on virtualisation in the firmware setup, or nested virtualisation where this is itself a guest`;
    return { why, kvmPresent: false };
  }
  if (code === 'EACCES' || code === 'EPERM') {
    const why = `${device} may not be opened by this user: run "sudo usermod -aG kvm $USER" and log in again`;
    return { why, kvmPresent: true };
  }
  return {
    why: `${device} cannot be opened (${code}): see that the module kvm_intel or kvm_amd is loaded`,
    kvmPresent: true,
  };
}

async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
}

function isPayloadRun(value: unknown): value is PayloadRun {
  return (
    typeof value === 'object' &&
    value !== null &&
    'worked' in value &&
    typeof value.worked === 'boolean' &&
    'reached' in value &&
    Array.isArray(value.reached)
  );
}

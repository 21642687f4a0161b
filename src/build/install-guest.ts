import { rm, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../foundation/clock.ts';
import type { Logger } from '../foundation/logger.ts';
import type { LibvirtConnection } from '../libvirt/libvirt.ts';
import type { Evidence, InstallOutcome, InstallProgress } from '../watch/install-outcome.ts';
import type { WatchRecorder } from '../watch/recorder.ts';
import { userPatterns } from '../watch/user-pattern.ts';
import { watchInstall } from '../watch/watch-install.ts';
import { assertWitnessed, witnessStart } from './console-witness.ts';
import { requireOwnFolder, whyReplaced } from './owned-paths.ts';
import type { PreparedInstall } from './prepare-install.ts';
import { startFailure } from './start-failure.ts';

/** How long the console must be silent after what looks like a question before it is taken for one. */
const SETTLE_SECONDS = { kvm: 5, tcg: 10 } as const;

export type InstallGuestOptions = {
  readonly connection: LibvirtConnection;
  readonly prepared: PreparedInstall;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly recorder?: WatchRecorder;
  /** The stall limit of a phase. */
  readonly stallOf?: (phase: string | undefined) => number;
  readonly onProgress: (progress: InstallProgress) => void;
  /** The guest has ended itself and its disk may be read, some time before libvirt is done with it. */
  readonly onGuestStopped: () => void;
  readonly onCalledOff?: (seen: Evidence) => void;
};

/**
 * virt-install's two phases: the install XML is started with createXML, then the final XML (no media, boots from disk) is
 * defined under the same name and UUID. So the domain outlives the install, and why it ended can still be read.
 * @throws InstallError `install.start-failed`; DiskError `disk.locked`; HostError `host.no-space`, `host.console-lost`, `host.output-replaced`, and those of `watchInstall`
 */
export async function installGuest(options: InstallGuestOptions): Promise<InstallOutcome> {
  const { connection, prepared, signal } = options;
  const { plan, directory, domain, served } = prepared;
  // A card that is given to QEMU directly is none that libvirt counts for.
  const counted = plan.network !== 'none' && served?.metadataSocket === undefined;
  const events = await connection.subscribe(domain.uuid);
  try {
    signal.throwIfAborted();
    const begin = prepared.ranSeconds === undefined ? startDomain : redefineDomain;
    const witness = await witnessStart(directory.serialLog, () => begin(connection, prepared));
    const outcome = await watchInstall({
      connection,
      uuid: domain.uuid,
      events,
      serialLog: directory.serialLog,
      installerLogs: await present([directory.installerLog, directory.syslog]),
      markerToken: prepared.markerToken,
      diskTarget: plan.disk.target,
      ...(counted ? { networkTarget: domain.final.macAddress } : {}),
      hasCard: plan.network !== 'none',
      limits: {
        ...plan.limits,
        totalSeconds: Math.max(0, plan.limits.totalSeconds - (prepared.ranSeconds ?? 0)),
        settleSeconds: SETTLE_SECONDS[plan.accelerator],
        ...(options.stallOf === undefined ? {} : { stallOf: options.stallOf }),
      },
      ...(options.recorder === undefined ? {} : { recorder: options.recorder }),
      ranSeconds: prepared.ranSeconds,
      patterns: userPatterns(plan.watchPatterns),
      clock: options.clock,
      signal,
      onProgress: options.onProgress,
      onGuestStopped: options.onGuestStopped,
      ...(options.onCalledOff === undefined ? {} : { onCalledOff: options.onCalledOff }),
      screenshotPath: directory.screenshot,
      mayWrite: () => whyReplaced(directory) === undefined,
      logger: options.logger,
    });
    assertWitnessed(outcome, witness);
    return outcome;
  } finally {
    events.close();
  }
}

/** A log that nobody has begun by now is not going to be written. */
async function present(paths: readonly string[]): Promise<readonly string[]> {
  const there = await Promise.all(paths.map((path) => stat(path).catch(() => undefined)));
  return paths.filter((_, index) => there[index] !== undefined);
}

async function startDomain(
  connection: LibvirtConnection,
  { domain, directory }: PreparedInstall,
): Promise<void> {
  try {
    await connection.createXml(domain.installXml);
    await connection.defineXml(domain.finalXml);
  } catch (error) {
    requireOwnFolder(directory);
    throw startFailure({ name: domain.name, uri: connection.uri }, error as Error);
  }
}

/** The earlier Kiln may have been killed before it defined the domain, and a transient one takes its end with it. */
async function redefineDomain(connection: LibvirtConnection, { domain }: PreparedInstall): Promise<void> {
  const state = await connection.getState(domain.uuid);
  if (state !== undefined && state.state !== 'shutoff') await connection.defineXml(domain.finalXml);
}

/** Waits until QEMU is gone, so that nobody writes to the disk any more; forces it after a few seconds. */
export async function endGuest(connection: LibvirtConnection, uuid: string, graceMs = 5000): Promise<void> {
  const deadline = performance.now() + graceMs;
  while (performance.now() < deadline) {
    const state = await connection.getState(uuid);
    if (state === undefined || state.state === 'shutoff' || state.state === 'crashed') return;
    await delay(50);
  }
  await connection.destroy(uuid);
}

export async function removeGuest(
  connection: LibvirtConnection,
  uuid: string,
  nvram?: string,
): Promise<void> {
  await connection.destroy(uuid);
  await connection.undefine(uuid);
  if (nvram !== undefined) await rm(nvram, { force: true });
}

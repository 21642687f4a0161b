import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../foundation/clock.ts';
import { InstallError } from '../foundation/errors.ts';
import type { Logger } from '../foundation/logger.ts';
import type { LibvirtConnection } from '../libvirt/libvirt.ts';
import type { InstallOutcome, InstallProgress } from '../watch/install-outcome.ts';
import { watchInstall } from '../watch/watch-install.ts';
import type { PreparedInstall } from './prepare-install.ts';

/** How long the console must be silent after what looks like a question before it is taken for one. */
const SETTLE_SECONDS = { kvm: 5, tcg: 10 } as const;

export type InstallGuestOptions = {
  readonly connection: LibvirtConnection;
  readonly prepared: PreparedInstall;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly onProgress: (progress: InstallProgress) => void;
  /** The guest has ended itself and its disk may be read, some time before libvirt is done with it. */
  readonly onGuestStopped: () => void;
};

/**
 * virt-install's two phases: the install XML is started with createXML, then the final XML (no media, boots from disk) is
 * defined under the same name and UUID. So the domain outlives the install, and why it ended can still be read.
 */
export async function installGuest(options: InstallGuestOptions): Promise<InstallOutcome> {
  const { connection, prepared, signal } = options;
  const { plan, directory, domain } = prepared;
  const events = await connection.subscribe(domain.uuid);
  try {
    signal.throwIfAborted();
    await startDomain(connection, prepared);
    return await watchInstall({
      connection,
      uuid: domain.uuid,
      events,
      serialLog: directory.serialLog,
      markerToken: prepared.markerToken,
      diskTarget: plan.disk.target,
      ...(plan.network === 'none' ? {} : { networkTarget: domain.final.macAddress }),
      limits: { ...plan.limits, settleSeconds: SETTLE_SECONDS[plan.accelerator] },
      clock: options.clock,
      signal,
      onProgress: options.onProgress,
      onGuestStopped: options.onGuestStopped,
      screenshotPath: directory.screenshot,
      logger: options.logger,
    });
  } finally {
    events.close();
  }
}

async function startDomain(connection: LibvirtConnection, { domain }: PreparedInstall): Promise<void> {
  try {
    await connection.createXml(domain.installXml);
    await connection.defineXml(domain.finalXml);
  } catch (error) {
    throw new InstallError(
      'install.start-failed',
      `libvirt could not start the install domain ${domain.name}: ${(error as Error).message}`,
      { cause: error, details: { domain: domain.name } },
    );
  }
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

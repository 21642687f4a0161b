import { HostError } from '../foundation/errors.ts';
import { isAlive, type ProcessIdentity } from '../foundation/process-identity.ts';
import { findLogDaemon, logDaemons } from '../libvirt/find-log-daemon.ts';
import type { InstallOutcome } from '../watch/install-outcome.ts';
import type { ConsoleOutcome } from '../watch/wait-for-console.ts';

/**
 * Starts a guest and tells who writes its console log. Where nobody does so by now it is the virtlogd that has ended meanwhile; undefined
 * where it cannot be seen (`findLogDaemon`). A build's folder has no links in its path, so the log is open under this very name, unless the
 * folder has been moved since; who writes it then does not matter any more.
 * @param start starts the guest, with what that throws
 * @param name of the daemon's program, for tests
 */
export async function witnessStart(
  serialLog: string,
  start: () => Promise<unknown>,
  name?: string,
): Promise<ProcessIdentity | undefined> {
  const before = await logDaemons(name);
  await start();
  return (await findLogDaemon(serialLog, name)) ?? before.find((daemon) => !isAlive(daemon));
}

/**
 * A missing marker, a stall and a time limit, of an install or of a boot check, are told by what the console does not say; that counts only while somebody writes it down.
 * @throws HostError `host.console-lost`
 */
export function assertWitnessed(
  outcome: InstallOutcome | ConsoleOutcome,
  witness: ProcessIdentity | undefined,
): void {
  const bySilence =
    outcome.kind === 'stalled' ||
    outcome.kind === 'timed-out' ||
    (outcome.kind === 'failed' && (outcome.cause === 'no-marker' || outcome.cause === 'timed-out'));
  if (!bySilence || witness === undefined || isAlive(witness)) return;
  throw new HostError(
    'host.console-lost',
    `virtlogd (process ${witness.pid}), through which libvirt writes the guest's console, ended while the guest ran, so nobody knows what it said since. Find out who or what ended it (libvirt's log, dmesg), then build again.`,
    { details: { pid: witness.pid, outcome } },
  );
}

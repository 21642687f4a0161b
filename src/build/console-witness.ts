import { HostError } from '../foundation/errors.ts';
import { isAlive, type ProcessIdentity } from '../foundation/process-identity.ts';
import { findLogDaemon } from '../libvirt/find-log-daemon.ts';
import type { InstallOutcome } from '../watch/install-outcome.ts';
import type { ConsoleOutcome } from '../watch/wait-for-console.ts';

/**
 * Who writes the console log of a guest that has just been started. A build's folder has no links in its path, so the log is open under
 * this very name, unless the folder has been moved since; who writes it then does not matter any more.
 */
export async function consoleWitness(serialLog: string): Promise<ProcessIdentity | undefined> {
  return findLogDaemon(serialLog);
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

import { realpath } from 'node:fs/promises';
import { HostError } from '../foundation/errors.ts';
import { isAlive, type ProcessIdentity } from '../foundation/process-identity.ts';
import { findLogDaemon } from '../libvirt/find-log-daemon.ts';
import type { InstallOutcome } from '../watch/install-outcome.ts';

/** Who writes the console log of a guest that has just been started. */
export async function consoleWitness(serialLog: string): Promise<ProcessIdentity | undefined> {
  return findLogDaemon(await realpath(serialLog));
}

/**
 * A missing marker, a stall and a time limit are told by what the console does not say; that counts only while somebody writes it down.
 * @throws HostError `host.console-lost`
 */
export function assertWitnessed(outcome: InstallOutcome, witness: ProcessIdentity | undefined): void {
  const bySilence =
    outcome.kind === 'stalled' ||
    outcome.kind === 'timed-out' ||
    (outcome.kind === 'failed' && outcome.cause === 'no-marker');
  if (!bySilence || witness === undefined || isAlive(witness)) return;
  throw new HostError(
    'host.console-lost',
    `virtlogd (process ${witness.pid}), through which libvirt writes the guest's console, ended during the install, so nobody knows how that ended. Find out who or what ended it (libvirt's log, dmesg), then build again.`,
    { details: { pid: witness.pid, outcome } },
  );
}

import { readFileSync } from 'node:fs';

/** A process of this boot: its pid alone may be another process's tomorrow. */
export type ProcessIdentity = {
  readonly pid: number;
  /** Clock ticks between boot and the process's start (proc(5), `/proc/[pid]/stat` field 22), with the boot's id before them. */
  readonly startedAt: string;
};

/** undefined when no such process is alive. A zombie counts as dead: it will do nothing more. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const fields = statusOf(pid);
  if (fields === undefined || fields[0] === 'Z' || fields[0] === 'X') return undefined;
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  return { pid, startedAt: `${bootId}/${fields[19]}` };
}

/** The fields of `/proc/[pid]/stat` from the third, the state, on. */
function statusOf(pid: number): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The program's name is in parentheses and may hold anything, so the fields are counted from its end.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** Stopped by a signal, as Ctrl-Z does: it acts on nothing until SIGCONT. */
export function isSuspended(identity: ProcessIdentity): boolean {
  return isAlive(identity) && statusOf(identity.pid)?.[0] === 'T';
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identityOf(identity.pid)?.startedAt === identity.startedAt;
}

export function ownIdentity(): ProcessIdentity {
  const identity = identityOf(process.pid);
  if (identity === undefined) throw new Error('/proc does not show this process; is /proc mounted?');
  return identity;
}

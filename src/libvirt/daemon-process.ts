import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { HostError } from '../foundation/errors.ts';
import { identityOf } from '../foundation/process-identity.ts';
import { connectLibvirt } from './connect-libvirt.ts';
import type { DaemonFiles } from './daemon-files.ts';
import type { LibvirtConnection } from './libvirt.ts';
import { isLibvirtLost, LibvirtError } from './libvirt-error.ts';

const STOP_LIMIT_MS = 15_000;
const POLL_MS = 5;
const TELL_AGAIN_MS = 250;
/** One that does not end by itself in this time holds nothing that would be lost: guests are processes of their own. */
const PATIENCE_MS = 8000;

/** True when something accepts connections on the socket; a socket file without a process refuses. */
export function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = createConnection(socket);
    const finish = (result: boolean): void => {
      connection.destroy();
      resolve(result);
    };
    connection.once('connect', () => finish(true));
    connection.once('error', () => finish(false));
  });
}

/** A daemon that is ending still accepts connections for a moment, so only a conversation with it counts. */
export async function isDaemonUsable(files: DaemonFiles): Promise<boolean> {
  return (await countDomains(files)) !== undefined;
}

export type DomainCount = { readonly defined: number; readonly running: number };

/** undefined when there is no usable daemon. */
export async function countDomains(files: DaemonFiles): Promise<DomainCount | undefined> {
  if (!(await answers(files.socket))) return undefined;
  try {
    const connection = await connectLibvirt(files.uri);
    try {
      return await count(connection);
    } finally {
      await connection.close();
    }
  } catch (error) {
    if (error instanceof LibvirtError || isLibvirtLost(error)) return undefined;
    throw error;
  }
}

async function count(connection: LibvirtConnection): Promise<DomainCount> {
  const domains = await connection.listDomains();
  const states = await Promise.all(domains.map(({ uuid }) => connection.getState(uuid)));
  const running = states.filter((state) => state !== undefined && state.state !== 'shutoff');
  return { defined: domains.length, running: running.length };
}

/**
 * Ends both daemons; running guests stay as they are. A libvirtd that is still starting loses the signal (seen in libvirt 9.0), or has
 * written no pid file yet, so it is told again.
 * @throws HostError `host.libvirt-daemon` when they do not end
 */
export async function stopDaemon(files: DaemonFiles): Promise<void> {
  const begin = performance.now();
  let told = Number.NEGATIVE_INFINITY;
  for (let pids = livingProcesses(files); pids.length > 0; pids = livingProcesses(files)) {
    const now = performance.now();
    if (now - told > TELL_AGAIN_MS) {
      const isPatient = now - begin <= PATIENCE_MS;
      for (const pid of isPatient ? askable(files) : daemons(files))
        tell(pid, isPatient ? 'SIGTERM' : 'SIGKILL');
      told = now;
    }
    if (now - begin > STOP_LIMIT_MS) {
      const message = `Process ${pids.join(', ')} of Kiln's private libvirtd in ${files.folder} does not end; kill it.`;
      throw new HostError('host.libvirt-daemon', message, { details: { pids } });
    }
    await delay(POLL_MS);
  }
}

function tell(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The script that waits for both daemons has been running and is gone. */
export function hasEnded(files: DaemonFiles): boolean {
  return existsSync(files.scriptPid) && livingProcess(files.scriptPid, files.script) === undefined;
}

/** With what ends by itself after them. */
function livingProcesses(files: DaemonFiles): number[] {
  const followers = [
    livingProcess(files.scriptPid, files.script),
    livingProcess(files.reaperPid, files.script),
  ].filter((pid) => pid !== undefined);
  return [...daemons(files), ...followers];
}

/**
 * Whether domains may be in the folder though no daemon answers: libvirt keeps a file for each running guest in `run/qemu` and for
 * each defined domain in `etc/qemu`.
 */
export function mayHoldDomains(files: DaemonFiles): boolean {
  return mayRunGuests(files) || holdsXml(join(files.etc, 'qemu'));
}

/** As mayHoldDomains, of running ones: with no daemon there, it was killed under them. */
export function mayRunGuests(files: DaemonFiles): boolean {
  return holdsXml(join(files.run, 'qemu'));
}

const holdsXml = (folder: string): boolean =>
  existsSync(folder) && readdirSync(folder).some((name) => name.endsWith('.xml'));

function daemons(files: DaemonFiles): number[] {
  return [
    livingProcess(files.libvirtdPid, files.libvirtdConf),
    livingProcess(files.virtlogdPid, files.virtlogdConf),
  ].filter((pid) => pid !== undefined);
}

/** As long as the script lives, it would start virtlogd again, and ends it after libvirtd. */
function askable(files: DaemonFiles): number[] {
  const libvirtd = livingProcess(files.libvirtdPid, files.libvirtdConf);
  if (libvirtd === undefined || livingProcess(files.scriptPid, files.script) === undefined)
    return daemons(files);
  return [libvirtd];
}

/** The process of a pid file, if it lives and its command line names our configuration; pids are used again. */
function livingProcess(pidFile: string, conf: string): number | undefined {
  const pid = Number.parseInt(readIfThere(pidFile), 10);
  if (!(pid > 0) || identityOf(pid) === undefined) return undefined;
  return readIfThere(`/proc/${pid}/cmdline`).split('\0').includes(conf) ? pid : undefined;
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (existsSync(path)) throw error;
    return '';
  }
}

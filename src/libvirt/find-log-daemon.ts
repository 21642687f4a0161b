import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { identityOf, type ProcessIdentity } from '../foundation/process-identity.ts';

/** The daemon between QEMU's serial port and the log file (virtlogd(8)). */
const LOG_DAEMON = 'virtlogd';

/**
 * The virtlogd that has this log open, so that its death can be told from a guest that says nothing: QEMU goes on without it.
 * undefined where none can be seen: another user's, a remote host's, or a libvirt that lets QEMU write by itself.
 */
export async function findLogDaemon(
  log: string,
  name: string = LOG_DAEMON,
): Promise<ProcessIdentity | undefined> {
  for (const daemon of await logDaemons(name))
    if (await hasOpen(join('/proc', String(daemon.pid), 'fd'), log)) return daemon;
  return undefined;
}

/** Every virtlogd that runs on this machine, anybody's. */
export async function logDaemons(name: string = LOG_DAEMON): Promise<readonly ProcessIdentity[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const comms = await Promise.all(pids.map((pid) => read(join('/proc', pid, 'comm'))));
  return pids
    .filter((_, index) => comms[index]?.trim() === name)
    .map((pid) => identityOf(Number(pid)))
    .filter((daemon) => daemon !== undefined);
}

async function hasOpen(folder: string, path: string): Promise<boolean> {
  const descriptors = await readdir(folder).catch(goneOrForeign<string[]>([]));
  const targets = await Promise.all(
    descriptors.map((descriptor) => readlink(join(folder, descriptor)).catch(goneOrForeign(''))),
  );
  return targets.includes(path);
}

const read = (path: string): Promise<string> => readFile(path, 'utf8').catch(goneOrForeign(''));

/** Processes end while one looks, and those of other users keep their descriptors to themselves. */
function goneOrForeign<T>(value: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(error.code ?? '')) return value;
    throw error;
  };
}

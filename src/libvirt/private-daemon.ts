import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { HostError } from '../foundation/errors.ts';
import { type Logger, silentLogger } from '../foundation/logger.ts';
import { identityOf } from '../foundation/process-identity.ts';
import { CommandError, runCommand } from '../process/run-command.ts';
import { connectLibvirt } from './connect-libvirt.ts';
import { type DaemonFiles, daemonFiles, libvirtdConf, qemuConf, virtlogdConf } from './daemon-files.ts';
import { daemonScript, NOT_INSTALLED } from './daemon-script.ts';
import { FileLock } from './file-lock.ts';

export type PrivateDaemon = {
  /** `qemu+unix:///system?socket=…` */
  readonly uri: string;
  /** What libvirtd and virtlogd had to complain about. */
  readonly logFile: string;
  /** Ends the daemon unless another user or a running guest still needs it. Close connections first. */
  release(): Promise<void>;
};

const START_LIMIT_MS = 20_000;
const STOP_LIMIT_MS = 15_000;
const POLL_MS = 5;

/**
 * A libvirtd (and virtlogd) of Kiln's own, for root on a machine where no daemon runs: a container, a CI job, an
 * installer host without systemd. An ordinary user needs none of this: for `qemu:///session` libvirt starts the user's
 * own daemon at the first connection, given a writable HOME (or XDG_RUNTIME_DIR) and the package libvirt-daemon.
 *
 * All Kiln processes that name the same `runtimeDir` share one daemon; the last to release it ends it. Users are known
 * by locks that the kernel takes back when a process dies, so a killed Kiln leaves at most the daemon, which the
 * next one takes over, or which ends itself once it has had neither user nor running guest for half a minute.
 * Guests outlive the daemon: a new one finds the guests of one that crashed.
 * @throws HostError `host.libvirt-missing`, `host.libvirt-daemon`, `host.runtime-dir-too-long`
 */
export async function startPrivateDaemon(options: {
  readonly runtimeDir: string;
  readonly signal?: AbortSignal;
  readonly logger?: Logger;
}): Promise<PrivateDaemon> {
  const { runtimeDir, signal, logger = silentLogger } = options;
  const files = daemonFiles(runtimeDir);
  mkdirSync(runtimeDir, { recursive: true, mode: 0o700 });
  requireOwnFolder(runtimeDir);
  const user = await withGate(files, signal, async () => {
    const lock = FileLock.tryAcquire(files.users, 'shared');
    if (lock === undefined) throw new Error(`${files.users} is locked by something that is not Kiln`);
    try {
      if (!(await answers(files.socket))) await start(files, logger, signal);
      return lock;
    } catch (error) {
      lock.release();
      throw error;
    }
  });
  let released: Promise<void> | undefined;
  return {
    uri: files.uri,
    logFile: files.log,
    release: () => {
      released ??= withGate(files, undefined, () => release(files, user, logger));
      return released;
    },
  };
}

/** The socket gives root's powers to whoever can open it, so the folder must be ours and closed. */
function requireOwnFolder(folder: string): void {
  const { uid, mode } = statSync(folder);
  if (uid === process.getuid?.() && (mode & 0o022) === 0) return;
  throw new HostError(
    'host.runtime-dir-unsafe',
    `${folder} belongs to another user or is writable by others, so no libvirt socket can be put there. Remove it or set KILN_RUNTIME_DIR.`,
    { details: { folder } },
  );
}

async function withGate<Result>(
  files: DaemonFiles,
  signal: AbortSignal | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  const gate = await FileLock.acquire(files.gate, signal);
  try {
    return await work();
  } finally {
    gate.release();
  }
}

async function start(files: DaemonFiles, logger: Logger, signal: AbortSignal | undefined): Promise<void> {
  await ended(files); // one that is about to end by itself
  for (const folder of [files.folder, files.etc, files.run, files.lib])
    mkdirSync(folder, { recursive: true });
  const systemConf = '/etc/libvirt/qemu.conf';
  writeFileSync(files.libvirtdConf, libvirtdConf(files));
  writeFileSync(files.virtlogdConf, virtlogdConf(files));
  writeFileSync(files.qemuConf, qemuConf(existsSync(systemConf) ? readFileSync(systemConf, 'utf8') : ''));
  writeFileSync(files.script, daemonScript(files), { mode: 0o700 });
  logger.debug(`libvirt: starting a private daemon in ${files.folder}`);
  const mode = await runStartScript(files, logger);
  // Every guest's output goes through virtlogd, so the first guest would fail without it.
  const logSocket = join(mode === 'isolated' ? files.run : '/run/libvirt', 'virtlogd-sock');
  const deadline = performance.now() + START_LIMIT_MS;
  while (!((await answers(files.socket)) && (await answers(logSocket)))) {
    signal?.throwIfAborted();
    if (performance.now() > deadline) throw startFailure(files, undefined);
    await delay(POLL_MS);
  }
}

async function runStartScript(files: DaemonFiles, logger: Logger): Promise<string> {
  try {
    const { stdout } = await runCommand('sh', [files.script, 'start'], { logger });
    logger.debug(`libvirt: the private daemon is ${stdout}`);
    return stdout.trim();
  } catch (error) {
    throw startFailure(files, error);
  }
}

function startFailure(files: DaemonFiles, cause: unknown): HostError {
  if (cause instanceof CommandError && cause.exitCode === NOT_INSTALLED) {
    return new HostError(
      'host.libvirt-missing',
      'libvirtd or virtlogd is not installed. Install it: apt-get install libvirt-daemon-system (Debian, Ubuntu).',
      { cause, details: { packages: ['libvirt-daemon-system'] } },
    );
  }
  const log = existsSync(files.log)
    ? readFileSync(files.log, 'utf8').trim().split('\n').slice(-5).join('\n')
    : '';
  return new HostError(
    'host.libvirt-daemon',
    `Kiln's private libvirtd in ${files.folder} did not start within ${START_LIMIT_MS / 1000} s.${log ? ` Its log ends:\n${log}` : ''}`,
    { cause, details: { folder: files.folder } },
  );
}

/** Runs behind the gate, so nobody joins meanwhile. */
async function release(files: DaemonFiles, user: FileLock, logger: Logger): Promise<void> {
  const last = user.tryUpgrade();
  user.release();
  if (!last) return;
  const { running, defined } = await remaining(files);
  if (running > 0) {
    logger.info(`libvirt: ${running} guest(s) still run; the private daemon ends by itself after them.`);
    return;
  }
  const pid = daemonPid(files);
  if (pid !== undefined) process.kill(pid, 'SIGTERM');
  if (!(await ended(files))) {
    throw new HostError(
      'host.libvirt-daemon',
      `Kiln's private libvirtd (process ${pid}) does not end; kill it.`,
      {
        details: { pid },
      },
    );
  }
  // Definitions of domains that were kept are in the folder: the next daemon shall know them.
  if (defined === 0) rmSync(files.folder, { recursive: true, force: true });
  rmSync(files.users, { force: true });
  rmSync(files.gate, { force: true });
  logger.debug('libvirt: the private daemon has ended');
}

async function remaining(
  files: DaemonFiles,
): Promise<{ readonly running: number; readonly defined: number }> {
  if (!(await answers(files.socket))) return { running: 0, defined: 0 };
  const connection = await connectLibvirt(files.uri);
  try {
    const domains = await connection.listDomains();
    const states = await Promise.all(domains.map(({ uuid }) => connection.getState(uuid)));
    const running = states.filter((state) => state && state.state !== 'shutoff').length;
    return { running, defined: states.length };
  } finally {
    await connection.close();
  }
}

/** The processes that must be gone: libvirtd first, then its virtlogd. */
async function ended(files: DaemonFiles): Promise<boolean> {
  const deadline = performance.now() + STOP_LIMIT_MS;
  const pids = [daemonPid(files), pidOf(files.virtlogdPid, files.virtlogdConf)];
  while (pids.some((pid) => pid !== undefined && identityOf(pid))) {
    if (performance.now() > deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

const daemonPid = (files: DaemonFiles): number | undefined => pidOf(files.libvirtdPid, files.libvirtdConf);

/** The living process of a pid file, if its command line names our configuration; pids are used again. */
function pidOf(pidFile: string, conf: string): number | undefined {
  if (!existsSync(pidFile)) return undefined;
  const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
  if (!(pid > 0) || identityOf(pid) === undefined) return undefined;
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(conf) ? pid : undefined;
}

/** True when something accepts connections on the socket; a socket file without a process refuses. */
function answers(socket: string): Promise<boolean> {
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

import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { HostError } from '../foundation/errors.ts';
import { type Logger, silentLogger } from '../foundation/logger.ts';
import { makeFolder } from '../foundation/make-folder.ts';
import { writeFile } from '../foundation/write-file.ts';
import { CommandError, runCommand } from '../process/run-command.ts';
import { type DaemonFiles, daemonFiles, libvirtdConf, qemuConf, virtlogdConf } from './daemon-files.ts';
import {
  answers,
  countDomains,
  hasEnded,
  isDaemonUsable,
  mayHoldDomains,
  mayRunGuests,
  stopDaemon,
} from './daemon-process.ts';
import { DAEMON_SCRIPT, NOT_INSTALLED, ORPHAN_TIMEOUT_S } from './daemon-script.ts';
import { FileLock } from './file-lock.ts';

export type PrivateDaemon = {
  /** `qemu+unix:///system?socket=…` */
  readonly uri: string;
  /** What libvirtd and virtlogd had to complain about. */
  readonly logFile: string;
  /**
   * Starts it again where it ended by itself, as it does while its users are suspended and no guest runs. One that was killed under a guest
   * stays away: virtlogd, which writes the guest's console down, ended with it.
   */
  revive(): Promise<void>;
  /** Ends the daemon unless another user or a running guest still needs it. Close connections first. */
  release(): Promise<void>;
};

const START_LIMIT_MS = 20_000;
const VIRTLOGD_LIMIT_MS = 5000;
const POLL_MS = 5;
/** Longer than a daemon without users goes on (ORPHAN_TIMEOUT_S), so that one left behind by a killed Kiln is waited for. */
const OCCUPIED_LIMIT_MS = (ORPHAN_TIMEOUT_S + 10) * 1000;
const OCCUPIED_POLL_MS = 250;
const HOST_VIRTLOGD = '/run/libvirt/virtlogd-sock';

/**
 * A libvirtd (and virtlogd) of Kiln's own, for root on a machine where no daemon runs: a container, a CI job, an
 * installer host without systemd. An ordinary user needs none of this: for `qemu:///session` libvirt starts the user's
 * own daemon at the first connection, given a writable HOME (or XDG_RUNTIME_DIR) and the package libvirt-daemon.
 *
 * All Kiln processes that name the same `runtimeDir` share one daemon; the last to release it ends it. Users are known
 * by locks that the kernel takes back when a process dies, so a killed Kiln leaves at most the daemon, which the
 * next one takes over, or which ends itself once it has had neither user nor running guest for half a minute.
 * Guests outlive the daemon: a new one finds the guests of one that crashed.
 * @throws HostError `host.libvirt-missing`, `host.libvirt-daemon`, `host.libvirt-occupied`, `host.runtime-dir-too-long`
 */
export async function startPrivateDaemon(options: {
  readonly runtimeDir: string;
  readonly signal?: AbortSignal;
  readonly logger?: Logger;
  /** How long another daemon on the host's libvirt folders is waited for, where ours cannot have its own. */
  readonly occupiedLimitMs?: number;
}): Promise<PrivateDaemon> {
  const { runtimeDir, signal, logger = silentLogger, occupiedLimitMs = OCCUPIED_LIMIT_MS } = options;
  const files = daemonFiles(runtimeDir);
  await makeFolder(runtimeDir, 0o700);
  requireOwnFolder(runtimeDir);
  const user = await withGate(files, signal, async () => {
    const lock = FileLock.tryAcquire(files.users, 'shared');
    if (lock === undefined) throw new Error(`${files.users} is locked by something that is not Kiln`);
    try {
      if (await isDaemonUsable(files)) await virtlogdIsBack(files, signal);
      else await startInTurn(files, { logger, signal, occupiedLimitMs });
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
    revive: async () => {
      // Its users are counted by the lock that is held already.
      if (!mayRunGuests(files)) await (await startPrivateDaemon(options)).release();
    },
    release: () => {
      released ??= withGate(files, undefined, () => release(files, user, logger));
      return released;
    },
  };
}

/**
 * Ends the daemon that killed users left behind, and removes its files; does nothing while somebody uses it or a guest of it runs.
 * @throws HostError `host.libvirt-daemon`
 */
export async function endAbandonedDaemon(runtimeDir: string, logger: Logger = silentLogger): Promise<void> {
  const files = daemonFiles(runtimeDir);
  if (!existsSync(files.folder) && !existsSync(files.users)) return;
  await withGate(files, undefined, async () => {
    const lock = FileLock.tryAcquire(files.users, 'shared');
    if (lock !== undefined) await release(files, lock, logger);
  });
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

type StartOptions = {
  readonly logger: Logger;
  readonly signal: AbortSignal | undefined;
  readonly occupiedLimitMs: number;
};

/**
 * Without a mount namespace of its own a daemon uses the host's /run/libvirt, which only one libvirtd can; another one there may be
 * about to end.
 */
async function startInTurn(files: DaemonFiles, options: StartOptions): Promise<void> {
  const deadline = performance.now() + options.occupiedLimitMs;
  let said = false;
  for (;;) {
    try {
      return await start(files, options);
    } catch (error) {
      if (!(error instanceof HostError) || error.code !== 'host.libvirt-occupied') throw error;
      if (performance.now() > deadline) throw error;
    }
    if (!said) options.logger.info('libvirt: waiting for another libvirtd that uses /run/libvirt');
    said = true;
    await delay(OCCUPIED_POLL_MS, undefined, options.signal ? { signal: options.signal } : {});
  }
}

async function start(files: DaemonFiles, { logger, signal }: StartOptions): Promise<void> {
  await stopDaemon(files); // one that is about to end anyway, or hangs
  for (const stale of [files.log, files.scriptPid]) rmSync(stale, { force: true });
  for (const folder of [files.folder, files.etc, files.run, files.lib]) await makeFolder(folder);
  const systemConf = '/etc/libvirt/qemu.conf';
  await writeFile(files.libvirtdConf, libvirtdConf(files));
  await writeFile(files.virtlogdConf, virtlogdConf(files));
  await writeFile(files.qemuConf, qemuConf(existsSync(systemConf) ? readFileSync(systemConf, 'utf8') : ''));
  await writeFile(files.script, DAEMON_SCRIPT, { mode: 0o700 });
  logger.debug(`libvirt: starting a private daemon in ${files.folder}`);
  try {
    const mode = await runStartScript(files, logger);
    if (mode !== 'isolated') warnOfSlowStart(logger);
    const deadline = performance.now() + START_LIMIT_MS;
    // libvirtd accepts connections before its QEMU driver has found out whether another libvirtd is in its place.
    await until(() => isDaemonUsable(files), files, deadline, signal);
    // Every guest's output goes through virtlogd, so the first guest would fail without it.
    const virtlogd = mode === 'isolated' ? files.virtlogdSocket : HOST_VIRTLOGD;
    await until(() => answers(virtlogd), files, deadline, signal);
  } catch (error) {
    await stopDaemon(files);
    throw error;
  }
}

/** The script runs a virtlogd again that was killed. One that does not come is told by the guest that cannot start without it. */
async function virtlogdIsBack(files: DaemonFiles, signal: AbortSignal | undefined): Promise<void> {
  const socket = existsSync(files.virtlogdSocket) ? files.virtlogdSocket : HOST_VIRTLOGD;
  const deadline = performance.now() + VIRTLOGD_LIMIT_MS;
  while (!(await answers(socket)) && performance.now() < deadline) {
    signal?.throwIfAborted();
    await delay(POLL_MS);
  }
}

async function runStartScript(files: DaemonFiles, logger: Logger): Promise<string> {
  const theirs = (await answers(HOST_VIRTLOGD)) ? ['keep-virtlogd'] : [];
  try {
    const { stdout } = await runCommand('sh', [files.script, 'start', ...theirs], { logger });
    logger.debug(`libvirt: the private daemon is ${stdout}`);
    return stdout.trim();
  } catch (error) {
    throw startFailure(files, error);
  }
}

/** See qemuConf: what we cannot prevent with a qemu.conf of our own. libvirt's QEMU user is in the group kvm, if any. */
function warnOfSlowStart(logger: Logger): void {
  const kvm = statSync('/dev/kvm', { throwIfNoEntry: false });
  if (kvm === undefined) return;
  const forAll = (kvm.mode & 0o006) === 0o006;
  const forGroup = kvm.gid !== 0 && (kvm.mode & 0o060) === 0o060;
  if (forAll || forGroup) return;
  logger.warn(
    "libvirt's QEMU user may not open /dev/kvm, so libvirt probes QEMU again and again: a guest takes 10 s to start. Allow it: chmod 666 /dev/kvm",
  );
}

async function until(
  condition: () => Promise<boolean>,
  files: DaemonFiles,
  deadline: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  while (!(await condition())) {
    signal?.throwIfAborted();
    if (performance.now() > deadline || hasEnded(files)) throw startFailure(files, undefined);
    await delay(POLL_MS);
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
  const details = { folder: files.folder };
  if (/Failed to acquire pid file '\/(?:var\/)?run\/libvirt/.test(log)) {
    return new HostError(
      'host.libvirt-occupied',
      'Another libvirtd uses /run/libvirt, and this machine does not let Kiln give its own daemon a place apart (mount namespaces need ' +
        'CAP_SYS_ADMIN). Wait until the other one ends, build with the same KILN_RUNTIME_DIR as the other Kiln, or name its socket with --connect.',
      { cause, details },
    );
  }
  return new HostError(
    'host.libvirt-daemon',
    `Kiln's private libvirtd in ${files.folder} did not start${hasEnded(files) ? '' : ` within ${START_LIMIT_MS / 1000} s`}.${log ? ` Its log ends:\n${log}` : ''}`,
    { cause, details },
  );
}

/** Runs behind the gate, so nobody joins meanwhile. */
async function release(files: DaemonFiles, user: FileLock, logger: Logger): Promise<void> {
  const last = user.tryUpgrade();
  user.release();
  if (!last) return;
  const domains = await countDomains(files);
  if (domains !== undefined && domains.running > 0) {
    logger.info(
      `libvirt: ${domains.running} guest(s) still run; the private daemon ends by itself after them.`,
    );
    return;
  }
  await stopDaemon(files);
  // The next daemon shall know the domains that were kept, and the guests of a daemon that broke down.
  if (domains === undefined ? !mayHoldDomains(files) : domains.defined === 0)
    rmSync(files.folder, { recursive: true, force: true });
  rmSync(files.users, { force: true });
  rmSync(files.gate, { force: true });
  logger.debug('libvirt: the private daemon has ended');
}

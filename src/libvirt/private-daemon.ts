import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { HostError } from '../foundation/errors.ts';
import { type Logger, silentLogger } from '../foundation/logger.ts';
import { CommandError, runCommand } from '../process/run-command.ts';
import { type DaemonFiles, daemonFiles, libvirtdConf, qemuConf, virtlogdConf } from './daemon-files.ts';
import { answers, countDomains, isDaemonUsable, mayHoldDomains, stopDaemon } from './daemon-process.ts';
import { DAEMON_SCRIPT, NOT_INSTALLED } from './daemon-script.ts';
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
const POLL_MS = 5;
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
      if (!(await isDaemonUsable(files))) await start(files, logger, signal);
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

async function start(files: DaemonFiles, logger: Logger, signal: AbortSignal | undefined): Promise<void> {
  await stopDaemon(files); // one that is about to end anyway, or hangs
  for (const folder of [files.folder, files.etc, files.run, files.lib])
    mkdirSync(folder, { recursive: true });
  const systemConf = '/etc/libvirt/qemu.conf';
  writeFileSync(files.libvirtdConf, libvirtdConf(files));
  writeFileSync(files.virtlogdConf, virtlogdConf(files));
  writeFileSync(files.qemuConf, qemuConf(existsSync(systemConf) ? readFileSync(systemConf, 'utf8') : ''));
  writeFileSync(files.script, DAEMON_SCRIPT, { mode: 0o700 });
  logger.debug(`libvirt: starting a private daemon in ${files.folder}`);
  try {
    const mode = await runStartScript(files, logger);
    if (mode !== 'isolated') warnOfSlowStart(logger);
    const deadline = performance.now() + START_LIMIT_MS;
    await untilAnswering(files, files.socket, deadline, signal);
    // Every guest's output goes through virtlogd, so the first guest would fail without it.
    await untilAnswering(files, mode === 'isolated' ? files.virtlogdSocket : HOST_VIRTLOGD, deadline, signal);
  } catch (error) {
    await stopDaemon(files);
    throw error;
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

async function untilAnswering(
  files: DaemonFiles,
  socket: string,
  deadline: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  while (!(await answers(socket))) {
    signal?.throwIfAborted();
    if (performance.now() > deadline) throw startFailure(files, undefined);
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

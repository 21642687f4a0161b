import { InstallError } from '../../foundation/errors.ts';
import type { LibvirtConnection } from '../../libvirt/libvirt.ts';
import { LibvirtError } from '../../libvirt/libvirt-error.ts';
import { isRemoteUri } from '../../libvirt/libvirt-uri.ts';
import type { ResolvedMedia } from '../../media/install-media.ts';
import { mediumCheck } from '../../media/medium-check.ts';
import { quoteCommand } from '../../process/run-command.ts';
import { installErrorOf } from '../../watch/describe-outcome.ts';
import type { CompletedInstall, InstallOutcome } from '../../watch/install-outcome.ts';
import { watchInstall } from '../../watch/watch-install.ts';
import { buildRedactor, withoutSecrets } from '../build-secrets.ts';
import { endGuest } from '../install-guest.ts';
import { mediumOr } from '../install-stage.ts';
import { warningTexts } from '../install-warnings.ts';
import { requireOwnFolder, whyReplaced } from '../owned-paths.ts';
import { startFailure } from '../start-failure.ts';
import { followConsole } from './follow-console.ts';
import type { MachineGround, ReadyMachine } from './prepare-machine.ts';

/** How the install phase was left. `left`: the guest goes on without Kiln, as `--wait` says. */
export type InstallEnd = CompletedInstall | { readonly kind: 'left' };

type Progress = (detail: string, percent?: number) => void;

/** How long the console must be silent after what looks like a question before it is taken for one. */
const SETTLE_SECONDS = { kvm: 5, tcg: 10 } as const;

/**
 * virt-install's two phases: the install XML is started, the final one defined under the same name and UUID, and the guest's own end is
 * waited for.
 * @throws InstallError, also `install.wait-over` when `--wait` minutes were not enough; the guest goes on then
 */
export async function installMachine(
  ground: MachineGround & { readonly media: ResolvedMedia | undefined },
  ready: ReadyMachine,
): Promise<InstallEnd> {
  const { run, libvirt, request } = ground;
  const { connection } = libvirt;
  const { wait } = request.life;
  return run.reporter.run('install', async (stage) => {
    ready.served?.onFetched(() => stage.progress('install script fetched'));
    const events = await connection.subscribe(ready.uuid);
    try {
      const checkMedium = await mediumCheck(ground.media);
      await startMachine(ground, ready);
      if (wait === 0) {
        stage.note('not waited for, as asked');
        return { kind: 'left' };
      }
      const redact = await buildRedactor(run.context.places.state, run.id);
      const progress: Progress = (detail, percent) => stage.progress(redact(detail), percent);
      const outcome = withoutSecrets(await watchFollowed(ground, ready, events, progress), redact);
      if (outcome.kind !== 'completed')
        throw await mediumOr(installErrorOf(outcome, ready.served?.evidence()), checkMedium);
      await checkMedium();
      await endGuest(connection, ready.uuid);
      requireOwnFolder(ground.directory);
      stage.note(
        outcome.ending === 'reboot' ? 'the guest rebooted, which ends an install' : 'the guest powered off',
      );
      for (const warning of warningTexts(outcome.warnings ?? [], ground.script?.rendered))
        run.reporter.notice(redact(warning));
      return outcome;
    } finally {
      events.close();
    }
  });
}

/** Starts the domain and, unless it is transient, defines what it is from its next start on. */
export async function startMachine(
  { run, libvirt, request, claimed, directory }: MachineGround,
  { name, uuid, install, final, first }: ReadyMachine,
): Promise<void> {
  const { connection, privateDaemon } = libvirt;
  const { life } = request;
  run.signal.throwIfAborted();
  const pure = life.pure ? { pure: true as const } : {};
  claimed.journal.note({ kind: 'domain', uuid, name, uri: connection.uri, privateDaemon, ...pure });
  const runs = install !== undefined || life.reboot || life.transient;
  try {
    if (runs) await connection.createXml(first);
    if (!life.transient) await connection.defineXml(final);
    if (life.autostart && !life.transient) await connection.setAutostart(uuid, true);
  } catch (cause) {
    throw startFailure({ name, uri: connection.uri }, cause as Error);
  }
  const { serialLog } = directory;
  if (runs) await run.context.onGuestStarted?.({ uri: connection.uri, privateDaemon, uuid, name, serialLog });
}

/** The machine's first start into what was installed. */
export async function startInstalled(
  connection: LibvirtConnection,
  { uuid, name }: Pick<ReadyMachine, 'uuid' | 'name'>,
): Promise<void> {
  try {
    await connection.start(uuid);
  } catch (cause) {
    if (!(cause instanceof LibvirtError)) throw cause;
    throw startFailure({ name, uri: connection.uri }, cause);
  }
}

/** A guest elsewhere is heard over the connection. */
async function watchFollowed(...args: Parameters<typeof watch>): Promise<InstallOutcome> {
  const [{ libvirt, directory }, { uuid }] = args;
  const { connection } = libvirt;
  if (!isRemoteUri(connection.uri)) return watch(...args);
  const followed = await followConsole(connection, uuid, directory.serialLog);
  try {
    return await watch(...args);
  } finally {
    await followed.stop();
  }
}

async function watch(
  ground: MachineGround,
  { uuid, name }: ReadyMachine,
  events: Parameters<typeof watchInstall>[0]['events'],
  progress: Progress,
): Promise<InstallOutcome> {
  const { run, libvirt, plan, directory, request, script, markerToken } = ground;
  const { wait } = request.life;
  const patience = waitLimit(wait);
  try {
    return await watchInstall({
      connection: libvirt.connection,
      uuid,
      events,
      serialLog: directory.serialLog,
      ...(script === undefined ? {} : { markerToken }),
      attended: script === undefined && request.initrdInject.length === 0,
      diskTarget: plan.disk.target,
      limits: { ...plan.limits, settleSeconds: SETTLE_SECONDS[plan.accelerator] },
      clock: run.clock,
      signal: AbortSignal.any([run.signal, patience.signal]),
      onProgress: ({ phase, percent }) => progress(phase, percent),
      screenshotPath: directory.screenshot,
      mayWrite: () => whyReplaced(directory) === undefined,
      logger: run.logger,
    });
  } catch (error) {
    if (!patience.signal.aborted || run.signal.aborted) throw error;
    const { destroyOnExit: isCut, transient: isTransient } = request.life;
    throw waitOver({ name, wait, uri: libvirt.connection.uri, isCut, isTransient });
  } finally {
    patience.end();
  }
}

/** @param of `isCut`: the guest does not outlive the wait (`--destroy-on-exit`) */
export function waitOver(of: {
  readonly name: string;
  readonly wait: number | undefined;
  readonly uri: string;
  readonly isCut: boolean;
  readonly isTransient: boolean;
}): InstallError {
  const { name, wait, uri, isCut, isTransient } = of;
  const late = `The install of ${name} takes longer than --wait ${wait}`;
  const look = quoteCommand('virsh', ['-c', uri, 'console', name]);
  const end = isCut
    ? 'and was cut, as --destroy-on-exit says; leave that out for an install that goes on without Kiln, or give'
    : `and goes on without Kiln. See it with \`${look}\`; give`;
  const remove = quoteCommand('virsh', ['-c', uri, 'undefine', '--nvram', name]);
  const left = isTransient
    ? ' Its half-installed disk stays.'
    : ` It stays defined with its half-installed disk; to remove it: \`${remove}\`, and delete its disks.`;
  return new InstallError(
    'install.wait-over',
    `${late}, ${end} --wait more minutes, or -1 for as long as it takes.${isCut ? left : ''}`,
    { details: { domain: name, wait } },
  );
}

const MINUTE_MS = 60_000;
/** Node's timers count to 2^31 ms and end at once when told more. */
const LONGEST_TIMER_MS = 35_000 * MINUTE_MS;

export function waitLimit(minutes: number | undefined): { readonly signal: AbortSignal; end(): void } {
  const over = new AbortController();
  if (minutes === undefined || minutes < 0) return { signal: over.signal, end: () => {} };
  let timer: NodeJS.Timeout;
  const wait = (left: number): void => {
    const next = Math.min(left, LONGEST_TIMER_MS);
    timer = setTimeout(() => (left > next ? wait(left - next) : over.abort()), next);
  };
  wait(minutes * MINUTE_MS);
  return { signal: over.signal, end: () => clearTimeout(timer) };
}

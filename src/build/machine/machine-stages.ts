import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DiskError, InstallError } from '../../foundation/errors.ts';
import type { HostFacts } from '../../host/host-facts.ts';
import type { ResolvedMedia } from '../../media/install-media.ts';
import type { BuildResult, BuiltMachine, MachineResult } from '../build-events.ts';
import type { DiskOrigin } from '../build-manifest.ts';
import { type LeaveOptions, leaveBuild } from '../leave-build.ts';
import { recordSuccess } from '../record-success.ts';
import { captureMachine, formatOf } from './capture-machine.ts';
import { installTarget, readDiskState, writtenSince } from './disk-writes.ts';
import { type InstallEnd, installMachine, startInstalled, startMachine } from './install-machine.ts';
import { asInstalled, definitionNow, diskFilesOf, machineUndefined } from './installed-machine.ts';
import { leftMachineText } from './left-machine.ts';
import { type DomainDisk, disksOf } from './machine-xml.ts';
import { cloudInitSeed, type MachineGround, prepareMachine, type ReadyMachine } from './prepare-machine.ts';
import { removePlacedFiles } from './remote-files.ts';

export type MachineStages = MachineGround & {
  readonly media: ResolvedMedia | undefined;
  readonly host: HostFacts;
  readonly named: string | undefined;
};

/** The stages that create something. A machine that was not installed to its end is taken away again; else it is the user's. */
export async function runMachineStages(ground: MachineStages): Promise<MachineResult> {
  const { run } = ground;
  try {
    const ready = await run.reporter.run('prepare', () => prepareMachine(ground));
    const result = await liveOrTell(ground, ready).finally(() => ready.served?.close());
    await leave(ground, 'succeeded');
    await recordSuccess(ground, result);
    return result;
  } catch (error) {
    const isLeft = error instanceof Error && isWaitOver(error);
    if (isLeft) await leaveRunning(ground);
    await leave({ ...ground, needsLogs: isHandedOver(ground) }, 'failed');
    throw error;
  }
}

async function liveOrTell(ground: MachineStages, ready: ReadyMachine): Promise<MachineResult> {
  try {
    return await live(ground, ready);
  } catch (error) {
    if (!isUndefined(error)) await tellLeft(ground, ready);
    throw error;
  }
}

/** Who started the same build again would meet the machine. */
async function tellLeft(ground: MachineStages, ready: ReadyMachine): Promise<void> {
  const { directory, libvirt, run, request } = ground;
  const { name, uuid } = ready;
  if (!isHandedOver(ground)) return;
  const { connection, privateDaemon } = libvirt;
  // Lost with all else, perhaps; then it is most likely off.
  const found = await connection.getState(uuid).catch(() => ({ state: 'shutoff' }));
  const gone = request.life.transient ? 'gone' : 'undefined';
  const state = found === undefined ? gone : found.state === 'shutoff' ? 'off' : 'running';
  const final = await definitionNow(connection, ready).catch(() => undefined);
  const disks = diskFilesOf(final ?? ready.final);
  const definition = directory.finalXml;
  run.reporter.notice(
    leftMachineText({ name, uri: connection.uri, privateDaemon, state, disks, definition }),
  );
}

/** The guest installs on without Kiln, so all it needs stays. */
const isWaitOver = (error: Error): boolean => 'code' in error && error.code === 'install.wait-over';

/** Its message says what there is to say of the machine. */
const isUndefined = (error: unknown): boolean =>
  error instanceof InstallError && error.code === 'install.machine-undefined';

const isHandedOver = ({ claimed }: MachineStages): boolean =>
  claimed.journal.entries().some(({ kind }) => kind === 'handed-over');

async function leave(
  ground: MachineStages & Pick<LeaveOptions, 'needsLogs'>,
  end: 'succeeded' | 'failed',
): Promise<void> {
  await leaveBuild(ground, end);
  const kept = ground.run.request.keep === 'always';
  const { bootFiles, directory } = ground;
  if (end === 'succeeded' && !kept) await removePlacedFiles(ground);
  if (bootFiles === undefined || kept || bootFiles.kernel.startsWith(directory.work)) return;
  await rm(dirname(bootFiles.kernel), { recursive: true, force: true });
}

/** From here on the machine and its storage are the user's, whatever becomes of the images. */
function handOver({ claimed }: MachineStages): void {
  claimed.journal.note({ kind: 'handed-over' });
}

/** Nobody waits for the guest any more. */
async function leaveRunning(ground: MachineStages): Promise<BuiltMachine['state']> {
  handOver(ground);
  const { libvirt, machine, request } = ground;
  if (!request.life.destroyOnExit) return 'installing';
  await libvirt.connection.destroy(machine.uuid);
  return request.life.transient ? 'gone' : 'off';
}

async function live(ground: MachineStages, ready: ReadyMachine): Promise<MachineResult> {
  const { request } = ground;
  if (ready.install === undefined || request.cloudInit !== undefined)
    return liveWithoutInstall(ground, ready);
  const disks = disksOf(ready.final).filter(({ device, path }) => device === 'disk' && path !== undefined);
  const before = await readDiskState(ground.libvirt.connection, disks);
  const end = await installMachine(ground, ready);
  if (end.kind === 'left') return resultOf(ground, await leaveRunning(ground));
  handOver(ground);
  const installed = await asInstalled(ground, ready);
  const after = await readDiskState(ground.libvirt.connection, disksOf(installed.final));
  const written = writtenSince(before, after);
  const images = request.life.capture ? await capture(ground, installed, end, written) : skipCapture(ground);
  const state = await afterInstall(ground, installed);
  return resultOf(ground, state, images);
}

/** `--import`: the disk has its system, so it is looked at while nobody runs it. */
async function liveWithoutInstall(ground: MachineStages, ready: ReadyMachine): Promise<MachineResult> {
  const { run, request } = ground;
  const { life } = request;
  run.reporter.skip('install', 'nothing to install');
  const disk = installTarget(disksOf(ready.final), undefined);
  const images =
    life.capture && disk !== undefined
      ? await captureMachine({
          ...capturing(ground, ready),
          disk,
          origin: { kind: 'imported', format: formatOf(disk) },
        })
      : skipCapture(ground);
  await startMachine(ground, ready);
  handOver(ground);
  // The guest has it open; nobody else is to read the passwords in it.
  if (request.cloudInit !== undefined) {
    await rm(await cloudInitSeed(ground), { force: true });
    await removePlacedFiles(ground);
  }
  return resultOf(ground, life.reboot || life.transient ? 'running' : 'off', images);
}

const capturing = (ground: MachineStages, ready: ReadyMachine) => ({
  ground,
  ready,
  media: ground.media,
  host: ground.host,
});

async function capture(
  ground: MachineStages,
  ready: ReadyMachine,
  end: Extract<InstallEnd, DiskOrigin>,
  written: readonly string[],
): Promise<BuildResult> {
  const disk = chooseDisk(ground, ready, written);
  return captureMachine({ ...capturing(ground, ready), disk, origin: end });
}

/**
 * The disk the install is meant for. Where nobody named one, the one that was written; in any case it is said when another was.
 * @throws DiskError `disk.none`
 */
function chooseDisk(
  { run, named }: MachineStages,
  ready: ReadyMachine,
  written: readonly string[],
): DomainDisk {
  const disks = disksOf(ready.final);
  const meant = installTarget(disks, named);
  if (meant === undefined) {
    throw new DiskError(
      'disk.none',
      'The machine has no disk to make an image of; add --disk, or --no-capture.',
    );
  }
  const others = written.filter((target) => target !== meant.target);
  if (others.length === 0) return meant;
  const list = others.join(', ');
  const [other] = disks.filter(({ target }) => target === others[0]);
  if (written.includes(meant.target) || named !== undefined || others.length > 1 || other === undefined) {
    run.reporter.notice(`The install also wrote to ${list}; the image is made of ${meant.target} alone.`);
    return meant;
  }
  run.reporter.notice(
    `The install wrote to ${list} and not to ${meant.target}; the image is made of ${list}.`,
  );
  return other;
}

function skipCapture({ run }: MachineStages): undefined {
  for (const stage of ['verify', 'boot-check', 'convert', 'finish'] as const) {
    run.reporter.skip(stage, 'the machine alone was asked for');
  }
}

/** As virt-install: the guest restarts into what was installed, unless it is to stay off. */
async function afterInstall(
  { request, libvirt, directory }: MachineStages,
  ready: ReadyMachine,
): Promise<BuiltMachine['state']> {
  const { life } = request;
  const { connection } = libvirt;
  if (life.transient) return 'gone';
  if ((await connection.lookupByUuid(ready.uuid)) === undefined)
    throw machineUndefined({ libvirt, directory }, ready);
  if (!life.reboot || life.destroyOnExit) return 'off';
  await startInstalled(connection, ready);
  return 'running';
}

function resultOf(
  { run, plan, machine, libvirt, directory }: MachineStages,
  state: BuiltMachine['state'],
  images?: BuildResult,
): MachineResult {
  const { name, uuid } = machine;
  const { connection, privateDaemon } = libvirt;
  return {
    buildId: run.id,
    name: plan.name,
    directory: directory.root,
    artifacts: [],
    ...images,
    machine: { name, uuid, uri: connection.uri, privateDaemon, state },
    seconds: run.reporter.seconds(),
    stageSeconds: run.reporter.stageSeconds(),
  };
}

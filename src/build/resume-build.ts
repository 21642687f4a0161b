import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SpecError } from '../foundation/errors.ts';
import { ifMissing } from '../foundation/if-missing.ts';
import { withLock } from '../foundation/lock-file.ts';
import { type ChosenLibvirt, chooseLibvirt } from '../libvirt/choose-uri.ts';
import type { BuildContext, BuildRun } from './build-context.ts';
import { type BuildDirectory, buildDirectory } from './build-directory.ts';
import type { BuildResult } from './build-events.ts';
import { newRun, reasonOf, tellEnd, withCacheInUse } from './build-frame.ts';
import { type BuildRecord, findBuild, recordDirectory, requireWhole } from './build-records.ts';
import { type ClaimedBuild, reclaimBuild } from './claim-build.ts';
import { findInterruptedInstall, type InterruptedInstall } from './interrupted-install.ts';
import type { PreparedInstall } from './prepare-install.ts';
import { publishResult } from './publish-result.ts';
import { type ReceivedSyslog, receiveSyslog } from './receive-syslog.ts';
import { isStillOwn, removeOwn } from './remove-own.ts';
import { runOwnedStages } from './run-owned-stages.ts';
import { isInterrupted, type SavedInstall } from './saved-install.ts';

type Interrupted = InterruptedInstall & {
  readonly record: BuildRecord;
  readonly directory: BuildDirectory;
};

/**
 * Goes on with a build whose Kiln was killed during the install or after it: the guest, its console log and the journal outlived it. What
 * the guest said meanwhile is read from the log; then the disk is verified, converted and delivered as ever.
 * @throws SpecError `builds.not-found`, `builds.damaged-record`, `builds.running`, `builds.not-resumable`; HostError `host.libvirt-unreachable`; as `build`
 */
export async function resumeBuild(id: string, context: BuildContext): Promise<BuildResult> {
  const found = await findInterrupted(context.places.state, id);
  const { saved, record } = found;
  const earlier = { startedAt: Date.parse(record.startedAt), stageSeconds: saved.stageSeconds };
  const run = newRun(saved.request, { ...context, cwd: saved.cwd, buildId: record.id }, earlier);
  const libvirt = await openSame(found, context, run.signal);
  try {
    await requireGuest(found, libvirt);
    const claimed = await takeOver(found, run);
    return await tellEnd(run, () => goOn(found, { run, libvirt, claimed }));
  } finally {
    await libvirt.close();
  }
}

/**
 * Looks at what this host keeps of a build alone; whether its guest is still there, libvirt tells the one that resumes it.
 * @throws SpecError `builds.not-found`, `builds.damaged-record`, `builds.running`, `builds.not-resumable`
 */
export async function requireResumable(id: string, stateDir: string): Promise<void> {
  await findInterrupted(stateDir, id);
}

async function findInterrupted(stateDir: string, id: string): Promise<Interrupted> {
  const record = await findBuild(stateDir, id);
  if (record.status === 'running') throw stillRunning(record);
  requireWhole(record);
  if (!isInterrupted(record)) throw notResumable(record, `it has ended (${record.status})`);
  const directory = buildDirectory(record.directory, record.id);
  const install = await findInterruptedInstall(record, stateDir);
  if (install === undefined) {
    throw notResumable(record, 'it was interrupted before its guest ran, or it cannot be gone on with');
  }
  return { record, directory, ...install };
}

function stillRunning({ id, process }: BuildRecord): SpecError {
  return new SpecError(
    'builds.running',
    `Build ${id} runs as process ${process.pid}; \`kiln builds attach ${id}\` shows it.`,
  );
}

function notResumable({ id }: BuildRecord, why: string): SpecError {
  return new SpecError(
    'builds.not-resumable',
    `Build ${id} cannot be resumed: ${why}. \`kiln builds clean\` removes what it left; then build again.`,
  );
}

function openSame(
  { domain }: Interrupted,
  context: BuildContext,
  lastsUntil: AbortSignal,
): Promise<ChosenLibvirt> {
  return chooseLibvirt({
    ...(domain.privateDaemon ? { forcePrivate: true } : { connect: domain.uri }),
    env: context.env,
    runtimeDir: context.places.runtime,
    lastsUntil,
    ...(context.logger === undefined ? {} : { logger: context.logger }),
  });
}

async function requireGuest({ record, domain }: Interrupted, { connection }: ChosenLibvirt): Promise<void> {
  if (await isStillOwn(connection, domain, record.id)) return;
  throw notResumable(record, 'libvirt does not know its guest any more');
}

/** Behind a lock: of two that resume the same build one finds it running. */
async function takeOver({ record }: Interrupted, { context, clock }: BuildRun): Promise<ClaimedBuild> {
  const { state } = context.places;
  return withLock(join(recordDirectory(state, record.id), 'resume.lock'), async () => {
    const now = await findBuild(state, record.id);
    if (now.status === 'running') throw stillRunning(now);
    return reclaimBuild(state, now, clock);
  });
}

type Taken = { readonly run: BuildRun; readonly libvirt: ChosenLibvirt; readonly claimed: ClaimedBuild };

async function goOn(found: Interrupted, taken: Taken): Promise<BuildResult> {
  const { record, directory, saved } = found;
  const { run, libvirt, claimed } = taken;
  const { reporter } = run;
  try {
    reporter.emit({ type: 'build-started', buildId: run.id, name: record.name, directory: directory.root });
    for (const stage of ['plan', 'media', 'prepare'] as const) reporter.skip(stage, 'done before');
    reporter.notice(
      saved.completed === undefined
        ? 'Goes on with the install that an earlier Kiln started.'
        : 'Goes on with the disk that an earlier Kiln saw installed.',
    );
    await clearLaterStages(found, taken);
    const { plan, host, script, markerToken, media } = saved;
    const groundwork = {
      plan,
      host,
      script,
      markerToken,
      media,
      libvirt,
      claimed,
      directory: directory.root,
    };
    const started = await startedInstall(found, taken);
    const watch = () => runOwnedStages(run, groundwork, started);
    const result = await withCacheInUse(run, watch, new Date(record.startedAt));
    return await publishResult(result, plan.publish ?? [], run);
  } catch (error) {
    if ((await findBuild(run.context.places.state, run.id)).status === 'running') {
      await claimed.failed(reasonOf(error, run), reporter.seconds());
    }
    throw error;
  }
}

async function startedInstall(found: Interrupted, taken: Taken): Promise<PreparedInstall> {
  const { saved, directory } = found;
  const { plan, markerToken, domain, completed } = saved;
  const install = { kind: 'install', plan, directory, markerToken, domain, served: undefined } as const;
  if (completed !== undefined) return { ...install, completed, close: () => Promise.resolve() };
  const ranSeconds = await secondsRun(found, taken);
  const syslog = await receiveAgain(saved, directory, taken.run);
  return { ...install, ranSeconds, close: async () => syslog?.close() };
}

/** How long the guest has run; one that ended while nobody watched, until its last word. */
async function secondsRun({ saved, directory }: Interrupted, { run, libvirt }: Taken): Promise<number> {
  const { domain, startedAt } = saved;
  const isOff = (await libvirt.connection.getState(domain.uuid))?.state === 'shutoff';
  const lastWord = isOff ? await stat(directory.serialLog).catch(ifMissing(undefined)) : undefined;
  return Math.max(0, ((lastWord?.mtimeMs ?? run.clock.now()) - startedAt) / 1000);
}

/** The guest sends to the port it was told; the install can do without. */
async function receiveAgain(
  { syslogPort: port, host }: SavedInstall,
  { syslog: path }: BuildDirectory,
  { clock, logger }: BuildRun,
): Promise<ReceivedSyslog | undefined> {
  if (port === undefined) return undefined;
  return receiveSyslog({ path, port, uid: host.uid, clock, logger }).catch((error: Error) => {
    logger.warn(error.message);
    return undefined;
  });
}

/** What the stages after the install had begun is done anew. */
async function clearLaterStages(
  { domain, directory }: Interrupted,
  { run, libvirt, claimed }: Taken,
): Promise<void> {
  const { connection } = libvirt;
  for (const entry of claimed.journal.entries()) {
    if (entry.kind !== 'domain' || entry.uuid === domain.uuid) continue;
    if (await isStillOwn(connection, entry, run.id)) await removeOwn(connection, entry);
  }
  for (const path of [directory.outputs, directory.overlay]) await rm(path, { recursive: true, force: true });
  await mkdir(directory.outputs);
}

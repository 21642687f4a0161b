import { formatDuration } from '../foundation/duration.ts';
import type { AccessEvent } from '../http-server/access-event.ts';
import { findingText } from '../install-script/prepare-script.ts';
import type { ChosenLibvirt } from '../libvirt/choose-uri.ts';
import type { ResolvedImport, ResolvedMedia } from '../media/install-media.ts';
import type { CompletedInstall } from '../watch/install-outcome.ts';
import { type BootCheckReport, checkBoot } from './boot-check.ts';
import type { BuildRun } from './build-context.ts';
import { type BuildDirectory, buildDirectory } from './build-directory.ts';
import type { BuildResult } from './build-events.ts';
import type { DiskOrigin } from './build-manifest.ts';
import { buildRedactor } from './build-secrets.ts';
import type { ClaimedBuild } from './claim-build.ts';
import type { Decision } from './decide-plan.ts';
import { deliver } from './deliver.ts';
import { type FailureChoice, failureChoice } from './failure-choice.ts';
import { type DiskFinish, diskFinish } from './finish-disk.ts';
import { type ImportedDisk, importDisk } from './import-disk.ts';
import { endGuest } from './install-guest.ts';
import { installStage } from './install-stage.ts';
import { warningTexts } from './install-warnings.ts';
import { leaveBuild } from './leave-build.ts';
import { makeFolders } from './make-folders.ts';
import { planForDisk } from './plan-for-disk.ts';
import { type PreparedImport, prepareImport } from './prepare-import.ts';
import { type PreparedInstall, prepareInstall } from './prepare-install.ts';
import { recordSuccess } from './record-success.ts';
import type { BuildScript } from './render-for-build.ts';
import { saveCompleted, saveInstall } from './saved-install.ts';
import type { StageProgress } from './stage-reporter.ts';

/** What was decided and found before anything was created. */
export type Groundwork = Decision & {
  readonly media: ResolvedMedia;
  readonly libvirt: ChosenLibvirt;
  readonly claimed: ClaimedBuild;
  /** Folder for the results. */
  readonly directory: string;
};

type Prepared = PreparedInstall | PreparedImport;

/** One build's own things. */
type Owned = Omit<Groundwork, 'directory'> & {
  readonly run: BuildRun;
  readonly directory: BuildDirectory;
  readonly libvirtVersion: string;
  readonly choice: FailureChoice;
};

/**
 * The stages that create something, each thing noted in the journal first. On the way out all but results and logs is removed.
 * @param running an install that an earlier Kiln prepared and started
 */
export async function runOwnedStages(
  run: BuildRun,
  groundwork: Groundwork,
  running?: PreparedInstall,
): Promise<BuildResult> {
  const directory = buildDirectory(groundwork.directory, run.id);
  const libvirtVersion = await groundwork.libvirt.connection.libvirtVersion();
  const owned: Owned = { ...groundwork, run, directory, libvirtVersion, choice: failureChoice(run) };
  try {
    const prepared = running ?? (await prepare(owned));
    const result = await runGuestStages(owned, prepared);
    await leaveBuild(owned, 'succeeded');
    await recordSuccess(owned, result);
    return result;
  } catch (error) {
    await leaveBuild(owned, 'failed');
    throw error;
  }
}

async function prepare(owned: Owned): Promise<Prepared> {
  const { run, claimed, media } = owned;
  return run.reporter.run('prepare', async (stage) => {
    if (owned.script !== undefined) stage.note(owned.script.name);
    if (owned.script !== undefined) tellScript(run, owned.script);
    await makeFolders(owned.directory, claimed.journal);
    const onProgress = (part: number): void => stage.progress('copying the image', part * 100);
    const origin = media.kind === 'import' ? await takeOver(owned, media, onProgress) : undefined;
    const plan = origin === undefined ? owned.plan : await planForDisk(owned.plan, owned.directory.disk);
    const options = { ...owned, plan, uri: owned.libvirt.connection.uri, buildId: run.id };
    if (origin === undefined || owned.script !== undefined) {
      const { request, context, signal, logger } = run;
      const offline = request.offline === true;
      const { cache: cacheDir, runtime: runtimeDir } = context.places;
      const onAccess = (event: AccessEvent): void => tellAccess(run, event);
      const told = { onAccess, journal: claimed.journal };
      return prepareInstall({ ...options, media, offline, cacheDir, runtimeDir, signal, logger, ...told });
    }
    return prepareImport({ ...options, origin });
  });
}

function takeOver(
  { run, plan, directory: { disk } }: Owned,
  image: ResolvedImport,
  onProgress: (part: number) => void,
): Promise<ImportedDisk> {
  return importDisk({ image, disk, sizeBytes: plan.disk.sizeBytes, signal: run.signal, onProgress });
}

function tellScript({ reporter }: BuildRun, { diff, findings, name }: BuildScript): void {
  if (diff) reporter.notice(`Added to the install script:\n${diff}`);
  const warnings = findings.filter(({ severity }) => severity === 'warning');
  for (const finding of warnings) reporter.notice(findingText(name, finding));
}

/** What the boot loader fetches; what an installer fetches it tells itself, and better. */
function tellAccess({ reporter }: BuildRun, event: AccessEvent): void {
  if (event.type === 'response' || event.path.includes('/')) return;
  const percent = event.type === 'progress' ? Math.floor((100 * event.sentBytes) / event.totalBytes) : 0;
  reporter.emit({ type: 'stage-progress', stage: 'install', detail: `fetching ${event.path}`, percent });
}

/** Fill the disk, then verify and convert at once, then boot what was verified; the images move into place when all three are good. */
async function runGuestStages(owned: Owned, prepared: Prepared): Promise<BuildResult> {
  const { run, directory } = owned;
  const { reporter, signal } = run;
  const { plan } = prepared;
  const finish = diskFinish({
    disk: directory.disk,
    origin: prepared.kind,
    expectMarker: prepared.kind === 'install' ? prepared.markerToken : undefined,
    plan,
    outputs: directory.outputs,
    reporter,
    signal,
  });
  try {
    const origin = await fillDisk(owned, prepared, finish);
    const verification = await finish.verified();
    const boot = plan.bootCheck.enabled ? await bootCheck(owned, prepared) : undefined;
    if (boot === undefined) reporter.skip('boot-check', 'as asked');
    const images = await finish.converted();
    const { journal } = owned.claimed;
    return await reporter.run('finish', () =>
      deliver({ ...owned, plan, journal, origin, verification, boot, images }),
    );
  } finally {
    await finish.discard();
    if (prepared.kind === 'install') await prepared.close();
  }
}

/** A system gets onto the disk: by an installer, or because the disk was taken over with one. */
async function fillDisk(owned: Owned, prepared: Prepared, finish: DiskFinish): Promise<DiskOrigin> {
  if (prepared.kind === 'import') {
    owned.run.reporter.skip('install', 'nothing to install');
    return prepared.origin;
  }
  const outcome = await install(owned, prepared, finish.begin);
  await endGuest(owned.libvirt.connection, prepared.domain.uuid);
  await prepared.close();
  await finish.settle();
  return outcome;
}

async function install(
  owned: Owned,
  prepared: PreparedInstall,
  onGuestStopped: () => void,
): Promise<CompletedInstall> {
  const { reporter } = owned.run;
  const { completed, ranSeconds } = prepared;
  if (completed !== undefined) {
    reporter.skip('install', 'done before');
    return completed;
  }
  const watch = async (stage: StageProgress): Promise<CompletedInstall> => {
    if (ranSeconds === undefined) await noteInstall(owned, prepared);
    const outcome = await installStage({ ...owned, prepared, onGuestStopped }, stage);
    stage.note(
      outcome.ending === 'reboot' ? 'the guest rebooted, which ends an install' : 'the guest powered off',
    );
    return outcome;
  };
  const outcome = await reporter.run('install', watch, ranSeconds);
  const redact = await buildRedactor(owned.run.context.places.state, owned.run.id);
  for (const warning of warningTexts(outcome.warnings ?? [], owned.script)) reporter.notice(redact(warning));
  await noteCompleted(owned, outcome);
  return outcome;
}

/** Noted first, so that a Kiln that is killed can find the guest again and go on; not where Kiln itself serves the guest. */
async function noteInstall(
  owned: Owned,
  { plan, domain, served, syslogPort }: PreparedInstall,
): Promise<void> {
  const { run, directory, host, script, markerToken, media } = owned;
  const { request, context, clock } = run;
  if (plan.loader !== 'ipxe' && served === undefined) {
    const ground = { plan, host, script, markerToken, media, request, cwd: context.cwd, domain };
    const log = syslogPort === undefined ? {} : { syslogPort };
    const stageSeconds = run.reporter.stageSeconds();
    await saveInstall(directory, { ...ground, ...log, stageSeconds, startedAt: clock.now() });
  }
  noteDomain(owned, domain);
}

/** From here on a Kiln that is killed leaves an install of which nothing is left to watch; without this note it is watched once more. */
async function noteCompleted({ run, directory }: Owned, completed: CompletedInstall): Promise<void> {
  const stageSeconds = run.reporter.stageSeconds();
  await saveCompleted(directory, { completed, stageSeconds }).catch((error: Error) =>
    run.logger.warn(`That the install has ended is not remembered: ${error.message}`),
  );
}

async function bootCheck(owned: Owned, prepared: Prepared): Promise<BootCheckReport> {
  const { connection } = owned.libvirt;
  const { id, reporter, clock, signal, context } = owned.run;
  const redact = await buildRedactor(context.places.state, id);
  return reporter.run('boot-check', async (stage) => {
    const report = await checkBoot({
      connection,
      prepared,
      noteDomain: (domain) => noteDomain(owned, domain),
      redact,
      clock,
      signal,
    });
    stage.note(`"${redact(report.line).trim()}" after ${formatDuration(report.seconds)}`);
    return report;
  });
}

function noteDomain(
  { claimed, libvirt }: Owned,
  { uuid, name }: { readonly uuid: string; readonly name: string },
): void {
  const { connection, privateDaemon } = libvirt;
  claimed.journal.note({ kind: 'domain', uuid, name, uri: connection.uri, privateDaemon });
}

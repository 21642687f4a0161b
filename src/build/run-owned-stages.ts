import { formatDuration } from '../foundation/duration.ts';
import type { ChosenLibvirt } from '../libvirt/choose-uri.ts';
import type { ResolvedMedia } from '../media/install-media.ts';
import { installErrorOf } from '../watch/describe-outcome.ts';
import type { InstallOutcome } from '../watch/install-outcome.ts';
import { type BootCheckReport, checkBoot } from './boot-check.ts';
import type { BuildRun } from './build-context.ts';
import { type BuildDirectory, buildDirectory } from './build-directory.ts';
import type { BuildResult } from './build-events.ts';
import type { DiskOrigin } from './build-manifest.ts';
import type { ClaimedBuild } from './claim-build.ts';
import type { Decision } from './decide-plan.ts';
import { deliver } from './deliver.ts';
import { type DiskFinish, diskFinish } from './finish-disk.ts';
import { endGuest, installGuest } from './install-guest.ts';
import { leaveBuild } from './leave-build.ts';
import { makeFolders } from './make-folders.ts';
import { type PreparedImport, prepareImport } from './prepare-import.ts';
import { type PreparedInstall, prepareInstall } from './prepare-install.ts';

/** What was decided and found before anything was created. */
export type Groundwork = Decision & {
  readonly media: ResolvedMedia;
  readonly libvirt: ChosenLibvirt;
  readonly claimed: ClaimedBuild;
  /** Folder for the results. */
  readonly directory: string;
};

type CompletedInstall = Extract<InstallOutcome, { kind: 'completed' }>;
type Prepared = PreparedInstall | PreparedImport;

/** One build's own things. */
type Owned = Omit<Groundwork, 'directory'> & {
  readonly run: BuildRun;
  readonly directory: BuildDirectory;
};

/** The stages that create something, each thing noted in the journal first. On the way out all but results and logs is removed. */
export async function runOwnedStages(run: BuildRun, groundwork: Groundwork): Promise<BuildResult> {
  const directory = buildDirectory(groundwork.directory, run.id);
  const owned: Owned = { ...groundwork, run, directory };
  try {
    const prepared = await prepare(owned);
    const result = await runGuestStages(owned, prepared);
    await leaveBuild(owned, 'succeeded');
    await owned.claimed.succeeded(result.artifacts, result.seconds);
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
    if (owned.script?.diff) run.reporter.notice(`Added to the install script:\n${owned.script.diff}`);
    await makeFolders(owned.directory, claimed.journal);
    const options = { ...owned, uri: owned.libvirt.connection.uri, buildId: run.id };
    if (media.kind !== 'import') return prepareInstall({ ...options, media });
    const onProgress = (part: number): void => stage.progress('copying the image', part * 100);
    return prepareImport({ ...options, media, signal: run.signal, onProgress });
  });
}

/** Fill the disk, then verify and convert at once, then boot what was verified; the images move into place when all three are good. */
async function runGuestStages(owned: Owned, prepared: Prepared): Promise<BuildResult> {
  const { run, plan, libvirt } = owned;
  const { reporter, signal } = run;
  const finish = diskFinish({ prepared, reporter, signal });
  try {
    const origin = await fillDisk(owned, prepared, finish);
    const verification = await finish.verified();
    const boot = plan.bootCheck.enabled ? await bootCheck(owned, prepared) : undefined;
    if (boot === undefined) reporter.skip('boot-check', 'as asked');
    const images = await finish.converted();
    const { connection } = libvirt;
    const { journal } = owned.claimed;
    return await reporter.run('finish', () =>
      deliver({ ...owned, journal, connection, origin, verification, boot, images }),
    );
  } finally {
    await finish.discard();
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
  await finish.settle();
  return outcome;
}

async function install(
  owned: Owned,
  prepared: PreparedInstall,
  onGuestStopped: () => void,
): Promise<CompletedInstall> {
  const { run, libvirt } = owned;
  const { reporter, clock, signal, logger } = run;
  return reporter.run('install', async (stage) => {
    noteDomain(owned, prepared.domain);
    const outcome: InstallOutcome = await installGuest({
      connection: libvirt.connection,
      prepared,
      clock,
      signal,
      logger,
      onProgress: ({ phase, percent }) => stage.progress(phase, percent),
      onGuestStopped,
    });
    if (outcome.kind !== 'completed') throw installErrorOf(outcome);
    stage.note(
      outcome.ending === 'reboot' ? 'the guest rebooted, which ends an install' : 'the guest powered off',
    );
    return outcome;
  });
}

async function bootCheck(owned: Owned, prepared: Prepared): Promise<BootCheckReport> {
  const { connection } = owned.libvirt;
  const { reporter, clock, signal } = owned.run;
  return reporter.run('boot-check', async (stage) => {
    const report = await checkBoot({
      connection,
      prepared,
      noteDomain: (domain) => noteDomain(owned, domain),
      clock,
      signal,
    });
    stage.note(`"${report.line.trim()}" after ${formatDuration(report.seconds)}`);
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

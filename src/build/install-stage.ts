import { CancelledError, type KilnError, MediaError } from '../foundation/errors.ts';
import { type MediumCheck, mediumCheck } from '../media/medium-check.ts';
import { type BadOutcome, installErrorOf } from '../watch/describe-outcome.ts';
import type {
  CompletedInstall,
  Evidence,
  InstallOutcome,
  InstallProgress,
} from '../watch/install-outcome.ts';
import { takeRecentScreens } from '../watch/recent-screens.ts';
import { createRecorder, type WatchRecorder } from '../watch/recorder.ts';
import type { BuildRun } from './build-context.ts';
import { buildRedactor, withoutSecrets } from './build-secrets.ts';
import { estimateFrom } from './estimate.ts';
import { type FailureChoice, lookAtGuest } from './failure-choice.ts';
import { installGuest } from './install-guest.ts';
import { addToHistory, readHistory } from './install-history.ts';
import { requireOwnFolder, whyReplaced } from './owned-paths.ts';
import { recorderSoFar } from './phases-so-far.ts';
import type { PreparedInstall } from './prepare-install.ts';
import type { Groundwork } from './run-owned-stages.ts';
import { type StoppedInstall, saveRest, saveVerdict, writeTimeline } from './save-evidence.ts';
import { scriptLines } from './script-lines.ts';
import type { StageProgress } from './stage-reporter.ts';
import { tellRemaining } from './tell-remaining.ts';
import { asksNoMirror, guestCommandLine } from './unused-options.ts';

export type InstallStage = Pick<Groundwork, 'plan' | 'script' | 'libvirt'> &
  Partial<Pick<Groundwork, 'media'>> & {
    readonly run: BuildRun;
    readonly prepared: PreparedInstall;
    readonly choice: FailureChoice;
    readonly onGuestStopped: () => void;
  };

/**
 * Runs the installer and watches it. When it fails: decides about the guest, saves the evidence, then throws. One that is stopped is
 * ended, and leaves as much: it may have been stopped because it seemed to hang.
 * @throws InstallError, MediaError `media.changed`, and what `installGuest` throws
 */
export async function installStage(stage: InstallStage, report: StageProgress): Promise<CompletedInstall> {
  const { run, plan, prepared, libvirt } = stage;
  const { connection } = libvirt;
  const stateDir = run.context.places.state;
  const isResumed = prepared.ranSeconds !== undefined;
  const recorder = isResumed ? await recorderSoFar(run.id, stateDir) : createRecorder();
  const estimate = estimateFrom(await readHistory(stateDir, plan));
  const startedAt = run.clock.monotonic() - (prepared.ranSeconds ?? 0) * 1000;
  const seconds = (): number => (run.clock.monotonic() - startedAt) / 1000;
  const { uuid } = prepared.domain;
  const screens = takeRecentScreens({
    connection,
    uuid,
    folder: prepared.directory.screens,
    mayWrite: () => whyReplaced(prepared.directory) === undefined,
    clock: run.clock,
    logger: run.logger,
  });
  const checkMedium = await mediumCheck(stage.media);
  prepared.served?.onFetched(() => report.progress('install script fetched'));
  const redact = await buildRedactor(stateDir, run.id);
  const remaining = tellRemaining(run.clock, (progress, told, since) => {
    const left = estimate.remaining(progress, (told - startedAt) / 1000, since);
    if (since === 0 || left !== undefined) tell(report, { ...progress, phase: redact(progress.phase) }, left);
  });
  const endOfWatch = async (what: 'keep' | 'discard'): Promise<void> => {
    remaining.end();
    await screens.end(what);
  };
  let seen = undefined as Evidence | undefined;
  let outcome: InstallOutcome;
  try {
    outcome = await installGuest({
      connection,
      prepared,
      clock: run.clock,
      signal: run.signal,
      logger: run.logger,
      recorder,
      stallOf: (phase) =>
        plan.limits.stallIsLiteral
          ? plan.limits.stallSeconds
          : estimate.stallSeconds(phase, plan.limits.stallSeconds),
      onProgress: remaining.progress,
      onGuestStopped: stage.onGuestStopped,
      onCalledOff: (evidence) => {
        seen = evidence;
      },
    });
  } catch (error) {
    await endOfWatch(seen === undefined ? 'discard' : 'keep');
    if (seen !== undefined) await stopped(stage, seen, recorder);
    throw error;
  }
  await endOfWatch(outcome.kind === 'completed' ? 'discard' : 'keep');
  if (isReadFromConsole(outcome)) requireOwnFolder(prepared.directory);
  if (outcome.kind !== 'completed') throw await failed(stage, outcome, recorder, checkMedium);
  await checkMedium();
  requireOwnFolder(prepared.directory);
  await writeTimeline(prepared.directory, recorder, redact);
  // What happened while nobody watched has no times.
  if (isResumed) return outcome;
  await addToHistory(stateDir, plan, { seconds: seconds(), phases: recorder.phases() }).catch(
    (error: Error) => run.logger.warn(`The times of this install are not remembered: ${error.message}`),
  );
  return outcome;
}

/** Whether the console's log decided, which may be another one where the folder was replaced; libvirt tells the rest. */
const isReadFromConsole = (outcome: InstallOutcome): boolean =>
  outcome.kind !== 'failed' || !['crashed', 'destroyed', 'host-disk-full'].includes(outcome.cause);

function tell(report: StageProgress, progress: InstallProgress, remainingSeconds: number | undefined): void {
  const { phase, percent, packages } = progress;
  report.progress(phase, percent, {
    ...(packages === undefined ? {} : { packages }),
    ...(remainingSeconds === undefined ? {} : { remainingSeconds }),
  });
}

async function failed(
  stage: InstallStage,
  seen: BadOutcome,
  recorder: WatchRecorder,
  checkMedium: MediumCheck,
): Promise<KilnError> {
  const { run, prepared, libvirt, choice } = stage;
  const redact = await buildRedactor(run.context.places.state, run.id);
  const outcome = withoutSecrets(seen, redact);
  const { connection } = libvirt;
  const { name, uuid, final } = prepared.domain;
  const notFetched = prepared.served?.evidence() ?? [];
  const unlessMedium = installErrorOf(outcome, [...linesToMend(stage, seen).map(redact), ...notFetched]);
  const error = await mediumOr(unlessMedium, checkMedium);
  run.settled.add(error);
  const directory = prepared.directory;
  const onProblem = tellMissing(stage);
  // Before the question: whoever is asked may end Kiln instead of answering.
  await saveVerdict({ directory, outcome, error, recorder, redact, onProblem });
  const answer = await choice.decide(error);
  const kept = { uri: connection.uri, domain: name, buildId: run.id, lacksVnc: final.lacksVnc };
  if (answer === 'keep') run.reporter.notice(lookAtGuest(kept));
  else await connection.destroy(uuid);
  const { env } = run.context;
  await saveRest({ directory, outcome, domain: name, env, guestIsOff: answer !== 'keep', onProblem });
  return error;
}

async function stopped(stage: InstallStage, evidence: Evidence, recorder: WatchRecorder): Promise<void> {
  const { run, prepared, libvirt } = stage;
  const { directory, domain } = prepared;
  const { places, env } = run.context;
  const seen: StoppedInstall = { kind: 'cancelled', evidence };
  const redact = await buildRedactor(places.state, run.id);
  const outcome = withoutSecrets(seen, redact);
  const onProblem = tellMissing(stage);
  const error = new CancelledError('The build was cancelled.');
  await saveVerdict({ directory, outcome, error, recorder, redact, onProblem });
  await libvirt.connection.destroy(domain.uuid);
  await saveRest({ directory, outcome, domain: domain.name, env, guestIsOff: true, onProblem });
}

const tellMissing =
  ({ run }: InstallStage) =>
  (problem: string): void =>
    run.logger.warn(`Part of the evidence is missing: ${problem}`);

/** How an install from a medium that changed came to fail tells nothing about the installer. */
export async function mediumOr(error: KilnError, checkMedium: MediumCheck): Promise<KilnError> {
  try {
    await checkMedium();
    return error;
  } catch (changed) {
    // That it cannot be looked at any more does not hide how the install ended.
    return changed instanceof MediaError ? changed : error;
  }
}

function linesToMend({ plan, script, media }: InstallStage, outcome: BadOutcome): readonly string[] {
  if (plan.script === undefined || script === undefined) return [];
  const { path, kind, inject } = plan.script;
  const { target: disk } = plan.disk;
  const withoutMirror = asksNoMirror(guestCommandLine(plan, media));
  const { original, text } = script;
  return scriptLines({ path, kind, inject, original, text, disk, withoutMirror }, outcome);
}

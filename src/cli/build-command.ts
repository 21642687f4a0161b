import { existsSync } from 'node:fs';
import type { BuildContext } from '../build/build-context.ts';
import { buildDirectory } from '../build/build-directory.ts';
import type { BuildEvent, BuildResult, MachineResult, StageName } from '../build/build-events.ts';
import { describeError } from '../build/describe-error.ts';
import { KilnError } from '../foundation/errors.ts';
import { askOnErrorWith } from './ask-on-error.ts';
import { type AutoConsole, consoleRenderer } from './auto-console.ts';
import type { BuildOptionValues } from './build-options.ts';
import { buildRequest } from './build-request.ts';
import { chooseRenderer, type RendererOptions } from './choose-renderer.ts';
import type { CliIo } from './cli-io.ts';
import { cliLogger } from './cli-logger.ts';
import { buildContext } from './command-context.ts';
import { detachBuild, detachedBuildId } from './detach-build.ts';
import { reportError } from './error-report.ts';
import { ENDING_OF_PUBLISHING, listenForInterruption } from './interruption.ts';
import { jsonRenderer } from './json-renderer.ts';
import { type JunitFile, openJunitFile } from './junit-file.ts';
import { safeLine } from './safe-text.ts';
import { styleFor } from './style.ts';

/** What the events told, for the last lines. */
type Seen = { failure: boolean; started?: { readonly buildId: string; readonly directory: string } };

/**
 * `kiln build`: one image, with everything the user sees while it grows.
 * @returns the exit code
 */
export async function runBuild(
  target: string | undefined,
  options: BuildOptionValues,
  io: CliIo,
): Promise<number> {
  return showBuild(options, io, async (context) => {
    const request = buildRequest(target, options);
    const { build } = await import('../build/run-build.ts');
    return build(request, context);
  });
}

export type ShowOptions = RendererOptions &
  Pick<BuildOptionValues, 'junit'> & { readonly autoConsole?: AutoConsole };
type Detachable = ShowOptions & Pick<BuildOptionValues, 'detach'>;
type Start = (context: BuildContext) => Promise<BuildResult | MachineResult>;

/**
 * Runs a build with everything the user sees of it, or leaves that to a process of its own.
 * @param isCallers which errors are thrown, untold, instead of becoming the end of the build
 * @returns the exit code
 */
export async function showBuild(
  options: Detachable,
  io: CliIo,
  start: Start,
  isCallers: (error: unknown) => boolean = () => false,
): Promise<number> {
  if (options.detach && detachedBuildId(io) === undefined) return detachBuild(options, io);
  const seen: Seen = { failure: false };
  try {
    const result = await buildReported(start, options, io, { seen, isCallers });
    await printResult(result, options, io);
    return 0;
  } catch (error) {
    if (isCallers(error)) throw error;
    if (options.json && !seen.failure) jsonRenderer(io.out).show(failureEvent(error));
    return printError(error, seen.started, options, io);
  }
}

function printError(error: unknown, started: Seen['started'], options: ShowOptions, io: CliIo): number {
  const report = reportError(error, styleFor(io.err), options.verbose);
  io.err.write(report.text + whereToLook(started, error));
  return report.exitCode;
}

/** The last lines of a build that another process ran. @returns its exit code */
export async function printEnd(
  end: Extract<BuildEvent, { type: 'build-finished' | 'build-failed' }>,
  started: Seen['started'],
  options: ShowOptions,
  io: CliIo,
): Promise<number> {
  if (end.type === 'build-failed') return printError(new ToldError(end), started, options, io);
  await printResult(end.result, options, io);
  return 0;
}

/** An error that another process told. */
class ToldError extends KilnError {
  readonly exitCode: number;

  constructor({ code, message, details, exitCode }: Extract<BuildEvent, { type: 'build-failed' }>) {
    super(code, message, { details });
    this.exitCode = exitCode;
  }
}

/** With the report that was asked for, whatever the end. */
async function buildReported(
  start: Start,
  options: ShowOptions,
  io: CliIo,
  { seen, isCallers }: { readonly seen: Seen; readonly isCallers: (error: unknown) => boolean },
): Promise<BuildResult | MachineResult> {
  const junit = await openJunitFile(options.junit, io);
  try {
    const result = await buildShown(start, options, io, { seen, junit });
    await junit.write();
    return result;
  } catch (error) {
    if (isCallers(error)) throw error;
    if (!seen.failure) junit.show(failureEvent(error));
    await junit.write().catch((problem: Error) => io.err.write(`${safeLine(problem.message)}\n`));
    throw error;
  }
}

/** Publishing comes last, when nothing else is left on this host. */
const endingIn = (stage: StageName | undefined): string =>
  stage === 'publish'
    ? ENDING_OF_PUBLISHING
    : 'Ending at once; `kiln builds clean` removes what may be left.';

async function buildShown(
  start: Start,
  options: ShowOptions,
  io: CliIo,
  { seen, junit }: { readonly seen: Seen; readonly junit: JunitFile },
): Promise<BuildResult | MachineResult> {
  const { autoConsole = { kind: 'none' } } = options;
  const renderer = consoleRenderer(await chooseRenderer(options, io), autoConsole, io);
  const say = renderer.say ?? ((line: string) => io.err.write(`${line}\n`));
  let stage: StageName | undefined;
  let finished = false;
  const tellEnd = (reason: unknown): void => {
    if (options.json && !seen.failure && !finished) jsonRenderer(io.out).show(failureEvent(reason));
    seen.failure = true;
  };
  const interruption = listenForInterruption(io, say, () => endingIn(stage), tellEnd);
  const onEvent = (event: BuildEvent): void => {
    if (event.type === 'build-started') seen.started = event;
    if (event.type === 'stage-started') stage = event.stage;
    if (event.type === 'build-failed') seen.failure = true;
    if (event.type === 'build-finished') finished = true;
    junit.show(event);
    renderer.show(event);
  };
  const logger = {
    ...cliLogger(io.err, options.verbose === true),
    warn: (text: string) => say(safeLine(text)),
  };
  try {
    const buildId = detachedBuildId(io);
    const known = buildId === undefined ? {} : { buildId };
    const { signal } = interruption;
    if (autoConsole.why !== undefined) say(safeLine(autoConsole.why));
    const more = { ...known, ...askOnErrorWith(io), onGuestStarted: renderer.open };
    const result = await start(buildContext(io, { logger, onEvent, signal, ...more }));
    await renderer.left(false);
    return result;
  } finally {
    await renderer.left(true);
    await renderer.close();
    interruption.end();
  }
}

/** Failures that the console of the boot check explains; verification has the first of them too. */
const OF_BOOT_CHECK = ['disk.not-bootable', 'host.guest-lost'];

/** A build that got as far as having a folder leaves its logs there. */
function whereToLook(started: Seen['started'], error: unknown): string {
  if (started === undefined) return '';
  const { logs, bootCheckLog } = buildDirectory(started.directory, started.buildId);
  if (!existsSync(logs)) return '';
  const isBootCheck =
    error instanceof KilnError && OF_BOOT_CHECK.includes(error.code) && existsSync(bootCheckLog);
  const option = isBootCheck ? ' --boot-check' : '';
  return `Logs: ${safeLine(logs)}\nConsole: kiln builds logs ${safeLine(started.buildId)}${option}\n`;
}

async function printResult(
  result: BuildResult | MachineResult,
  options: ShowOptions,
  io: CliIo,
): Promise<void> {
  if (options.json) return;
  if (options.quiet) {
    for (const { path } of result.artifacts) io.out.write(`${path}\n`);
    return;
  }
  const { buildSummary, savedPlan } = await import('./build-summary.ts');
  const { loginNote } = await import('./login-note.ts');
  const plan = await savedPlan(result);
  io.out.write(buildSummary(result, plan, styleFor(io.out), await loginNote(plan)));
}

/** For requests that fail before a build exists to report it, and builds that are not waited for. */
function failureEvent(error: unknown): BuildEvent {
  return { at: Date.now(), type: 'build-failed', ...describeError(error) };
}

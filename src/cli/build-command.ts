import { existsSync } from 'node:fs';
import { buildDirectory } from '../build/build-directory.ts';
import type { BuildEvent, BuildResult } from '../build/build-events.ts';
import { KilnError } from '../foundation/errors.ts';
import type { BuildOptionValues } from './build-options.ts';
import type { BuildRenderer } from './build-renderer.ts';
import { buildRequest } from './build-request.ts';
import type { CliIo } from './cli-io.ts';
import { cliLogger } from './cli-logger.ts';
import { buildContext } from './command-context.ts';
import { reportError } from './error-report.ts';
import { listenForInterruption } from './interruption.ts';
import { jsonRenderer } from './json-renderer.ts';
import { plainRenderer } from './plain-renderer.ts';
import { quietRenderer } from './quiet-renderer.ts';
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
  const seen: Seen = { failure: false };
  try {
    const result = await buildShown(target, options, io, seen);
    await printResult(result, options, io);
    return 0;
  } catch (error) {
    if (options.json && !seen.failure) jsonRenderer(io.out).show(failureEvent(error));
    const report = reportError(error, styleFor(io.err), options.verbose);
    io.err.write(report.text + whereToLook(seen.started));
    return report.exitCode;
  }
}

async function buildShown(
  target: string | undefined,
  options: BuildOptionValues,
  io: CliIo,
  seen: Seen,
): Promise<BuildResult> {
  const request = buildRequest(target, options);
  const { build } = await import('../build/run-build.ts');
  const renderer = await chooseRenderer(options, io);
  const say = renderer.say ?? ((line: string) => io.err.write(`${line}\n`));
  const interruption = listenForInterruption(io, say);
  const onEvent = (event: BuildEvent): void => {
    if (event.type === 'build-started') seen.started = event;
    if (event.type === 'build-failed') seen.failure = true;
    renderer.show(event);
  };
  const logger = {
    ...cliLogger(io.err, options.verbose === true),
    warn: (text: string) => say(safeLine(text)),
  };
  try {
    return await build(request, buildContext(io, { logger, onEvent, signal: interruption.signal }));
  } finally {
    await renderer.close();
    interruption.end();
  }
}

/** A build that got as far as having a folder leaves its logs there. */
function whereToLook(started: Seen['started']): string {
  if (started === undefined) return '';
  const { logs } = buildDirectory(started.directory, started.buildId);
  if (!existsSync(logs)) return '';
  return `Logs: ${safeLine(logs)}\nConsole: kiln builds logs ${safeLine(started.buildId)}\n`;
}

/** Below this the list would be wrapped into unreadable columns; terminals that do not know their size say 0. */
const NARROWEST = 40;

/** A list that redraws itself needs the terminal for itself, so `--verbose` gets lines. */
async function chooseRenderer(options: BuildOptionValues, io: CliIo): Promise<BuildRenderer> {
  if (options.json) return jsonRenderer(io.out);
  if (options.quiet) return quietRenderer(io.err);
  const canRedraw = io.out.isTerminal && io.env.TERM !== 'dumb' && io.out.stream.columns >= NARROWEST;
  if (canRedraw && !options.verbose) {
    const { buildProgress } = await import('./build-progress.ts');
    return buildProgress(io.out, io.err);
  }
  return plainRenderer(io.out);
}

async function printResult(result: BuildResult, options: BuildOptionValues, io: CliIo): Promise<void> {
  if (options.json) return;
  if (options.quiet) {
    for (const { path } of result.artifacts) io.out.write(`${path}\n`);
    return;
  }
  const { buildSummary, savedPlan } = await import('./build-summary.ts');
  io.out.write(buildSummary(result, await savedPlan(result), styleFor(io.out)));
}

/** For requests that fail before a build exists to report it. */
function failureEvent(error: unknown): BuildEvent {
  const known = error instanceof KilnError;
  return {
    at: Date.now(),
    type: 'build-failed',
    code: known ? error.code : 'internal',
    message: error instanceof Error ? error.message : String(error),
    details: known ? error.details : {},
  };
}

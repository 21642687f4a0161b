import { systemClock } from '../foundation/clock.ts';
import { CancelledError, KilnError } from '../foundation/errors.ts';
import { silentLogger } from '../foundation/logger.ts';
import { type ChosenLibvirt, chooseLibvirt } from '../libvirt/choose-uri.ts';
import type { ResolvedMedia } from '../media/install-media.ts';
import { resolveMedia } from '../media/resolve-media.ts';
import type { BuildContext, BuildRequest, BuildRun } from './build-context.ts';
import type { BuildResult } from './build-events.ts';
import { newBuildId, outputDirectory } from './claim-build.ts';
import { cleanInterrupted } from './clean-builds.ts';
import { type Decision, decidePlan } from './decide-plan.ts';
import { withFastKernel } from './emulated-boot.ts';
import { runOwnedStages } from './run-owned-stages.ts';
import { stageReporter } from './stage-reporter.ts';

/**
 * Builds an image: from template or install script to a verified, booted, converted disk with its manifest.
 *
 * Ends with a result or throws a KilnError (docs/errors.md). Whatever happens, nothing Kiln created stays behind but results and logs,
 * unless `keep` says so; after a `kill -9` the next build does the cleaning.
 */
export async function build(request: BuildRequest, context: BuildContext): Promise<BuildResult> {
  const run: BuildRun = {
    id: newBuildId(),
    request,
    context,
    reporter: stageReporter(systemClock, context.onEvent ?? (() => {})),
    signal: context.signal ?? new AbortController().signal,
    clock: systemClock,
    logger: context.logger ?? silentLogger,
  };
  try {
    const result = await runStages(run);
    run.reporter.emit({ type: 'build-finished', result });
    return result;
  } catch (thrown) {
    // Whatever a cancelled stage threw on its way out, the reason is the cancellation.
    const error = run.signal.aborted
      ? new CancelledError('The build was cancelled.', { cause: thrown })
      : thrown;
    run.reporter.emit({ type: 'build-failed', ...describeError(error) });
    throw error;
  }
}

async function runStages(run: BuildRun): Promise<BuildResult> {
  const { reporter, context, request } = run;
  await cleanInterrupted({ places: context.places, env: context.env, logger: run.logger });
  const decision = await reporter.run('plan', () => decidePlan(request, context, run));
  const directory = await outputDirectory(request, context.cwd, decision.plan.name, run.id);
  reporter.emit({ type: 'build-started', buildId: run.id, name: decision.plan.name, directory });
  if (decision.plan.accelerator === 'tcg') reporter.notice(decision.plan.acceleratorWhy);
  const libvirt = openLibvirt(run);
  try {
    const media = await reporter.run('media', async (stage) => {
      const [found] = await Promise.all([findMedia(run, decision, stage.progress), libvirt]);
      stage.note(found.source);
      return found;
    });
    return await runOwnedStages(run, { ...decision, media, libvirt: await libvirt, directory });
  } finally {
    await libvirt.then((opened) => opened.close()).catch(() => undefined);
  }
}

/** Begins to connect at once: it can take as long as finding the media. */
function openLibvirt({ request, context, logger }: BuildRun): Promise<ChosenLibvirt> {
  const opening = chooseLibvirt({
    ...(request.connect === undefined ? {} : { connect: request.connect }),
    env: context.env,
    runtimeDir: context.places.runtime,
    logger,
  });
  opening.catch(() => undefined);
  return opening;
}

async function findMedia(
  { request, context, reporter, signal, logger }: BuildRun,
  { plan }: Decision,
  progress: (detail: string, percent?: number) => void,
): Promise<ResolvedMedia> {
  const { cache } = context.places;
  const media = await resolveMedia(plan.media, {
    cacheDir: cache,
    offline: request.offline === true,
    signal,
    logger,
    onProgress: ({ detail, percent }) => progress(detail, percent),
    onPassedOver: (source, why) => reporter.notice(`${source.from} is passed over: ${why}`),
  });
  return withFastKernel(media, plan, { cacheDir: cache, signal, logger });
}

function describeError(error: unknown): {
  code: string;
  message: string;
  details: Readonly<Record<string, unknown>>;
} {
  if (error instanceof KilnError) return { code: error.code, message: error.message, details: error.details };
  return { code: 'internal', message: error instanceof Error ? error.message : String(error), details: {} };
}

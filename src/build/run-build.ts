import { systemClock } from '../foundation/clock.ts';
import { CancelledError, HostError, KilnError } from '../foundation/errors.ts';
import { silentLogger } from '../foundation/logger.ts';
import { asKilnError } from '../foundation/system-error.ts';
import { type ChosenLibvirt, chooseLibvirt } from '../libvirt/choose-uri.ts';
import type { ResolvedMedia } from '../media/install-media.ts';
import { resolveMedia } from '../media/resolve-media.ts';
import { findOs } from '../os/find-os.ts';
import type { BuildContext, BuildRequest, BuildRun } from './build-context.ts';
import type { BuildResult } from './build-events.ts';
import { claimBuild, newBuildId, outputDirectory } from './claim-build.ts';
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
    const error = reasonOf(thrown, run.signal);
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
  if (decision.plan.accelerator === 'tcg') {
    reporter.notice(`Guests are emulated, which is much slower than KVM: ${decision.plan.acceleratorWhy}`);
  }
  const { name } = decision.plan;
  const claimed = await claimBuild({
    stateDir: context.places.state,
    id: run.id,
    name,
    directory,
    clock: run.clock,
  });
  const libvirt = openLibvirt(run);
  try {
    const media = await reporter.run('media', async (stage) => {
      const [found] = await Promise.all([findMedia(run, decision, stage.progress), libvirt]);
      stage.note(found.source);
      return found;
    });
    const decided = await withRecognisedOs(run, decision, media);
    return await runOwnedStages(run, { ...decided, media, libvirt: await libvirt, claimed, directory });
  } catch (error) {
    await claimed.failed(reasonOf(error, run.signal), reporter.seconds());
    throw error;
  } finally {
    await libvirt.then((opened) => opened.close()).catch(() => undefined);
  }
}

/** Whatever a cancelled stage threw on its way out, the reason is the cancellation; what the machine refused is no bug. */
function reasonOf(thrown: unknown, signal: AbortSignal): unknown {
  return signal.aborted
    ? new CancelledError('The build was cancelled.', { cause: thrown })
    : asKilnError(thrown);
}

/** Nobody said which system it is, but the media did: CPU quirks and kernel arguments follow from it. */
async function withRecognisedOs(run: BuildRun, decision: Decision, media: ResolvedMedia): Promise<Decision> {
  const { osId } = media.facts;
  if (decision.plan.os !== undefined || osId === undefined || findOs(osId) === undefined) return decision;
  const request = { ...run.request, overrides: { ...run.request.overrides, os: osId } };
  return decidePlan(request, run.context, run);
}

/** Begins to connect at once: it can take as long as finding the media. */
function openLibvirt({ request, context, logger }: BuildRun): Promise<ChosenLibvirt> {
  const opening = chooseLibvirt({
    ...(request.connect === undefined ? {} : { connect: request.connect }),
    env: context.env,
    runtimeDir: context.places.runtime,
    logger,
  }).then(requireQemu);
  opening.catch(() => undefined);
  return opening;
}

/** libvirt's other drivers, its test driver above all, take a QEMU domain and run nothing. */
async function requireQemu(libvirt: ChosenLibvirt): Promise<ChosenLibvirt> {
  const { uri } = libvirt.connection;
  if (/^qemu[+:]/.test(uri)) return libvirt;
  await libvirt.close();
  throw new HostError(
    'host.libvirt-driver',
    `${uri} is not libvirt's QEMU driver; name one that begins with qemu.`,
  );
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

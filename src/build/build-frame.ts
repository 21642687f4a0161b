import { systemClock } from '../foundation/clock.ts';
import { CancelledError } from '../foundation/errors.ts';
import { silentLogger } from '../foundation/logger.ts';
import { asKilnError } from '../foundation/system-error.ts';
import { type ChosenLibvirt, chooseLibvirt } from '../libvirt/choose-uri.ts';
import { requireQemu } from '../libvirt/require-qemu.ts';
import { withCacheLease } from '../media/cache-lease.ts';
import type { MediaSource, ResolvedMedia } from '../media/install-media.ts';
import { proxyFrom } from '../media/proxy-fetch.ts';
import { resolveMedia } from '../media/resolve-media.ts';
import type { BuildContext, BuildRun } from './build-context.ts';
import type { BuildEvent, BuildResult, MachineResult } from './build-events.ts';
import { newBuildId } from './claim-build.ts';
import { describeError } from './describe-error.ts';
import { createEventLog } from './event-log.ts';
import { type StageSeconds, stageReporter } from './stage-reporter.ts';

/** What is known of a build that another process began. */
export type EarlierRun = {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly stageSeconds?: StageSeconds;
};

export function newRun(
  request: BuildRun['request'],
  context: BuildContext,
  { startedAt, ...earlier }: EarlierRun = { startedAt: systemClock.now() },
): BuildRun {
  const id = context.buildId ?? newBuildId();
  const log = createEventLog(context.places.state, id, ({ message }) =>
    context.logger?.warn(`The build's events are not recorded any more: ${message}`),
  );
  const onEvent = (event: BuildEvent): void => {
    log.add(event);
    context.onEvent?.(event);
  };
  return {
    id,
    request,
    context,
    reporter: stageReporter(systemClock, onEvent, {
      ...earlier,
      startedMsAgo: Math.max(0, systemClock.now() - startedAt),
    }),
    signal: context.signal ?? new AbortController().signal,
    settled: new WeakSet(),
    clock: systemClock,
    logger: context.logger ?? silentLogger,
  };
}

/** A build from its first event to its last: `work` does it, and its error is the one that is told. */
export async function withRun<Result extends BuildResult | MachineResult>(
  request: BuildRun['request'],
  context: BuildContext,
  work: (run: BuildRun) => Promise<Result>,
): Promise<Result> {
  const run = newRun(request, context);
  return tellEnd(run, () => work(run));
}

/** Tells how the work ended, as the build's last event. */
export async function tellEnd<Result extends BuildResult | MachineResult>(
  run: BuildRun,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    const result = await work();
    run.reporter.emit({ type: 'build-finished', result });
    return result;
  } catch (thrown) {
    const error = reasonOf(thrown, run);
    run.reporter.emit({ type: 'build-failed', ...describeError(error) });
    throw error;
  }
}

/**
 * Whatever a cancelled stage threw on its way out, the reason is the cancellation, unless the installer had failed before; what the machine
 * refused is no bug.
 */
export function reasonOf(
  thrown: unknown,
  { signal, settled }: Pick<BuildRun, 'signal' | 'settled'>,
): unknown {
  const cameBefore = thrown instanceof Error && settled.has(thrown);
  return signal.aborted && !cameBefore
    ? new CancelledError('The build was cancelled.', { cause: thrown })
    : asKilnError(thrown);
}

/** Nobody's clean-up takes media from the cache while the build's guest may read them there. */
export function withCacheInUse<T>(
  { id, context, signal, logger }: BuildRun,
  work: () => Promise<T>,
  since?: Date,
): Promise<T> {
  const options = { signal, logger, ...(since === undefined ? {} : { since }) };
  return withCacheLease(context.places.cache, `build ${id}`, work, options);
}

/** Begins to connect at once: it can take as long as finding the media. */
export function openLibvirt({ request, context, signal, logger }: BuildRun): Promise<ChosenLibvirt> {
  const opening = chooseLibvirt({
    ...(request.connect === undefined ? {} : { connect: request.connect }),
    env: context.env,
    runtimeDir: context.places.runtime,
    lastsUntil: signal,
    logger,
  }).then(requireQemu);
  opening.catch(() => undefined);
  return opening;
}

/** The first of these media that can be used. */
export async function findOneOf(
  { request, context, reporter, signal, logger }: BuildRun,
  sources: readonly MediaSource[],
  progress: (detail: string, percent?: number) => void,
): Promise<ResolvedMedia> {
  const proxy = proxyFrom(context.env);
  return resolveMedia(sources, {
    ...(proxy === undefined ? {} : { proxy }),
    cacheDir: context.places.cache,
    // The one architecture of guests so far (BuildPlan).
    arch: 'x86_64',
    offline: request.offline === true,
    signal,
    logger,
    onProgress: ({ detail, percent }) => progress(detail, percent),
    onNotice: (message) => reporter.notice(message),
    onPassedOver: (source, why) => reporter.notice(`${source.from} is passed over: ${why}`),
  });
}

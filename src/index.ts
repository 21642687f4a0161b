/** Kiln as a library: the same builds as the command line's, with typed events and an AbortSignal (docs/library.md). */
import { resolve } from 'node:path';
import type { BuildContext, BuildRequest } from './build/build-context.ts';
import type { BuildResult } from './build/build-events.ts';
import { checkRequestKeys } from './build/check-request-keys.ts';
import { type PlannedBuild, planBuild } from './build/plan-build.ts';
import { build as runBuild } from './build/run-build.ts';
import { placesFrom } from './foundation/places.ts';
import { OVERRIDES_SPELLED } from './spec/option-keys.ts';

export type { Artifact } from './artifact/artifact.ts';
export type { BuildRequest, KeepPolicy } from './build/build-context.ts';
export { type BuildEvent, type BuildResult, STAGES, type StageName } from './build/build-events.ts';
export type { PlannedBuild } from './build/plan-build.ts';
export {
  CancelledError,
  DiskError,
  HostError,
  InstallError,
  KilnError,
  MediaError,
  PublishError,
  SpecError,
} from './foundation/errors.ts';
export type { Logger } from './foundation/logger.ts';
export type { Places } from './foundation/places.ts';
export type { BuildPlan } from './plan/build-plan.ts';
export type { BuildOverrides } from './spec/build-overrides.ts';

/** Where and how a build runs; what is left out comes from this process. */
export type BuildOptions = Partial<Omit<BuildContext, 'projectDir'>>;

/**
 * Builds an image.
 * @throws KilnError; its `code` is stable and listed in docs/errors.md
 */
export async function build(request: BuildRequest, options: BuildOptions = {}): Promise<BuildResult> {
  checkRequestKeys(request, options);
  return runBuild(spelledForPrograms(request), contextFrom(options));
}

/** What `build` would do with the same request; touches nothing. */
export async function plan(request: BuildRequest, options: BuildOptions = {}): Promise<PlannedBuild> {
  checkRequestKeys(request, options);
  return planBuild(spelledForPrograms(request), contextFrom(options));
}

function spelledForPrograms(request: BuildRequest): BuildRequest {
  const overrides = { spelling: OVERRIDES_SPELLED, ...request.overrides };
  return { ...request, overrides };
}

function contextFrom(options: BuildOptions): BuildContext {
  const env = options.env ?? process.env;
  const projectDir = resolve(import.meta.dirname, '..');
  return { cwd: process.cwd(), places: placesFrom(env), projectDir, ...options, env };
}

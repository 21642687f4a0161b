/** Kiln as a library: the same builds as the command line's, with typed events and an AbortSignal (docs/library.md). */
export type { Artifact } from './artifact/artifact.ts';
export type { BuildContext, BuildRequest, KeepPolicy } from './build/build-context.ts';
export type { BuildEvent, BuildResult, StageName } from './build/build-events.ts';
export { STAGES } from './build/build-events.ts';
export { planBuild } from './build/plan-build.ts';
export { build } from './build/run-build.ts';
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
export { placesFrom } from './foundation/places.ts';
export type { BuildPlan } from './plan/build-plan.ts';
export type { BuildOverrides } from './spec/build-overrides.ts';

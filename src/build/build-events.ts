import type { Artifact } from '../artifact/artifact.ts';

/** The stages of a build in the order of docs/architecture.md. Conversion overlaps verification and boot check. */
export const STAGES = [
  'plan',
  'media',
  'prepare',
  'install',
  'verify',
  'boot-check',
  'convert',
  'finish',
] as const;
export type StageName = (typeof STAGES)[number];

export const STAGE_TITLES: Readonly<Record<StageName, string>> = {
  plan: 'Plan and check the host',
  media: 'Find install media',
  prepare: 'Prepare the install',
  install: 'Install',
  verify: 'Verify the disk',
  'boot-check': 'Boot the result',
  convert: 'Convert',
  finish: 'Write manifest',
};

export type BuildResult = {
  readonly buildId: string;
  readonly name: string;
  /** Absolute path of the folder with artifacts, manifest and logs. */
  readonly directory: string;
  readonly artifacts: readonly Artifact[];
  readonly manifestPath: string;
  /** Seconds from start to end, and by stage. */
  readonly seconds: number;
  readonly stageSeconds: Readonly<Partial<Record<StageName, number>>>;
};

/** What a build tells while it runs; `--json` prints one a line. `at`: milliseconds since the epoch. */
export type BuildEvent = { readonly at: number } & (
  | {
      readonly type: 'build-started';
      readonly buildId: string;
      readonly name: string;
      readonly directory: string;
    }
  | { readonly type: 'stage-started'; readonly stage: StageName }
  /** `detail` is what the stage does now (the installer's own phase, a file being fetched); `percent` of that. */
  | {
      readonly type: 'stage-progress';
      readonly stage: StageName;
      readonly detail: string;
      readonly percent?: number;
    }
  | { readonly type: 'stage-skipped'; readonly stage: StageName; readonly why: string }
  | {
      readonly type: 'stage-finished';
      readonly stage: StageName;
      readonly seconds: number;
      readonly note?: string;
    }
  | { readonly type: 'stage-failed'; readonly stage: StageName; readonly seconds: number }
  /** Something the user should know though the build goes on: no working KVM, a media candidate passed over. */
  | { readonly type: 'notice'; readonly message: string }
  | { readonly type: 'build-finished'; readonly result: BuildResult }
  | {
      readonly type: 'build-failed';
      readonly code: string;
      readonly message: string;
      readonly details: Readonly<Record<string, unknown>>;
    }
);

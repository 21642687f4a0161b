import type { Artifact } from '../artifact/artifact.ts';
import type { Publication } from '../publish/publication.ts';

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
  'publish',
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
  publish: 'Publish',
};

/** `installing`: the build did not wait for the end. `gone`: transient, and off. */
export type BuiltMachine = {
  readonly name: string;
  readonly uuid: string;
  readonly uri: string;
  /** Its libvirtd is Kiln's own, which ends with Kiln unless a guest runs. */
  readonly privateDaemon: boolean;
  readonly state: 'running' | 'off' | 'installing' | 'gone';
};

export type BuildResult = {
  readonly buildId: string;
  readonly name: string;
  /** Absolute path of the folder with artifacts, manifest and logs. */
  readonly directory: string;
  readonly artifacts: readonly Artifact[];
  readonly manifestPath: string;
  /** Where it went, in the order asked for. */
  readonly publications?: readonly Publication[];
  /** Seconds from start to end, and by stage. */
  readonly seconds: number;
  readonly stageSeconds: Readonly<Partial<Record<StageName, number>>>;
};

/** Of a build in virt-install's words: the machine stays, and without capture there are no images and no manifest. */
export type MachineResult = Omit<BuildResult, 'manifestPath'> & {
  readonly manifestPath?: string;
  readonly machine: BuiltMachine;
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
      readonly packages?: { readonly done: number; readonly total: number };
      /** As earlier builds of the same template on this host let expect, for the whole stage. */
      readonly remainingSeconds?: number;
    }
  | { readonly type: 'stage-skipped'; readonly stage: StageName; readonly why: string }
  | {
      readonly type: 'stage-finished';
      readonly stage: StageName;
      readonly seconds: number;
      readonly note?: string;
    }
  | {
      readonly type: 'stage-failed';
      readonly stage: StageName;
      readonly seconds: number;
      /** Of its own error: stages overlap, and one that is given up may end before the one for which the build fails. */
      readonly code?: string;
    }
  /** Something the user should know though the build goes on: no working KVM, a media candidate passed over. */
  | { readonly type: 'notice'; readonly message: string }
  | { readonly type: 'build-finished'; readonly result: BuildResult | MachineResult }
  | {
      readonly type: 'build-failed';
      readonly code: string;
      /** What the command line ends with. */
      readonly exitCode: number;
      readonly message: string;
      readonly details: Readonly<Record<string, unknown>>;
    }
);

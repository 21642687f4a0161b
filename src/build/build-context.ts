import type { Clock } from '../foundation/clock.ts';
import type { KilnError } from '../foundation/errors.ts';
import type { Logger } from '../foundation/logger.ts';
import type { Places } from '../foundation/places.ts';
import type { BuildOverrides } from '../spec/build-overrides.ts';
import type { BuildEvent } from './build-events.ts';
import type { StageReporter } from './stage-reporter.ts';

/** `never`: nothing stays but results and logs; `on-failure`: the work folder stays when the build fails; `always`. */
export const KEEP_POLICIES = ['never', 'on-failure', 'always'] as const;
export type KeepPolicy = (typeof KEEP_POLICIES)[number];

/** When an install fails: `abort` ends the guest, `keep` leaves it for a look, `ask` asks where somebody can answer. */
export const ON_ERROR_POLICIES = ['abort', 'keep', 'ask'] as const;
export type OnErrorPolicy = (typeof ON_ERROR_POLICIES)[number];

/** What to build; the words of `kiln build`. */
export type BuildRequest = {
  /** A template's name, a template file, or an install script; may be absent when the overrides name media. */
  readonly target?: string;
  readonly overrides?: BuildOverrides;
  /** Folder for the results; default `builds/<name>-<id>` under the current folder. */
  readonly output?: string;
  /** Replace results that are in that folder already. */
  readonly force?: boolean;
  readonly keep?: KeepPolicy;
  readonly onError?: OnErrorPolicy;
  /** libvirt URI; default as docs/libvirt.md says. */
  readonly connect?: string;
  /** `false`: the install script is used as it is, and what is missing in it is an error. */
  readonly edit?: boolean;
  /** Fetch nothing: what is not in the cache or on this host is an error. */
  readonly offline?: boolean;
};

/** Where a build runs. Nothing below reads the environment or the current folder by itself. */
export type BuildContext = {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly places: Places;
  /** Kiln's own folder, with `vm-templates` and `install_scripts`. */
  readonly projectDir: string;
  /** Ends the build in good order: the guest is stopped, everything is cleaned up. */
  readonly signal?: AbortSignal;
  /** Chosen by the caller, who follows the build from outside. */
  readonly buildId?: string;
  readonly onEvent?: (event: BuildEvent) => void;
  /** Asks the user what becomes of the guest of a failed install; absent where nobody can answer. */
  readonly askOnError?: (error: KilnError, signal: AbortSignal) => Promise<'abort' | 'keep'>;
  /** A guest of virt-install's words runs; waited for. */
  readonly onGuestStarted?: (guest: StartedGuest) => Promise<void>;
  readonly logger?: Logger;
};

/** Where a guest that runs can be found. */
export type StartedGuest = {
  readonly uri: string;
  readonly privateDaemon: boolean;
  readonly uuid: string;
  readonly name: string;
  /** What it says on its first serial port. */
  readonly serialLog: string;
};

/** What all stages of one build have in common. */
export type BuildRun = {
  readonly id: string;
  readonly request: BuildRequest;
  readonly context: BuildContext;
  readonly reporter: StageReporter;
  readonly signal: AbortSignal;
  /** Failures of installers that were known before anybody cancelled: they stay how the build ended. */
  readonly settled: WeakSet<Error>;
  readonly clock: Clock;
  readonly logger: Logger;
};

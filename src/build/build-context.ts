import type { Clock } from '../foundation/clock.ts';
import type { Logger } from '../foundation/logger.ts';
import type { Places } from '../foundation/places.ts';
import type { BuildOverrides } from '../spec/build-overrides.ts';
import type { BuildEvent } from './build-events.ts';
import type { StageReporter } from './stage-reporter.ts';

/** `never`: nothing stays but results and logs; `on-failure`: the work folder stays when the build fails; `always`. */
export const KEEP_POLICIES = ['never', 'on-failure', 'always'] as const;
export type KeepPolicy = (typeof KEEP_POLICIES)[number];

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
  /** libvirt URI; default as docs/libvirt.md says. */
  readonly connect?: string;
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
  readonly onEvent?: (event: BuildEvent) => void;
  readonly logger?: Logger;
};

/** What all stages of one build have in common. */
export type BuildRun = {
  readonly id: string;
  readonly request: BuildRequest;
  readonly context: BuildContext;
  readonly reporter: StageReporter;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly logger: Logger;
};

import type { Clock } from '../foundation/clock.ts';
import type { Logger } from '../foundation/logger.ts';
import type { Environment } from './openstack/cloud-files.ts';
import type { TimeLimits } from './openstack/open-cloud.ts';
import type { TargetKind } from './publish-target.ts';

/** What became of one target. Plain JSON, without secrets. */
export type Publication = {
  readonly target: TargetKind;
  /** The cloud's name, or the folder. */
  readonly where: string;
  readonly action: 'created' | 'unchanged' | 'updated' | 'replaced' | 'planned';
  readonly name: string;
  readonly id?: string;
  readonly url?: string;
  /** Everything else worth knowing, one line each. */
  readonly notes: readonly string[];
  /** Commands of the services' own clients: how to use it, or with a dry run what would be done. */
  readonly commands: readonly string[];
};

/** What publishing needs of its surroundings. */
export type PublishContext = {
  readonly env: Environment;
  readonly cwd: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Look and say, change nothing. */
  readonly dryRun: boolean;
  readonly limits?: TimeLimits;
  /** What is done now, and how much of it. */
  readonly onProgress: (detail: string, percent?: number) => void;
};

import type { DomainEvent } from '../libvirt/libvirt.ts';
import type { ScriptMend } from './console-pattern.ts';
import type { Question } from './question.ts';

/** What is shown and kept when an install does not end well. */
export type Evidence = {
  /** The last lines the guest printed, control sequences removed. */
  readonly consoleTail: readonly string[];
  readonly lifecycle: readonly DomainEvent[];
  /** The installer's last phase, when it told one. */
  readonly phase?: string;
  readonly serialLog: string;
  /** The question or message the installer showed last. */
  readonly question?: Question;
  /** The serial console's screen as a person would see it. */
  readonly screen?: readonly string[];
  /** Path of the last screenshot, when one could be taken. */
  readonly screenshot?: string;
};

export const FAILURE_CAUSES = [
  /** The installer said it failed. */
  'installer-error',
  /** It waits for an answer nobody will give. */
  'prompt',
  /** The guest's kernel panicked. */
  'panic',
  /** The guest ended by itself, but its script never reached the completion marker. */
  'no-marker',
  /** QEMU died by itself or was killed. */
  'crashed',
  /** Somebody destroyed the domain. */
  'destroyed',
  /** The guest was stopped because a disk of the host is full. */
  'host-disk-full',
  /** The firmware found nothing to boot, or the boot loader gave up. */
  'not-booted',
] as const;
export type FailureCause = (typeof FAILURE_CAUSES)[number];

/** What the console said that tells why, as far as it did. */
export type Explanation = {
  /** The console line that decided or explains. */
  readonly line?: string;
  /** What to change. */
  readonly suggestion?: string;
  /** Which settings of the install script decide it, with what the installer named: a package or key (`word`), a line, a whole command, how it ended (`named`). */
  readonly mend?: ScriptMend & {
    readonly word?: string;
    readonly line?: string;
    readonly command?: string;
    readonly named?: string;
  };
  /** Id of the console pattern that decided (docs/diagnosis.md). */
  readonly patternId?: string;
  /** File and line of the template whose own pattern decided. */
  readonly patternAt?: string;
  /** The template's own pattern that decided, where all of the above is of the one that explains it. */
  readonly decidedBy?: Omit<Explanation, 'decidedBy' | 'mend'>;
};

/** What explains an end that nobody announced. */
export type Silence = Explanation & {
  /** One sentence: what was seen shortly before. */
  readonly reason?: string;
};

/** What failed of an install that went on all the same. */
export type InstallWarning = {
  /** Id of the console pattern (docs/diagnosis.md). */
  readonly patternId: string;
  /** Completes "although …". */
  readonly meaning: string;
  /** What to do. */
  readonly remedy: string;
  /** Of the install script as the installer got it. */
  readonly line?: number;
  /** With what it ended. */
  readonly code?: number;
};

export type InstallOutcome =
  /**
   * The guest ended itself and the marker was seen, where one was to come. `ending`: power-off, or reboot, which ends the install under
   * virt-install's rule.
   */
  | {
      readonly kind: 'completed';
      readonly ending: 'power-off' | 'reboot';
      readonly markerLine?: string;
      readonly warnings?: readonly InstallWarning[];
    }
  | (Explanation & {
      readonly kind: 'failed';
      readonly cause: FailureCause;
      /** One sentence: what was seen. */
      readonly reason: string;
      readonly evidence: Evidence;
    })
  | (Silence & { readonly kind: 'stalled'; readonly idleSeconds: number; readonly evidence: Evidence })
  | (Silence & {
      readonly kind: 'timed-out';
      readonly limitSeconds: number;
      /** How long nothing had moved then. */
      readonly idleSeconds: number;
      readonly evidence: Evidence;
    });

export type CompletedInstall = Extract<InstallOutcome, { kind: 'completed' }>;

/** What the installer is doing, as far as it tells. */
export type InstallProgress = {
  readonly phase: string;
  /** Percentage of this phase, or of the whole install. */
  readonly percent?: number;
  readonly percentOf?: 'install';
  /** Packages, or files, that it counts. */
  readonly packages?: { readonly done: number; readonly total: number };
};

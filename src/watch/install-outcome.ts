import type { DomainEvent } from '../libvirt/libvirt.ts';

/** What is shown and kept when an install does not end well. */
export type Evidence = {
  /** The last lines the guest printed, control sequences removed. */
  readonly consoleTail: readonly string[];
  readonly lifecycle: readonly DomainEvent[];
  /** The installer's last phase, when it told one. */
  readonly phase?: string;
  readonly serialLog: string;
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

export type InstallOutcome =
  /** The guest ended itself and the marker was seen. `ending`: power-off, or reboot, which ends the install under virt-install's rule. */
  | { readonly kind: 'completed'; readonly ending: 'power-off' | 'reboot'; readonly markerLine: string }
  | {
      readonly kind: 'failed';
      readonly cause: FailureCause;
      /** One sentence: what was seen. */
      readonly reason: string;
      /** The console line that decided, when one did. */
      readonly line?: string;
      /** What to change, when the console text tells. */
      readonly suggestion?: string;
      /** Id of the console pattern that decided (src/watch/patterns.ts). */
      readonly patternId?: string;
      readonly evidence: Evidence;
    }
  | { readonly kind: 'stalled'; readonly idleSeconds: number; readonly evidence: Evidence }
  | { readonly kind: 'timed-out'; readonly limitSeconds: number; readonly evidence: Evidence };

/** What the installer is doing, as far as it tells. */
export type InstallProgress = {
  readonly phase: string;
  /** Percentage of this phase. */
  readonly percent?: number;
};

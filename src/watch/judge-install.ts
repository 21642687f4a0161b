import type { OmitEach } from '../foundation/omit-each.ts';
import type { Activity } from './activity.ts';
import type { ConsoleMemory, Suspicion } from './console-memory.ts';
import { type GuestEnd, isPrecise } from './guest-end.ts';
import type { FailureCause, InstallOutcome } from './install-outcome.ts';

/** Time limits in seconds. */
export type WatchLimits = {
  readonly totalSeconds: number;
  /** Longest time without new console text, disk writes and network traffic. */
  readonly stallSeconds: number;
  /** How long the console must stay silent after a prompt, and how much more is read after an error. */
  readonly settleSeconds?: number;
};

/** Enough for an emulated guest; one under KVM needs half of it. */
const SETTLE_SECONDS = 10;

/** `installing` until the first sign of an end, then `ending` until the verdict. Times: ms of the monotonic clock. */
export type WatchState =
  | { readonly name: 'installing' }
  | {
      readonly name: 'ending';
      readonly end: GuestEnd;
      readonly since: number;
      /** When libvirt said that QEMU has gone. */
      readonly offSince?: number;
    };

export type Facts = {
  readonly state: WatchState;
  readonly console: ConsoleMemory;
  readonly activity: Activity;
  readonly markerLine: string | undefined;
  readonly startedAt: number;
  readonly limits: WatchLimits;
};

/** An outcome before the evidence for it is gathered. */
export type Verdict = OmitEach<InstallOutcome, 'evidence'>;

export type Judgement = Verdict | { readonly kind: 'undecided'; readonly lookAgainAt: number };

/** A panic's last lines and the panic device's event come within this time of each other. */
const PANIC_MS = 1000;
/** QEMU → virtlogd → file: what the guest wrote last may still be under way when QEMU has gone. */
const LOG_LAG_MS = 1000;
/** libvirt's STOPPED comes about 2 s after QEMU's own SHUTDOWN. */
const STOP_MS = 4000;
/** How long to wait for STOPPED when nothing else tells what the shutdown was. */
const IMPRECISE_STOP_MS = 15_000;
/** Other signs of the same end (panic, who ended QEMU) come together. */
const SIGNS_MS = 500;
/** A vague prompt needs so many times the usual silence. */
const VAGUE_FACTOR = 6;

/** Decides what the facts say at this moment, or when to look again though nothing happens. Pure. */
export function judgeInstall(facts: Facts, now: number): Judgement {
  return facts.state.name === 'ending' ? judgeEnding(facts, facts.state, now) : judgeRunning(facts, now);
}

function judgeRunning({ console, activity, startedAt, limits }: Facts, now: number): Judgement {
  const settleMs = (limits.settleSeconds ?? SETTLE_SECONDS) * 1000;
  const error = console.error();
  const waiting = console.waiting();
  const dues: { readonly at: number; readonly verdict: () => Verdict }[] = [];
  if (error) dues.push({ at: error.since + settleMs, verdict: () => failedBy(error) });
  if (waiting) dues.push({ at: settledAt(waiting, activity, settleMs), verdict: () => failedBy(waiting) });
  dues.push({
    at: activity.idleSince() + limits.stallSeconds * 1000,
    verdict: () => ({ kind: 'stalled', idleSeconds: Math.round((now - activity.idleSince()) / 1000) }),
  });
  dues.push({
    at: startedAt + limits.totalSeconds * 1000,
    verdict: () => ({ kind: 'timed-out', limitSeconds: limits.totalSeconds }),
  });
  const due = dues.find(({ at }) => at <= now);
  return due?.verdict() ?? { kind: 'undecided', lookAgainAt: Math.min(...dues.map(({ at }) => at)) };
}

function settledAt({ pattern, since }: Suspicion, activity: Activity, settleMs: number): number {
  return pattern.vague ? Math.max(since, activity.lastWrite()) + VAGUE_FACTOR * settleMs : since + settleMs;
}

const CAUSES = {
  error: 'installer-error',
  prompt: 'prompt',
  'not-booted': 'not-booted',
  panic: 'panic',
} as const;

function failedBy({ pattern, line }: Suspicion): Verdict {
  const cause = pattern.kind === 'ending' ? 'installer-error' : CAUSES[pattern.kind];
  return {
    kind: 'failed',
    cause,
    reason: sentence(pattern.meaning),
    line,
    patternId: pattern.id,
    ...(pattern.suggestion === undefined ? {} : { suggestion: pattern.suggestion }),
  };
}

function sentence(meaning: string): string {
  return `${meaning.charAt(0).toUpperCase()}${meaning.slice(1)}.`;
}

type Ending = Extract<WatchState, { name: 'ending' }>;

function judgeEnding(facts: Facts, state: Ending, now: number): Judgement {
  const { end, since, offSince } = state;
  const from = (at: number, verdict: () => Verdict): Judgement =>
    now >= at ? verdict() : { kind: 'undecided', lookAgainAt: at };
  const ended = (cause: FailureCause): Verdict => ({ kind: 'failed', cause, reason: end.reason });
  switch (end.how) {
    case 'panic':
      return from(since + PANIC_MS, () => {
        const panic = facts.console.panic();
        return panic ? failedBy(panic) : ended('panic');
      });
    case 'host-disk-full':
      return from(since + SIGNS_MS, () => ended('host-disk-full'));
    case 'crashed':
    case 'destroyed':
      return from(offSince === undefined ? since + STOP_MS : offSince + SIGNS_MS, () =>
        ended(end.how as FailureCause),
      );
    case 'power-off':
    case 'reboot':
      return judgeGuestEnd(facts, state, now);
  }
}

function judgeGuestEnd(
  { console, markerLine }: Facts,
  { end, since, offSince }: Ending,
  now: number,
): Judgement {
  const sureAt = isPrecise(end) || offSince !== undefined ? now : since + IMPRECISE_STOP_MS;
  if (sureAt > now) return { kind: 'undecided', lookAgainAt: sureAt };
  const ending = end.how === 'reboot' || (!isPrecise(end) && restarts(console)) ? 'reboot' : 'power-off';
  if (markerLine !== undefined) return { kind: 'completed', ending, markerLine };
  const lastWordAt = offSince === undefined ? since + STOP_MS : offSince + LOG_LAG_MS;
  if (now < lastWordAt) return { kind: 'undecided', lookAgainAt: lastWordAt };
  const error = console.error();
  if (error) return failedBy(error);
  const what = ending === 'reboot' ? 'rebooted' : 'powered off';
  return {
    kind: 'failed',
    cause: 'no-marker',
    reason: `The guest ${what}, but its install script never reached its end: the completion marker is missing on the console.`,
  };
}

function restarts(console: ConsoleMemory): boolean {
  return console.ending()?.pattern.id === 'kernel.restart';
}

import type { OmitEach } from '../foundation/omit-each.ts';
import type { Activity } from './activity.ts';
import type { ConsoleMemory, Suspicion } from './console-memory.ts';
import type { PatternMatch, WatchedPattern } from './console-pattern.ts';
import { type GuestEnd, isPrecise } from './guest-end.ts';
import type { Explanation, FailureCause, InstallOutcome, Silence } from './install-outcome.ts';
import { needsNetwork } from './needs-network.ts';

/** Time limits in seconds. */
export type WatchLimits = {
  readonly totalSeconds: number;
  /** Longest time without new console text, disk writes and network traffic. */
  readonly stallSeconds: number;
  /** The stall limit of a phase, where more is known about it than the usual one. */
  readonly stallOf?: (phase: string | undefined) => number;
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
  /** `marker`: the guest's end counts only with it. `answers`: somebody may answer the installer. `network`: the guest has a card. */
  readonly expects: { readonly marker: boolean; readonly answers: boolean; readonly network: boolean };
  readonly startedAt: number;
  readonly limits: WatchLimits;
};

/** An outcome before the evidence for it is gathered. */
export type Verdict = OmitEach<InstallOutcome, 'evidence'>;

export type Judgement = Verdict | { readonly kind: 'undecided'; readonly lookAgainAt: number };

/** A panic's last lines and the panic device's event come within this time of each other. */
const PANIC_MS = 1000;
/** QEMU → virtlogd → file: what the guest wrote last may still be under way when it has stopped, and a little of it when QEMU has gone. */
const LOG_LAG_MS = { sinceEnd: 1000, sinceOff: 500 } as const;
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

function judgeRunning({ console, activity, expects, startedAt, limits }: Facts, now: number): Judgement {
  const settleMs = (limits.settleSeconds ?? SETTLE_SECONDS) * 1000;
  const error = expects.answers ? undefined : console.error();
  const waiting = expects.answers ? undefined : console.waiting();
  const dues: { readonly at: number; readonly verdict: () => Verdict }[] = [];
  const hint = console.hint();
  const silence = (): Silence => (hint === undefined && !expects.network ? NO_CARD : explainedSilence(hint));
  if (error)
    dues.push({
      at: error.since + settleMs,
      verdict: () => failedBy(error, { hint, complaint: console.complaint() }, expects.network),
    });
  if (waiting)
    dues.push({
      at: settledAt(waiting, activity, settleMs),
      verdict: () => failedBy(waiting, { hint }, expects.network),
    });
  const stallSeconds = limits.stallOf?.(console.progress()?.phase) ?? limits.stallSeconds;
  const idleSeconds = Math.round((now - activity.idleSince()) / 1000);
  dues.push({
    at: activity.idleSince() + stallSeconds * 1000,
    verdict: () => ({ kind: 'stalled', idleSeconds, ...silence() }),
  });
  dues.push({
    at: startedAt + limits.totalSeconds * 1000,
    verdict: () => ({ kind: 'timed-out', limitSeconds: limits.totalSeconds, idleSeconds, ...silence() }),
  });
  const due = dues.find(({ at }) => at <= now);
  return due?.verdict() ?? { kind: 'undecided', lookAgainAt: Math.min(...dues.map(({ at }) => at)) };
}

function settledAt({ pattern, since }: Suspicion, activity: Activity, settleMs: number): number {
  return pattern.vague ? Math.max(since, activity.lastWrite()) + VAGUE_FACTOR * settleMs : since + settleMs;
}

const CAUSES = {
  hint: 'installer-error',
  warning: 'installer-error',
  ending: 'installer-error',
  error: 'installer-error',
  prompt: 'prompt',
  'not-booted': 'not-booted',
  panic: 'panic',
} as const;

/** What was said shortly before a failure. */
type Before = { readonly hint?: PatternMatch | undefined; readonly complaint?: string | undefined };

/** A pattern that says little (a bare prompt, "an error occurred") is explained by what was said shortly before. */
function failedBy(seen: PatternMatch, { hint, complaint }: Before, hasCard: boolean): Verdict {
  const { pattern } = seen;
  const saysLittle = pattern.frame || pattern.fallback || pattern.vague;
  // Who writes patterns of his own writes a hint for errors of his own.
  const isOwn = pattern.family === 'user' && hint?.pattern.family === 'user';
  const better = saysLittle || isOwn ? hint : undefined;
  const isTold = better !== undefined || complaint !== undefined;
  const named = seen.caught?.named?.replace(/\s+/g, ' ');
  const own = named === undefined ? pattern.meaning : `${pattern.meaning}: ${named}`;
  const meaning = better ? `${better.pattern.meaning}; then ${own}` : own;
  const said = better ?? seen;
  const isWithoutCard = !hasCard && needsNetwork(said.pattern.id);
  const mend = pattern.mendOf?.[named ?? ''] ?? pattern.mend;
  const { command } = seen.caught ?? {};
  const remedy = remedyOf(pattern, command, isTold);
  // What explains may say nothing of what to do; then the pattern itself does.
  const ofPattern: Explanation = {
    ...(remedy === undefined ? {} : { suggestion: remedy }),
    ...(mend === undefined ? {} : { mend: { ...mend, ...said.caught } }),
  };
  return {
    kind: 'failed',
    cause: CAUSES[pattern.kind],
    reason: sentence(meaning),
    ...(isWithoutCard
      ? { ...NO_CARD, line: said.line, patternId: said.pattern.id }
      : { ...ofPattern, ...explanation(said, command, isTold) }),
    ...(isOwn && better !== undefined ? { decidedBy: explanation(seen) } : {}),
    ...(saysLittle && better === undefined && complaint !== undefined ? { line: complaint } : {}),
  };
}

/** No line of the script mends it, and an installer that waits for a network which cannot come mostly says nothing. */
const NO_CARD: Explanation = {
  patternId: 'machine.no-network-card',
  suggestion:
    'The guest has no network card (network: none): an installer that needs one fails, or waits for it in silence. Give it one with --network user (network: user in the template), or install from media that bring all packages.',
};

/** What was said shortly before an end that nobody announced. `command`: what the installer quoted of the script; `isTold`: see `remedyOf`. */
function explanation(hint: PatternMatch | undefined, command?: string, isTold = false): Explanation {
  if (hint === undefined) return {};
  const { id, mend, where } = hint.pattern;
  const remedy = remedyOf(hint.pattern, command ?? hint.caught?.command, isTold);
  return {
    line: hint.line,
    patternId: id,
    ...(where === undefined ? {} : { patternAt: where }),
    ...(remedy === undefined ? {} : { suggestion: remedy }),
    ...(mend === undefined
      ? {}
      : { mend: { ...mend, ...hint.caught, ...(command === undefined ? {} : { command }) } }),
  };
}

function explainedSilence(hint: PatternMatch | undefined): Silence {
  return hint === undefined ? {} : { ...explanation(hint), reason: sentence(hint.pattern.meaning) };
}

/** What to do, less what the script does already. `isTold`: a line said why, so nothing helps to have more said. */
function remedyOf({ remedy, advice }: WatchedPattern, command = '', isTold = false): string | undefined {
  const isFollowed = isTold || advice?.followedBy.test(command.replace(/\s+/g, '')) === true;
  const said = [remedy, isFollowed ? undefined : advice?.text].filter((text) => text !== undefined);
  return said.length === 0 ? undefined : said.join(' ');
}

function sentence(meaning: string): string {
  // iPXE writes itself so.
  if (/^[a-z][A-Z]/.test(meaning)) return `${meaning}.`;
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
        return panic ? failedBy(panic, {}, true) : ended('panic');
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
  { console, markerLine, expects }: Facts,
  { end, since, offSince }: Ending,
  now: number,
): Judgement {
  const sureAt = isPrecise(end) || offSince !== undefined ? now : since + IMPRECISE_STOP_MS;
  if (sureAt > now) return { kind: 'undecided', lookAgainAt: sureAt };
  const ending = end.how === 'reboot' || (!isPrecise(end) && restarts(console)) ? 'reboot' : 'power-off';
  const warnings = console.warnings();
  const completed = { kind: 'completed', ending, ...(warnings.length === 0 ? {} : { warnings }) } as const;
  if (markerLine !== undefined) return { ...completed, markerLine };
  const lastWordAt =
    offSince === undefined
      ? since + STOP_MS
      : Math.max(since + LOG_LAG_MS.sinceEnd, offSince + LOG_LAG_MS.sinceOff);
  if (now < lastWordAt) return { kind: 'undecided', lookAgainAt: lastWordAt };
  const error = expects.answers ? undefined : console.error();
  const hint = console.hint();
  if (error) return failedBy(error, { hint, complaint: console.complaint() }, expects.network);
  if (!expects.marker) return completed;
  const what = ending === 'reboot' ? 'rebooted' : 'powered off';
  return {
    kind: 'failed',
    cause: 'no-marker',
    reason: `The guest ${what}, but its install script never reached its end: the completion marker is missing on the console.${hint === undefined ? '' : ` Shortly before, ${hint.pattern.meaning}.`}`,
    ...explanation(hint),
  };
}

function restarts(console: ConsoleMemory): boolean {
  return console.ending()?.pattern.id === 'kernel.restart';
}

import type { InstallProgress } from '../watch/install-outcome.ts';
import type { PhaseSpan } from '../watch/recorder.ts';

/** An earlier install of the same template on this host that ended well. */
export type EarlierInstall = { readonly seconds: number; readonly phases: readonly PhaseSpan[] };

export type Estimate = {
  /**
   * Seconds until the install ends; undefined when no earlier install knew the phase.
   * @param at when the progress was told
   * @param since seconds since then
   */
  remaining(progress: InstallProgress, at: number, since?: number): number | undefined;
  /** Longest silence to be patient with in a phase; `usual` where too little is known. */
  stallSeconds(phase: string | undefined, usual: number): number;
};

/** This host may be busier now than it was, but not so much that every estimate is worthless. */
const [SLOWEST, FASTEST] = [4, 0.25];
/** Silence is suspicious when it is this much longer than any that was seen in the phase, and never before the floor. */
const PATIENCE = 6;
const FLOOR_SECONDS = 120;
const ENOUGH_INSTALLS = 2;

/** Learns from earlier installs of the same template on this host. Pure. */
export function estimateFrom(earlier: readonly EarlierInstall[]): Estimate {
  return {
    remaining: (progress, at, since = 0) => {
      const guesses = earlier.flatMap((install) => guess(install, { progress, at, since }) ?? []);
      return guesses.length === 0 ? undefined : Math.round(median(guesses));
    },
    stallSeconds: (phase, usual) => {
      const seen = earlier.flatMap(({ phases }) => phases.filter((span) => span.phase === phase));
      if (seen.length < ENOUGH_INSTALLS) return usual;
      const longest = Math.max(...seen.map(({ longestIdle }) => longestIdle));
      return Math.min(usual, Math.max(FLOOR_SECONDS, longest * PATIENCE));
    },
  };
}

type Now = { readonly progress: InstallProgress; readonly at: number; readonly since: number };

function guess({ seconds, phases }: EarlierInstall, { progress, at, since }: Now): number | undefined {
  const index = phases.findIndex(({ phase }) => phase === progress.phase);
  const span = phases[index];
  if (span === undefined) return undefined;
  const reachedThen = span.at + span.seconds * shareOf(span, phases[index + 1], progress);
  // Too early to tell how fast it is this time: take the earlier pace.
  const speed = reachedThen < 5 ? 1 : Math.min(SLOWEST, Math.max(FASTEST, at / reachedThen));
  // Until it tells the next thing it is somewhere in this phase.
  const now = Math.max(reachedThen, Math.min(span.at + span.seconds, reachedThen + since / speed));
  return Math.max(0, (seconds - now) * speed);
}

/** How much of a phase is done. A percentage of the whole install says so by what it was at its beginning and at that of the next. */
function shareOf(span: PhaseSpan, next: PhaseSpan | undefined, progress: InstallProgress): number {
  const { percent = 0, percentOf } = progress;
  if (percentOf === undefined) return percent / 100;
  const { startPercent: from } = span;
  const to = next?.startPercent ?? span.percent;
  return from !== undefined && to !== undefined && to > from
    ? Math.min(1, Math.max(0, (percent - from) / (to - from)))
    : 0;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

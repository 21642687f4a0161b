import type { Counters } from './activity.ts';
import type { InstallProgress } from './install-outcome.ts';

/** One phase of an install. Times in seconds since the install domain was started. */
export type PhaseSpan = {
  readonly phase: string;
  readonly at: number;
  /** Until the next phase, or the end. */
  readonly seconds: number;
  readonly percent?: number;
  /** What was told first in it. */
  readonly startPercent?: number;
  readonly packages?: { readonly done: number; readonly total: number };
  /** The longest time in it without any sign of work. */
  readonly longestIdle: number;
};

export type CounterSample = { readonly at: number } & Counters;

/** What a watched install did, for its timeline, its evidence and the estimates of later builds. */
export type WatchRecorder = {
  progress(progress: InstallProgress, at: number): void;
  counters(counters: Counters, at: number): void;
  /** The guest has shown no sign of work for `seconds`. */
  idle(seconds: number): void;
  end(at: number): void;
  /** Whoever tells the phases begins with the first one again, as a console does that is read anew: what stands here already is not told twice. */
  again(): void;
  phases(): readonly PhaseSpan[];
  /** At most some hundred, spread over the whole install. */
  samples(): readonly CounterSample[];
};

const MOST_SAMPLES = 240;
/** An installer that invents new phases without end is not worth more. */
const MOST_PHASES = 200;

type Open = { -readonly [Key in keyof PhaseSpan]: PhaseSpan[Key] };

export function createRecorder(): WatchRecorder {
  const phases: Open[] = [];
  /** Of the phases that are told again: the one that was told last, and what is to come. */
  let repeated: readonly string[] = [];
  let samples: CounterSample[] = [];
  let every = 1;
  let count = 0;

  const isRepeated = (phase: string): boolean => {
    const at = repeated.indexOf(phase);
    if (at >= 0) repeated = repeated.slice(at);
    // Console and log of an installer are read one after the other, so what came between may come late.
    else if (!phases.some((known) => known.phase === phase)) repeated = [];
    const [current, ...rest] = repeated;
    return current !== undefined && (rest.length > 0 || current !== phase);
  };
  const close = (at: number): void => {
    const last = phases.at(-1);
    if (last !== undefined) last.seconds = round(Math.max(0, at - last.at));
  };
  return {
    progress: ({ phase, percent, packages }, at) => {
      if (isRepeated(phase)) return;
      if (phases.at(-1)?.phase !== phase) {
        close(at);
        if (phases.length < MOST_PHASES) phases.push({ phase, at: round(at), seconds: 0, longestIdle: 0 });
      }
      const last = phases.at(-1);
      if (last?.phase !== phase) return;
      last.seconds = round(at - last.at);
      if (percent !== undefined) {
        last.startPercent ??= percent;
        last.percent = percent;
      }
      if (packages !== undefined) last.packages = packages;
    },
    counters: (counters, at) => {
      count += 1;
      if (count % every === 0) samples.push({ at: round(at), ...counters });
      if (samples.length < MOST_SAMPLES) return;
      samples = samples.filter((_, index) => index % 2 === 0);
      every *= 2;
    },
    idle: (seconds) => {
      const last = phases.at(-1);
      if (last !== undefined) last.longestIdle = Math.max(last.longestIdle, round(seconds));
    },
    end: close,
    again: () => {
      repeated = phases.map(({ phase }) => phase);
    },
    phases: () => phases,
    samples: () => samples,
  };
}

const round = (seconds: number): number => Math.round(seconds * 10) / 10;

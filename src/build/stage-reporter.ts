import type { Clock } from '../foundation/clock.ts';
import type { OmitEach } from '../foundation/omit-each.ts';
import { stripUntrusted } from '../foundation/printable.ts';
import type { BuildEvent, StageName } from './build-events.ts';
import { describeError } from './describe-error.ts';

type EventBody = OmitEach<BuildEvent, 'at'>;

/** Tells the world what the build does and measures its stages. */
export type StageReporter = {
  emit(event: EventBody): void;
  /**
   * Runs one stage between its started and finished (or failed) events; `work` may leave a note for the finished event.
   * @param ranSeconds the stage has taken so long already, in another process
   */
  run<T>(stage: StageName, work: (report: StageProgress) => Promise<T>, ranSeconds?: number): Promise<T>;
  skip(stage: StageName, why: string): void;
  notice(message: string): void;
  /** Seconds by stage so far. */
  stageSeconds(): StageSeconds;
  seconds(): number;
};

export type StageSeconds = Readonly<Partial<Record<StageName, number>>>;

/** What another process has done of the same build. */
export type EarlierStages = {
  /** When the build began, in milliseconds before now. */
  readonly startedMsAgo?: number;
  /** What its stages took. */
  readonly stageSeconds?: StageSeconds;
};

export type ProgressMore = Pick<
  Extract<BuildEvent, { type: 'stage-progress' }>,
  'packages' | 'remainingSeconds'
>;

export type StageProgress = {
  progress(detail: string, percent?: number, more?: ProgressMore): void;
  note(text: string): void;
};

export function stageReporter(
  clock: Clock,
  onEvent: (event: BuildEvent) => void,
  { startedMsAgo = 0, stageSeconds = {} }: EarlierStages = {},
): StageReporter {
  const started = clock.monotonic() - startedMsAgo;
  const measured: Partial<Record<StageName, number>> = { ...stageSeconds };
  const since = (from: number): number => Math.round(clock.monotonic() - from) / 1000;
  const emit = (event: EventBody): void => onEvent({ at: clock.now(), ...event } as BuildEvent);

  return {
    emit,
    async run(stage, work, ranSeconds = 0) {
      const from = clock.monotonic() - ranSeconds * 1000;
      let note: string | undefined;
      emit({ type: 'stage-started', stage });
      try {
        const result = await work({
          progress: (detail, percent, more = {}) =>
            emit({
              type: 'stage-progress',
              stage,
              detail: stripUntrusted(detail),
              ...(percent === undefined ? {} : { percent: Math.round(percent * 10) / 10 }),
              ...more,
            }),
          note: (text) => {
            note = text;
          },
        });
        measured[stage] = since(from);
        emit({
          type: 'stage-finished',
          stage,
          seconds: since(from),
          ...(note === undefined ? {} : { note }),
        });
        return result;
      } catch (error) {
        measured[stage] = since(from);
        emit({ type: 'stage-failed', stage, seconds: since(from), code: describeError(error).code });
        throw error;
      }
    },
    skip: (stage, why) => emit({ type: 'stage-skipped', stage, why }),
    notice: (message) => emit({ type: 'notice', message }),
    stageSeconds: () => ({ ...measured }),
    seconds: () => since(started),
  };
}

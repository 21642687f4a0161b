import { expect, test } from 'vitest';
import type { EventsMessage } from '../../../src/serve/page-messages.ts';

/** The page's modules are plain JavaScript for browsers; this one touches no browser. */
type TimelineModule = {
  emptyTimeline(): Timeline;
  takeEvent(timeline: Timeline, event: EventsMessage): void;
};
type Timeline = {
  readonly stages: readonly {
    readonly stage: string;
    readonly state: string;
    readonly phases: readonly object[];
  }[];
  readonly notices: readonly string[];
  readonly end?: object;
  readonly isOver: boolean;
};

const path = new URL('../../../page/timeline-state.js', import.meta.url).href;
const { emptyTimeline, takeEvent } = (await import(path)) as TimelineModule; // its JSDoc says so

function timelineOf(...events: readonly EventsMessage[]): Timeline {
  const timeline = emptyTimeline();
  for (const event of events) takeEvent(timeline, event);
  return timeline;
}

test('stages with the phases of what they did', () => {
  const { stages } = timelineOf(
    { type: 'stage-started', at: 1, stage: 'install' },
    { type: 'stage-progress', at: 2, stage: 'install', detail: 'Base', percent: 10 },
    { type: 'stage-progress', at: 3, stage: 'install', detail: 'Base', percent: 20, remainingSeconds: 9 },
    { type: 'stage-progress', at: 5, stage: 'install', detail: 'Software' },
    { type: 'stage-finished', at: 8, stage: 'install', seconds: 7, note: 'done' },
  );
  expect(stages).toEqual([
    {
      stage: 'install',
      state: 'done',
      startedAt: 1,
      endedAt: 8,
      note: 'done',
      phases: [
        { title: 'Base', startedAt: 2, endedAt: 5, percent: 20 },
        { title: 'Software', startedAt: 5, endedAt: 8 },
      ],
    },
  ]);
});

test('a process that goes on with a build forgets nothing of what an earlier one told', () => {
  const { stages } = timelineOf(
    { type: 'stage-started', at: 1, stage: 'plan' },
    { type: 'stage-finished', at: 2, stage: 'plan', seconds: 1, note: 'TCG' },
    { type: 'stage-started', at: 3, stage: 'install' },
    { type: 'stage-skipped', at: 10, stage: 'plan', why: 'done before' },
    { type: 'stage-started', at: 11, stage: 'install' },
    { type: 'stage-finished', at: 12, stage: 'install', seconds: 1 },
  );
  expect(stages).toMatchObject([
    { stage: 'plan', state: 'done', note: 'TCG' },
    { stage: 'install', state: 'done', startedAt: 3, endedAt: 12 },
  ]);
});

test('thousands of steps and notices are told by the last ones', () => {
  const events = Array.from({ length: 5000 }, (_, at): EventsMessage[] => [
    { type: 'stage-progress', at, stage: 'media', detail: `file ${at}` },
    { type: 'notice', at, message: `notice ${at}` },
  ]);
  const { stages, notices } = timelineOf(...events.flat());
  expect(stages[0]?.phases).toHaveLength(200);
  expect(stages[0]?.phases.at(-1)).toMatchObject({ title: 'file 4999' });
  expect(notices).toHaveLength(50);
});

test('the end', () => {
  const failed: EventsMessage = {
    type: 'build-failed',
    at: 1,
    code: 'x.y',
    exitCode: 5,
    message: 'No.',
    details: {},
  };
  expect(timelineOf(failed).end).toEqual({ kind: 'failed', code: 'x.y', message: 'No.' });
  expect(timelineOf({ type: 'no-more-events', at: 1 }).isOver).toBe(true);
});

import { expect, it } from 'vitest';
import { parseEvent } from '../../../src/build/follow-events.ts';

const artifact = { path: '/o/a', name: 'a', imageKind: 'whole-disk', format: 'raw', size: 1, virtualSize: 1 };
const result = {
  buildId: 'a',
  name: 'n',
  directory: '/o',
  artifacts: [artifact],
  seconds: 1,
  stageSeconds: {},
};
const GOOD: readonly object[] = [
  { type: 'build-started', buildId: 'a', name: 'n', directory: '/o' },
  { type: 'stage-started', stage: 'boot-check' },
  { type: 'stage-progress', stage: 'install', detail: 'x', percent: 3, packages: { done: 1, total: 2 } },
  { type: 'stage-skipped', stage: 'plan', why: 'x' },
  { type: 'stage-finished', stage: 'plan', seconds: 1 },
  { type: 'stage-failed', stage: 'plan', seconds: 1 },
  { type: 'notice', message: 'x' },
  { type: 'build-finished', result },
  { type: 'build-failed', code: 'c', exitCode: 2, message: 'm', details: {} },
];
const line = (event: unknown): string => JSON.stringify(event);

it('takes every event of a build', () => {
  for (const event of GOOD) expect(parseEvent(line({ at: 1, ...event }))).toHaveLength(1);
});

it('takes a failed stage with its code, and none with a list in its place', () => {
  const failed = { at: 1, type: 'stage-failed', stage: 'plan', seconds: 1 };
  expect(parseEvent(line({ ...failed, code: 'plan.bad' }))).toHaveLength(1);
  expect(parseEvent(line({ ...failed, code: [null] }))).toEqual([]);
});

it('passes over every event that lacks something, or has something else in its place', () => {
  const optional = ['percent', 'packages'];
  for (const event of GOOD) {
    for (const key of ['at', ...Object.keys(event)].filter((key) => !optional.includes(key))) {
      const whole = { at: 1, ...event };
      expect(parseEvent(line({ ...whole, [key]: undefined })), `${line(event)} without ${key}`).toEqual([]);
      expect(parseEvent(line({ ...whole, [key]: [null] })), `${line(event)} with a list for ${key}`).toEqual(
        [],
      );
    }
  }
});

it('passes over what is no event', () => {
  for (const other of [null, 1, [], {}, { at: 1, type: 'constructor' }, { at: 1, type: 'toString' }]) {
    expect(parseEvent(line(other))).toEqual([]);
  }
  for (const bad of [{ stage: 'nonesuch' }, { stage: 'constructor' }]) {
    expect(parseEvent(line({ at: 1, type: 'stage-started', ...bad }))).toEqual([]);
  }
  const odd = { ...result, artifacts: [{ name: 'a' }] };
  expect(parseEvent(line({ at: 1, type: 'build-finished', result: odd }))).toEqual([]);
});

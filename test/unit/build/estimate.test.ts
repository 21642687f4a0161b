import { describe, expect, it } from 'vitest';
import { type EarlierInstall, estimateFrom } from '../../../src/build/estimate.ts';
import { createRecorder, type PhaseSpan } from '../../../src/watch/recorder.ts';

const span = (phase: string, at: number, seconds: number, longestIdle = 2): PhaseSpan => ({
  phase,
  at,
  seconds,
  longestIdle,
});
const EARLIER: EarlierInstall = {
  seconds: 200,
  phases: [span('booting', 10, 10), span('base system', 20, 120, 30), span('boot loader', 140, 60)],
};

describe('the time an install still needs', () => {
  it('is what earlier ones needed from the same place on', () => {
    const { remaining } = estimateFrom([EARLIER]);
    expect(remaining({ phase: 'base system', percent: 0 }, 20)).toBe(180);
    expect(remaining({ phase: 'base system', percent: 50 }, 80)).toBe(120);
    expect(remaining({ phase: 'boot loader' }, 140)).toBe(60);
  });

  it('grows and shrinks with the speed of this time, within reason', () => {
    const { remaining } = estimateFrom([EARLIER]);
    expect(remaining({ phase: 'base system', percent: 50 }, 160)).toBe(240);
    expect(remaining({ phase: 'base system', percent: 50 }, 8000)).toBe(480);
  });

  it('is the middle of several, and unknown in a phase nobody met', () => {
    const slow = { ...EARLIER, seconds: 400 };
    const odd = { ...EARLIER, seconds: 4000 };
    expect(estimateFrom([EARLIER, slow, odd]).remaining({ phase: 'boot loader' }, 140)).toBe(260);
    expect(estimateFrom([EARLIER]).remaining({ phase: 'something new' }, 5)).toBeUndefined();
    expect(estimateFrom([]).remaining({ phase: 'booting' }, 5)).toBeUndefined();
  });
});

describe('the time an install still needs, of a percentage of the whole install', () => {
  const told = (phase: string, at: number, seconds: number, startPercent: number): PhaseSpan => ({
    ...span(phase, at, seconds),
    startPercent,
    percent: startPercent,
  });
  const { remaining } = estimateFrom([
    {
      seconds: 120,
      phases: [told('partitioning', 0, 4, 5), told('packages', 4, 76, 10), told('boot loader', 80, 40, 90)],
    },
  ]);

  it('counts where its phase began and ended', () => {
    expect(remaining({ phase: 'packages', percent: 10, percentOf: 'install' }, 4)).toBe(116);
    expect(remaining({ phase: 'packages', percent: 50, percentOf: 'install' }, 42)).toBe(78);
    expect(remaining({ phase: 'boot loader', percent: 90, percentOf: 'install' }, 80)).toBe(40);
  });

  it('that comes once a phase is no sign of its end', () => {
    const { remaining: once } = estimateFrom([
      { seconds: 120, phases: [told('boot loader', 6, 110, 90), told('complete', 116, 4, 95)] },
    ]);
    expect(once({ phase: 'complete', percent: 95, percentOf: 'install' }, 116)).toBe(4);
  });
});

describe('the time an install still needs, while it tells nothing new', () => {
  const { remaining } = estimateFrom([EARLIER]);

  it('counts down', () => {
    const progress = { phase: 'base system', percent: 50 };
    expect(remaining(progress, 80, 0)).toBe(120);
    expect(remaining(progress, 80, 18)).toBe(102);
    expect(remaining({ phase: 'boot loader' }, 140, 18)).toBe(42);
    // Twice as slow this time.
    expect(remaining(progress, 160, 18)).toBe(222);
  });

  it('stops at what comes behind the phase', () => {
    expect(remaining({ phase: 'base system', percent: 50 }, 80, 1000)).toBe(60);
  });
});

describe('how long silence may last', () => {
  it('is six times the longest that was seen in the phase, at least two minutes, at most the usual limit', () => {
    const { stallSeconds } = estimateFrom([EARLIER, EARLIER]);
    expect(stallSeconds('base system', 1200)).toBe(180);
    expect(stallSeconds('booting', 1200)).toBe(120);
    expect(stallSeconds('base system', 100)).toBe(100);
  });

  it('is the usual limit where too little is known', () => {
    expect(estimateFrom([EARLIER]).stallSeconds('base system', 1200)).toBe(1200);
    expect(estimateFrom([EARLIER, EARLIER]).stallSeconds(undefined, 1200)).toBe(1200);
    expect(estimateFrom([EARLIER, EARLIER]).stallSeconds('something new', 1200)).toBe(1200);
  });
});

describe('the recorder', () => {
  it('keeps phases with their length, percentage, packages and longest silence', () => {
    const recorder = createRecorder();
    recorder.progress({ phase: 'booting' }, 1);
    recorder.progress({ phase: 'packages', percent: 10, packages: { done: 1, total: 10 } }, 5);
    recorder.idle(7);
    recorder.idle(3);
    recorder.progress({ phase: 'packages', percent: 20, packages: { done: 2, total: 10 } }, 9);
    recorder.end(12.34);
    expect(recorder.phases()).toEqual([
      { phase: 'booting', at: 1, seconds: 4, longestIdle: 0 },
      {
        phase: 'packages',
        at: 5,
        seconds: 7.3,
        startPercent: 10,
        percent: 20,
        packages: { done: 2, total: 10 },
        longestIdle: 7,
      },
    ]);
  });

  it('thins counters out instead of growing without end', () => {
    const recorder = createRecorder();
    for (let at = 0; at < 5000; at += 1) recorder.counters({}, at);
    const samples = recorder.samples();
    expect(samples.length).toBeLessThan(240);
    expect(samples.at(-1)?.at).toBeGreaterThan(4900);
    expect(samples[0]?.at).toBeLessThan(100);
  });
});

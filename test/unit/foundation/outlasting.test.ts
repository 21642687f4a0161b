import { expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/foundation/clock.ts';
import { outlasting } from '../../../src/foundation/outlasting.ts';

test('a signal outlasts another one by so much, unless nobody needs it any more', async () => {
  vi.useFakeTimers();
  try {
    const first = new AbortController();
    let told = 0;
    const late = outlasting(first.signal, 100, systemClock, () => {
      told += 1;
    });
    const ended = outlasting(first.signal, 100, systemClock, () => undefined);
    first.abort(new Error('stop'));
    expect([told, late.signal.aborted]).toEqual([1, false]);
    await vi.advanceTimersByTimeAsync(99);
    expect(late.signal.aborted).toBe(false);
    ended.end();
    await vi.advanceTimersByTimeAsync(1);
    expect(late.signal.reason).toEqual(new Error('stop'));
    expect([told, ended.signal.aborted]).toEqual([1, false]);
  } finally {
    vi.useRealTimers();
  }
});

import { expect, it } from 'vitest';
import type { Clock } from '../../../src/foundation/clock.ts';
import { PublishError } from '../../../src/foundation/errors.ts';
import { retryPublication } from '../../../src/publish/retry-publication.ts';

const passing = new PublishError('publish.service', 'Glance answered 503.', { details: { retry: true } });
const final = new PublishError('publish.forbidden', 'Glance answered 403.', { details: { retry: false } });

function attempts(...ends: readonly (Error | string)[]) {
  const waited: number[] = [];
  const said: string[] = [];
  let tries = 0;
  const clock = { sleep: async (ms: number) => void waited.push(ms) } as Partial<Clock> as Clock; // nothing else is asked of it
  const log = (text: string): void => void said.push(text);
  const done = retryPublication(
    'glance:lab',
    async () => {
      const end = ends[Math.min(tries, ends.length - 1)];
      tries += 1;
      if (end instanceof Error) throw end;
      return end;
    },
    { clock, logger: { debug: log, info: log, warn: log }, signal: new AbortController().signal },
  );
  return { done, waited, said, tries: () => tries };
}

it('tries again, later each time, what may pass', async () => {
  const { done, waited, said } = attempts(passing, passing, 'done');
  await expect(done).resolves.toBe('done');
  expect(waited).toEqual([2_000, 8_000]);
  expect(said[0]).toContain('Glance answered 503.');
});

it('gives up after the fourth try', async () => {
  const { done, waited, tries } = attempts(passing);
  await expect(done).rejects.toBe(passing);
  expect(waited).toHaveLength(3);
  expect(tries()).toBe(4);
});

it.each([final, new TypeError('a bug')])('never tries again after %s', async (error) => {
  const { done, tries } = attempts(error);
  await expect(done).rejects.toBe(error);
  expect(tries()).toBe(1);
});

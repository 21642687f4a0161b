import { expect, it } from 'vitest';
import { tellRemaining } from '../../../src/build/tell-remaining.ts';
import { handClock } from '../watch/support.ts';

it('is told with each progress, and counted down while there is none', async () => {
  const clock = handClock();
  const told: string[] = [];
  const teller = tellRemaining(clock, ({ phase }, at, since) => told.push(`${phase} ${at / 1000} ${since}`));
  await clock.advance(7);
  expect(told).toEqual([]);
  teller.progress({ phase: 'packages' });
  await clock.advance(9);
  teller.progress({ phase: 'boot loader' });
  await clock.advance(9);
  teller.end();
  await clock.advance(60);
  expect(told).toEqual(['packages 7 0', 'packages 7 8', 'boot loader 16 0', 'boot loader 16 9']);
  expect(clock.sleepers()).toBe(0);
});

import { afterEach, describe, expect, it } from 'vitest';
import { userPatterns } from '../../../src/watch/user-pattern.ts';
import { startWatch, untilDecided, type WatchRun } from './support.ts';

/** A line is written piece by piece, and what stands there so far may fit a pattern that the whole one does not. */
let run: WatchRun | undefined;
afterEach(async () => {
  await run?.close();
  run = undefined;
});

describe.each(['panic', 'error'] as const)("a template's %s", (kind) => {
  const patterns = userPatterns([{ match: '^errors: [1-9]$', kind, meaning: 'there are errors' }]);

  it('is none where the line goes on otherwise', async () => {
    run = await startWatch({ patterns });
    run.guest.print('errors: 1');
    await run.clock.advance(3);
    run.guest.print('0 checked, 0 found\r\n');
    await run.clock.advance(30);
    expect(run.outcome()).toBeUndefined();
  });

  it('is one once the line is whole', async () => {
    run = await startWatch({ patterns });
    run.guest.print('errors: 1');
    await run.clock.advance(1);
    run.guest.print('\r\n');
    expect(await untilDecided(run)).toMatchObject({ kind: 'failed', line: 'errors: 1' });
  });

  it('is one where nothing follows', async () => {
    run = await startWatch({ patterns });
    run.guest.print('errors: 1');
    expect(await untilDecided(run)).toMatchObject({ kind: 'failed', line: 'errors: 1' });
  });
});

it('an error that stood there before such a line stays', async () => {
  const patterns = userPatterns([{ match: '^errors: [1-9]$', kind: 'error', meaning: 'there are errors' }]);
  run = await startWatch({ patterns });
  run.guest.print('!! ERROR: No partitionable media\r\nerrors: 1');
  await run.clock.advance(1);
  run.guest.print('0 checked, 0 found\r\n');
  expect(await untilDecided(run)).toMatchObject({ patternId: 'debian-installer.no-disk' });
});

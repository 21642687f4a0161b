import { afterEach, describe, expect, it } from 'vitest';
import type { WatchInstallOptions } from '../../../src/watch/watch-install.ts';
import { monitor, startWatch, untilDecided, type WatchRun } from './support.ts';

let runs: WatchRun[] = [];
afterEach(async () => {
  for (const run of runs) await run.close();
  runs = [];
});

async function start(overrides: Partial<WatchInstallOptions>): Promise<WatchRun> {
  const run = await startWatch({ markerToken: undefined, ...overrides });
  runs.push(run);
  return run;
}

const PANIC = '[   12.000000] Kernel panic - not syncing: Attempted to kill init!';
const QUESTION = "Please make a selection from the above ['c' to continue, 'q' to quit, 'r' to refresh]: ";

describe('an install whose script prints no marker', () => {
  it('is completed by the guest’s own end', async () => {
    const run = await start({});
    run.guest.print('Installing\r\n');
    run.guest.emit(monitor('guest-reset'));
    expect(await untilDecided(run)).toEqual({ kind: 'completed', ending: 'reboot' });
  });

  it('still fails for a panic, a question nobody answers and a stall', async () => {
    const panicked = await start({});
    panicked.guest.print(`${PANIC}\r\n`);
    expect(await untilDecided(panicked)).toMatchObject({ kind: 'failed', cause: 'panic' });
    const asked = await start({});
    asked.guest.print(QUESTION);
    expect(await untilDecided(asked)).toMatchObject({ kind: 'failed', cause: 'prompt' });
    const silent = await start({ limits: { totalSeconds: 3600, stallSeconds: 20 } });
    expect(await untilDecided(silent)).toMatchObject({ kind: 'stalled' });
  });
});

describe('an install with somebody at the screen', () => {
  const limits = { totalSeconds: Number.POSITIVE_INFINITY, stallSeconds: Number.POSITIVE_INFINITY };

  it('waits for answers as long as it takes', async () => {
    const run = await start({ attended: true, limits });
    run.guest.print(QUESTION);
    await run.clock.advance(20_000);
    expect(run.outcome()).toBeUndefined();
    run.guest.emit(monitor('guest-shutdown'));
    expect(await untilDecided(run)).toEqual({ kind: 'completed', ending: 'power-off' });
  });

  it('still fails when QEMU dies', async () => {
    const run = await start({ attended: true, limits });
    run.guest.emit(monitor('host-signal'));
    expect(await untilDecided(run)).toMatchObject({ kind: 'failed', cause: 'crashed' });
  });
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HostError } from '../../../src/foundation/errors.ts';
import { lifecycle, MARKER, monitor, untilDecided, type WatchRun, watchesOfTests } from './support.ts';

const start = watchesOfTests();

describe('a stalled install', () => {
  const repeat = async (run: WatchRun, seconds: number, each: (second: number) => void): Promise<void> => {
    for (let second = 0; second < seconds && run.outcome() === undefined; second += 5) {
      each(second);
      await run.clock.advance(5);
    }
  };

  it('is one without new text, writes and traffic', async () => {
    const run = await start();
    await run.clock.advance(590);
    expect(run.outcome()).toBeUndefined();
    expect(await untilDecided(run, 11)).toMatchObject({ kind: 'stalled', idleSeconds: 600 });
  });

  it.each([
    [false, /no network card.*--network user/],
    [true, undefined],
  ])('is told what it may wait for, with a network card: %s', async (hasCard, suggestion) => {
    const run = await start({ hasCard });
    run.guest.print('Detecting network hardware  ... 95%');
    const outcome = await untilDecided(run, 700);
    expect(outcome).toMatchObject({ kind: 'stalled' });
    if (suggestion === undefined) expect(outcome).not.toHaveProperty('suggestion');
    else expect(outcome).toMatchObject({ suggestion: expect.stringMatching(suggestion) });
  });

  it.each([
    [false, /^The guest has no network card/, undefined],
    [true, /^Check mirror\/http\/hostname/, { settings: expect.arrayContaining(['mirror/http/hostname']) }],
  ])('and one that says what it lacks, with a network card: %s', async (hasCard, suggestion, mend) => {
    const run = await start({ hasCard });
    run.guest.print('!! ERROR: Bad archive mirror\r\n\r\n[Press enter to continue]');
    const outcome = await untilDecided(run, 20);
    expect(outcome).toMatchObject({
      kind: 'failed',
      patternId: 'debian-installer.bad-mirror',
      suggestion: expect.stringMatching(suggestion),
    });
    expect(outcome?.kind === 'failed' ? outcome.mend : 'none').toEqual(mend);
  });

  it('is one though it repeats a line, with another time each', async () => {
    const run = await start();
    await repeat(run, 700, (second) => {
      run.guest.print(
        `[  ${100 + second}.123456] dracut-initqueue[345]: Warning: timeout, still waiting\r\n`,
      );
      run.guest.print('Waiting for the mirror to answer\r\n');
    });
    expect(await untilDecided(run, 0)).toMatchObject({ kind: 'stalled' });
  });

  it('is one with a trickle on the network', async () => {
    const run = await start();
    await repeat(run, 700, (second) => {
      run.guest.network = { receivedBytes: second * 4000, transmittedBytes: 0 };
    });
    expect(await untilDecided(run, 0)).toMatchObject({ kind: 'stalled' });
  });

  it.each([
    ['new lines', (run: WatchRun, second: number) => run.guest.print(`unpacking ${second}\r\n`)],
    ['growing percentages', (run: WatchRun, second: number) => run.guest.print(`... ${second}%`)],
    [
      'disk writes',
      (run: WatchRun, second: number) => {
        run.guest.disk = { ...run.guest.disk, writeBytes: second + 1 };
      },
    ],
    [
      'network traffic',
      (run: WatchRun, second: number) => {
        run.guest.network = { receivedBytes: second * 5000, transmittedBytes: 0 };
      },
    ],
  ] as const)('is none with %s', async (_what, work) => {
    const run = await start();
    await repeat(run, 1500, (second) => work(run, second));
    expect(run.outcome()).toBeUndefined();
  });
});

describe('limits and surprises', () => {
  it('ends at the total limit though the guest works', async () => {
    const run = await start({ limits: { totalSeconds: 120, stallSeconds: 60, settleSeconds: 5 } });
    for (let second = 0; second < 115; second += 5) {
      run.guest.print(`step ${second}\r\n`);
      await run.clock.advance(5);
    }
    expect(run.outcome()).toBeUndefined();
    expect(await untilDecided(run, 6)).toMatchObject({
      kind: 'timed-out',
      limitSeconds: 120,
      idleSeconds: 10,
    });
  });

  it('tells for how long nothing had moved at the total limit', async () => {
    const run = await start({ limits: { totalSeconds: 50, stallSeconds: 600, settleSeconds: 5 } });
    run.guest.print('Loading the kernel\r\n');
    expect(await untilDecided(run, 51)).toMatchObject({ kind: 'timed-out', idleSeconds: 50 });
  });

  it('rejects at once when cancelled', async () => {
    const run = await start();
    run.abort.abort();
    await expect(untilDecided(run, 0)).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('throws when libvirt closes the connection', async () => {
    const run = await start();
    run.guest.emit({ kind: 'connection-closed', reason: 'eof' });
    await expect(untilDecided(run, 0)).rejects.toMatchObject({ code: 'host.libvirt-lost' });
    expect(run.failure()).toBeInstanceOf(HostError);
  });

  it('throws when libvirt refuses again and again, not when it refuses once', async () => {
    const run = await start();
    run.guest.refuse = new Error('domain is being destroyed');
    await run.clock.advance(5);
    run.guest.refuse = undefined;
    await run.clock.advance(20);
    expect(run.failure()).toBeUndefined();
    run.guest.refuse = new Error('broken pipe');
    await expect(untilDecided(run, 16)).rejects.toMatchObject({ code: 'host.libvirt-lost' });
  });
});

describe('what is kept', () => {
  it('is a PNG of the screen while the guest runs', async () => {
    const run = await start();
    run.guest.print('Hostname: ');
    const outcome = await untilDecided(run, 5.25);
    expect(outcome).toMatchObject({ evidence: { screenshot: `${run.directory}/screen.png` } });
    const png = await readFile(`${run.directory}/screen.png`);
    expect(png.subarray(1, 4).toString()).toBe('PNG');
  });

  it('is no screenshot when libvirt cannot make one; that is told', async () => {
    const run = await start();
    run.guest.screenshot = undefined;
    run.guest.print('Hostname: ');
    const outcome = await untilDecided(run, 5.25);
    expect(outcome).toMatchObject({ kind: 'failed', cause: 'prompt' });
    expect(outcome).not.toHaveProperty('evidence.screenshot');
    expect(run.warnings).toHaveLength(1);
  });

  it('is the last 40 lines', async () => {
    const run = await start();
    for (let line = 0; line < 100; line += 1) run.guest.print(`line ${line}\r\n`);
    run.guest.emit(lifecycle('stopped/failed'));
    const outcome = await untilDecided(run);
    const lines = Array.from({ length: 40 }, (_, index) => `line ${60 + index}`);
    expect(outcome).toMatchObject({ evidence: { consoleTail: lines } });
    expect(run.consoleLines).toHaveLength(100);
  });

  it('has the time at which a question appeared, though its line ends with the guest', async () => {
    const run = await start();
    run.guest.print('\r\nRoot password: ');
    expect(await untilDecided(run)).toMatchObject({ cause: 'prompt' });
    const timed = await readFile(`${run.directory}/serial.timed.log`, 'utf8');
    expect(timed).toBe('[   0.0] Root password:\n');
  });

  it('goes on where somebody was killed who had watched before', async () => {
    const before =
      '[   0.1] first\n[   3.0] Installing the base system  ... 0%\n[  60.0] ... 10%\n[  61.0] Sec';
    const folder = await mkdtemp(join(tmpdir(), 'kiln-timed-'));
    await writeFile(join(folder, 'serial.timed.log'), before);
    const run = await start({ ranSeconds: 100, serialLog: join(folder, 'serial.log') });
    run.guest.print('first\r\nInstalling the base system  ... 0%... 10%\r\nSecond line\r\nthird');
    await run.clock.advance(2.5);
    run.guest.print(` line\r\n${MARKER}\r\n`);
    run.guest.emit(monitor('guest-shutdown'));
    await untilDecided(run);
    const timed = await readFile(join(folder, 'serial.timed.log'), 'utf8');
    await rm(folder, { recursive: true });
    expect(timed.split('\n')).toEqual([
      ...before.split('\n'),
      '[ 100.0] ond line',
      '[ 102.5] third line',
      `[ 102.5] ${MARKER}`,
      '',
    ]);
  });

  it('is a copy of the console with the seconds of each line and step', async () => {
    const run = await start();
    run.guest.print('first\r\nInstalling the base system  ... 0%');
    await run.clock.advance(60);
    run.guest.print('... 10%');
    await run.clock.advance(2.5);
    run.guest.print(`... 20%\r\n${MARKER}\r\n`);
    run.guest.emit(monitor('guest-shutdown'));
    await untilDecided(run);
    const timed = await readFile(`${run.directory}/serial.timed.log`, 'utf8');
    expect(timed.split('\n')).toEqual([
      '[   0.0] first',
      '[   0.0] Installing the base system  ... 0%',
      '[  60.0] ... 10%',
      '[  62.5] ... 20%',
      `[  62.5] ${MARKER}`,
      '',
    ]);
  });
});

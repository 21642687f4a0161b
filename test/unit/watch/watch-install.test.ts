import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { HostError } from '../../../src/foundation/errors.ts';
import type { WatchInstallOptions } from '../../../src/watch/watch-install.ts';
import {
  lifecycle,
  MARKER,
  monitor,
  type Sent,
  settle,
  startWatch,
  untilDecided,
  type WatchRun,
} from './support.ts';

let runs: WatchRun[] = [];
afterEach(async () => {
  for (const run of runs) {
    await run.close();
    expect(run.guest.followerClosed()).toBe(true);
    expect(run.clock.sleepers()).toBe(0);
  }
  runs = [];
});

async function start(overrides: Partial<WatchInstallOptions> = {}): Promise<WatchRun> {
  const run = await startWatch(overrides);
  runs.push(run);
  return run;
}

describe('an install is completed', () => {
  it('at once when QEMU reports a guest shutdown after the marker', async () => {
    const run = await start();
    run.guest.print(`Installing: base system ... 25%\r\n${MARKER}\r\n`);
    await run.clock.advance(1);
    run.guest.emit(monitor('guest-shutdown'));
    expect(await untilDecided(run, 0)).toEqual({
      kind: 'completed',
      ending: 'power-off',
      markerLine: MARKER,
    });
    expect(run.stops).toHaveLength(1);
  });

  it('when the guest resets itself, as a reboot', async () => {
    const run = await start();
    run.guest.print(`${MARKER}\r\n`);
    run.guest.emit(monitor('guest-reset'));
    expect(await untilDecided(run)).toMatchObject({ kind: 'completed', ending: 'reboot' });
  });

  it('when the marker is in the log but was not noticed yet', async () => {
    const run = await start();
    run.guest.printUnnoticed(`[ 12.345678] usb: gone ${MARKER}\r\n`);
    run.guest.emit(monitor('guest-shutdown'));
    expect(await untilDecided(run, 0)).toMatchObject({
      kind: 'completed',
      markerLine: `[ 12.345678] usb: gone ${MARKER}`,
    });
  });

  it('when the marker reaches the log only after the shutdown', async () => {
    const run = await start();
    run.guest.emit(monitor('guest-shutdown'));
    await run.clock.advance(0.5);
    expect(run.outcome()).toBeUndefined();
    run.guest.print(MARKER);
    expect(await untilDecided(run, 1)).toMatchObject({ kind: 'completed' });
  });

  it.each([
    ['power-off', 'reboot: Power down'],
    ['reboot', 'reboot: Restarting system'],
  ])('without monitor events, at STOPPED: %s', async (ending, lastLine) => {
    const run = await start();
    run.guest.print(`${MARKER}\r\n[ 33.000000] ${lastLine}\r\n`);
    run.guest.emit(lifecycle('shutdown/guest'));
    await run.clock.advance(1.5);
    expect(run.outcome()).toBeUndefined();
    expect(run.stops).toHaveLength(1);
    run.guest.emit(lifecycle('stopped/shutdown'));
    expect(await untilDecided(run, 1)).toMatchObject({ kind: 'completed', ending });
    expect(run.stops).toHaveLength(1);
  });

  it('when no event came but the state tells of a shutdown', async () => {
    const run = await start();
    run.guest.print(`${MARKER}\r\n`);
    run.guest.state = { state: 'shutoff', reason: 'shutdown' };
    expect(await untilDecided(run, 8)).toMatchObject({ kind: 'completed', ending: 'power-off' });
  });

  it('never by the marker alone', async () => {
    const run = await start();
    run.guest.print(`${MARKER}\r\n`);
    await run.clock.advance(300);
    expect(run.outcome()).toBeUndefined();
  });

  it("never by another build's marker or by the command that prints it", async () => {
    const run = await start();
    run.guest.print('KILN-INSTALL-COMPLETE 0000000\r\n');
    run.guest.print(`${MARKER}9\r\n`);
    run.guest.print(`+ echo ${MARKER}\r\n`);
    run.guest.print(`${MARKER}; } 2> /dev/null > /dev/ttyS0\r\n`);
    run.guest.emit(monitor('guest-shutdown'));
    expect(await untilDecided(run)).toMatchObject({ kind: 'failed', cause: 'no-marker' });
  });
});

describe('an install has failed', () => {
  const ends: readonly (readonly [string, readonly Sent[], string])[] = [
    ['the guest powers off early', [monitor('guest-shutdown'), lifecycle('stopped/shutdown')], 'no-marker'],
    ['the guest reboots early', [monitor('guest-reset'), lifecycle('stopped/shutdown')], 'no-marker'],
    ['the panic device speaks', [lifecycle('crashed/panicked')], 'panic'],
    ['QEMU reports a panic', [monitor('guest-panic'), lifecycle('stopped/crashed')], 'panic'],
    ['QEMU is killed', [lifecycle('stopped/failed')], 'crashed'],
    ['QEMU crashes', [lifecycle('stopped/crashed')], 'crashed'],
    ['QEMU gets a signal from elsewhere', [monitor('host-signal'), lifecycle('stopped/shutdown')], 'crashed'],
    ['QEMU gets a signal and nothing follows', [monitor('host-signal')], 'crashed'],
    ['someone destroys the domain', [lifecycle('stopped/destroyed')], 'destroyed'],
    ['libvirt ends QEMU for someone', [monitor('host-signal'), lifecycle('stopped/destroyed')], 'destroyed'],
    ['someone tells QEMU to quit', [monitor('host-qmp-quit')], 'destroyed'],
    [
      "the host's disk is full",
      [
        { kind: 'io-error', path: '/x/disk.raw', device: 'vda', reason: 'enospc' },
        lifecycle('suspended/ioerror'),
      ],
      'host-disk-full',
    ],
  ];
  it.each(ends)('when %s', async (_what, events, cause) => {
    const run = await start();
    run.guest.print('Installing: base system ... 25%\r\nlast words\r\n');
    for (const event of events) {
      run.guest.emit(event);
      await settle();
    }
    const outcome = await untilDecided(run, 10);
    expect(outcome).toMatchObject({
      kind: 'failed',
      cause,
      evidence: {
        phase: 'base system',
        consoleTail: expect.arrayContaining(['last words']),
        lifecycle: events,
      },
    });
    expect(run.stops).toHaveLength(cause === 'no-marker' ? 1 : 0);
  });

  it('and the reason tells a reboot from a power-off', async () => {
    const run = await start();
    run.guest.emit(monitor('guest-reset'));
    expect(await untilDecided(run)).toMatchObject({ reason: expect.stringContaining('rebooted') });
  });

  it.each([
    ['crashed', 'crashed'],
    ['failed', 'crashed'],
    ['destroyed', 'destroyed'],
  ] as const)('when only the shutoff reason tells: %s', async (reason, cause) => {
    const run = await start();
    run.guest.state = { state: 'shutoff', reason };
    expect(await untilDecided(run)).toMatchObject({ cause });
  });

  it('when the domain is gone without a word', async () => {
    const run = await start();
    run.guest.state = undefined;
    expect(await untilDecided(run)).toMatchObject({ cause: 'destroyed' });
  });

  it('when the kernel panics, within a second, though the guest then resets', async () => {
    const run = await start();
    run.guest.emit(monitor('guest-reset'));
    run.guest.printUnnoticed('[ 9.123456] Kernel panic - not syncing: Attempted to kill init!\r\n');
    const outcome = await untilDecided(run, 1.5);
    expect(outcome).toMatchObject({
      cause: 'panic',
      line: expect.stringContaining('Attempted to kill init'),
    });
  });

  it('when the guest halts instead of powering off, with the remedy', async () => {
    const run = await start();
    run.guest.print(`${MARKER}\r\n[ 99.123456] reboot: System halted\r\n`);
    expect(await untilDecided(run)).toMatchObject({
      cause: 'installer-error',
      patternId: 'kernel.halted',
      suggestion: expect.stringContaining('poweroff'),
    });
  });

  it('when the installer reports an error; the lines that follow are kept', async () => {
    const run = await start();
    run.guest.print('KILN TEST INSTALLER ERROR: no disk\r\n');
    await run.clock.advance(4);
    expect(run.outcome()).toBeUndefined();
    run.guest.print('Installation stopped.\r\n');
    const outcome = await untilDecided(run, 2);
    expect(outcome).toMatchObject({ cause: 'installer-error', line: 'KILN TEST INSTALLER ERROR: no disk' });
    expect(outcome).toMatchObject({
      evidence: { consoleTail: ['KILN TEST INSTALLER ERROR: no disk', 'Installation stopped.'] },
    });
  });

  it('by its error, not by a missing marker, when the guest powers off after an error', async () => {
    const run = await start();
    run.guest.print('The installation was stopped due to an error which occurred\r\n');
    run.guest.emit(monitor('guest-shutdown'));
    expect(await untilDecided(run)).toMatchObject({
      cause: 'installer-error',
      patternId: 'anaconda.stopped',
    });
  });
});

describe('a prompt', () => {
  it('is one when the console stays silent after it', async () => {
    const run = await start();
    run.guest.print('Please choose the disk to install to: ');
    await run.clock.advance(4.5);
    expect(run.outcome()).toBeUndefined();
    expect(await untilDecided(run, 1)).toMatchObject({
      kind: 'failed',
      cause: 'prompt',
      patternId: 'test-installer.choose-disk',
      line: 'Please choose the disk to install to:',
    });
  });

  it('is none when the installer goes on', async () => {
    const run = await start();
    run.guest.print('Do you really want this? [yes/no] ');
    await run.clock.advance(4);
    run.guest.print('yes\r\nInstalling: base system ... 25%\r\n');
    await run.clock.advance(60);
    expect(run.outcome()).toBeUndefined();
  });

  it('stays one when the kernel prints into it', async () => {
    const run = await start();
    run.guest.print('Root password: ');
    await run.clock.advance(2);
    run.guest.print('[  130.123456] random: crng init done\r\n[  131.123456] clocksource: switched\r\n');
    expect(await untilDecided(run, 4)).toMatchObject({
      cause: 'prompt',
      patternId: 'debian-installer.root-password',
    });
  });

  it('names the question, not its frame', async () => {
    const run = await start();
    run.guest.print(
      "Write the changes to disks?\r\n  1: Yes  2: No [*]\r\nPrompt: '?' for help, default=2> ",
    );
    expect(await untilDecided(run)).toMatchObject({
      patternId: 'debian-installer.write-changes',
      suggestion: expect.stringContaining('partman/confirm'),
    });
  });

  it('that only looks like one needs long silence and a disk at rest', async () => {
    const run = await start();
    run.guest.print('Enter the serial number:');
    for (let second = 0; second < 60; second += 5) {
      run.guest.disk = { ...run.guest.disk, writeRequests: second + 1 };
      await run.clock.advance(5);
    }
    expect(run.outcome()).toBeUndefined();
    expect(await untilDecided(run, 40)).toMatchObject({ cause: 'prompt', patternId: 'generic.question' });
  });
});

describe('firmware that finds nothing to boot', () => {
  it.each(['No bootable device.\r\n', 'grub rescue> ', 'Shell> ', 'iPXE> ', 'dracut:/# '])(
    '%j',
    async (text) => {
      const run = await start();
      run.guest.print(text);
      expect(await untilDecided(run)).toMatchObject({ kind: 'failed', cause: 'not-booted' });
    },
  );

  it('is no failure while it goes on to the next device', async () => {
    const run = await start();
    run.guest.print('Boot failed: not a bootable disk\r\n');
    await run.clock.advance(2);
    run.guest.print('Booting from DVD/CD...\r\n');
    await run.clock.advance(60);
    expect(run.outcome()).toBeUndefined();
  });
});

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
    expect(await untilDecided(run, 6)).toMatchObject({ kind: 'timed-out', limitSeconds: 120 });
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

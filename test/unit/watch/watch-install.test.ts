import { describe, expect, it } from 'vitest';
import { lifecycle, MARKER, monitor, type Sent, settle, untilDecided, watchesOfTests } from './support.ts';

const start = watchesOfTests();

describe('a power-off without marker', () => {
  it.each([0.2, 2])('is named within 3 s of it, when QEMU is gone after %s s', async (reaped) => {
    const run = await start();
    run.guest.emit(monitor('guest-shutdown'));
    await run.clock.advance(reaped);
    run.guest.emit(lifecycle('stopped/shutdown'));
    expect(await untilDecided(run, 2.75 - reaped)).toMatchObject({ kind: 'failed', cause: 'no-marker' });
  });
});

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
    [
      'the guest powers off early and libvirt ends what is left of QEMU',
      [
        monitor('guest-shutdown'),
        lifecycle('shutdown/guest'),
        monitor('host-signal'),
        lifecycle('stopped/shutdown'),
      ],
      'no-marker',
    ],
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
      suggestion: expect.stringContaining('power-off'),
      mend: { instead: { kickstart: 'poweroff' } },
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

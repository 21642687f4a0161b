import { afterEach, describe, expect, it } from 'vitest';
import { type ConsoleOutcome, waitForConsole } from '../../../src/watch/wait-for-console.ts';
import {
  type FakeGuest,
  fakeGuest,
  type HandClock,
  handClock,
  lifecycle,
  monitor,
  settle,
} from './support.ts';

type Waiting = {
  readonly guest: FakeGuest;
  readonly clock: HandClock;
  readonly abort: AbortController;
  readonly done: Promise<ConsoleOutcome>;
  readonly outcome: () => ConsoleOutcome | undefined;
};

let waiting: Waiting;
afterEach(() => {
  waiting.abort.abort();
  expect(waiting.guest.followerClosed()).toBe(true);
  expect(waiting.clock.sleepers()).toBe(0);
});

async function start(pattern = /login: *$/): Promise<Waiting> {
  const clock = handClock();
  const guest = fakeGuest(clock);
  const abort = new AbortController();
  let outcome: ConsoleOutcome | undefined;
  const done = waitForConsole({
    connection: guest.connection,
    uuid: 'f3a1c7de-0000-4000-8000-000000000002',
    events: guest.events,
    follow: guest.follow,
    serialLog: '/nowhere/serial.log',
    pattern,
    limitSeconds: 120,
    clock,
    signal: abort.signal,
  });
  void done.then(
    (value) => {
      outcome = value;
    },
    () => {},
  );
  waiting = { guest, clock, abort, done, outcome: () => outcome };
  await settle();
  return waiting;
}

describe('waiting for a console line', () => {
  it('ends at a prompt without newline', async () => {
    const { guest, clock, done } = await start();
    guest.print('GRUB loading.\r\n');
    await clock.advance(8);
    guest.print('kiln login: ');
    expect(await done).toEqual({ kind: 'matched', line: 'kiln login:', seconds: 8 });
  });

  it('ends at a line, with a stateful expression too', async () => {
    const { guest, done } = await start(/READY \d+/g);
    guest.print('not READY\r\nREADY 1\r\nmore\r\n');
    expect(await done).toMatchObject({ kind: 'matched', line: 'READY 1' });
  });

  it('finds the line among what was not noticed before the limit', async () => {
    const { guest, clock, done } = await start();
    guest.printUnnoticed('kiln login: ');
    await clock.advance(120);
    expect(await done).toMatchObject({ kind: 'matched' });
  });

  it.each([
    ['panic', 'Kernel panic - not syncing: no init found\r\n', undefined, 2],
    ['not-booted', 'grub rescue> ', undefined, 11],
    ['not-booted', '(initramfs) ', undefined, 11],
    ['stopped', 'bye\r\n', monitor('guest-shutdown'), 2],
    ['destroyed', 'bye\r\n', lifecycle('stopped/destroyed'), 2],
    ['crashed', 'bye\r\n', lifecycle('stopped/failed'), 2],
    ['panic', 'bye\r\n', lifecycle('crashed/panicked'), 2],
    ['host-disk-full', 'bye\r\n', { kind: 'io-error', path: '/b', device: 'vda', reason: 'enospc' }, 2],
    ['timed-out', 'GRUB loading.\r\n', undefined, 120],
  ] as const)('fails as %s after %j', async (cause, text, event, afterSeconds) => {
    const { guest, clock, done } = await start();
    guest.print(text);
    if (event) guest.emit(event);
    await clock.advance(afterSeconds);
    expect(await done).toMatchObject({
      kind: 'failed',
      cause,
      evidence: { consoleTail: [text.trim()], serialLog: '/nowhere/serial.log' },
    });
  });

  it('goes on after a reboot', async () => {
    const { guest, clock, done } = await start();
    guest.emit({ kind: 'reboot' });
    await clock.advance(30);
    guest.print('kiln login: ');
    expect(await done).toMatchObject({ kind: 'matched' });
  });

  it('takes three reboots for a loop', async () => {
    const { guest, clock, done } = await start();
    for (let at = 0; at < 3; at += 1) {
      guest.print('GRUB loading.\r\n');
      await clock.advance(5);
      guest.emit({ kind: 'reboot' });
    }
    await clock.advance(2);
    expect(await done).toMatchObject({ kind: 'failed', cause: 'not-booted' });
  });

  it('rejects when cancelled', async () => {
    const { abort, done } = await start();
    abort.abort();
    await expect(done).rejects.toMatchObject({ code: 'cancelled' });
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect } from 'vitest';
import type { Clock } from '../../../src/foundation/clock.ts';
import type { Logger } from '../../../src/foundation/logger.ts';
import type {
  DiskCounters,
  DomainEvent,
  DomainState,
  EventSubscription,
  LibvirtConnection,
  NetworkCounters,
} from '../../../src/libvirt/libvirt.ts';
import { type CleanLine, createConsoleText } from '../../../src/watch/console-text.ts';
import type { InstallOutcome, InstallProgress } from '../../../src/watch/install-outcome.ts';
import type { FollowSerial } from '../../../src/watch/serial-follower.ts';
import { type WatchInstallOptions, watchInstall } from '../../../src/watch/watch-install.ts';

/** Lets everything that can run now run: many turns of the event loop, no time. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export type HandClock = Clock & { advance(seconds: number): Promise<void>; sleepers(): number };

/** A clock that is moved by hand, from one due sleeper to the next. */
export function handClock(): HandClock {
  let now = 0;
  const sleeping = new Set<{ readonly at: number; readonly wake: () => void }>();
  return {
    now: () => 1_700_000_000_000 + now,
    monotonic: () => now,
    sleepers: () => sleeping.size,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const abort = (): void => {
          sleeping.delete(sleeper);
          reject(signal?.reason);
        };
        const wake = (): void => {
          signal?.removeEventListener('abort', abort);
          resolve();
        };
        const sleeper = { at: now + ms, wake };
        sleeping.add(sleeper);
        if (signal?.aborted) abort();
        else signal?.addEventListener('abort', abort, { once: true });
      }),
    advance: async (seconds) => {
      await settle();
      const target = now + seconds * 1000;
      for (;;) {
        const next = [...sleeping].filter(({ at }) => at <= target).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        now = Math.max(now, next.at);
        sleeping.delete(next);
        next.wake();
        await settle();
      }
      now = target;
    },
  };
}

/** An event that has not been sent yet. */
export type Sent = DomainEvent extends infer Event
  ? Event extends DomainEvent
    ? Omit<Event, 'at'>
    : never
  : never;

export const lifecycle = (detail: string): Sent => ({
  kind: 'lifecycle',
  event: detail.split('/')[0] as 'stopped',
  detail: detail.split('/')[1] ?? '',
});
export const monitor = (reason: string): Sent => ({
  kind: 'monitor-shutdown',
  guest: reason.startsWith('guest'),
  reason,
});

export type FakeGuest = {
  readonly connection: LibvirtConnection;
  readonly events: EventSubscription;
  readonly follow: FollowSerial;
  /** Raw console text, as the guest writes it. */
  print(text: string): void;
  /** What the installer tells beside its console, when a file for it was named. */
  report(text: string): void;
  /** Text that is in the file, but whose change has not been noticed: only a drain finds it. */
  printUnnoticed(text: string): void;
  emit(event: Sent): void;
  state: DomainState | undefined;
  disk: DiskCounters;
  network: NetworkCounters;
  refuse: Error | undefined;
  screenshot: Uint8Array | undefined;
  readonly followerClosed: () => boolean;
};

const PIXEL = Buffer.concat([Buffer.from('P6\n1 1\n255\n'), Buffer.of(1, 2, 3)]);

export function fakeGuest(clock: Clock): FakeGuest {
  const queue: DomainEvent[] = [];
  let wake = (): void => {};
  let closed = false;
  let unnoticed = '';
  let show = (_text: string): void => {};
  let tell = (_text: string): void => {};
  const answer = async <T>(value: () => T): Promise<T> => {
    if (guest.refuse) throw guest.refuse;
    return value();
  };
  const connection: Partial<LibvirtConnection> = {
    uri: 'test:///fake',
    getState: () => answer(() => guest.state),
    diskCounters: () => answer(() => guest.disk),
    networkCounters: () => answer(() => guest.network),
    screenshot: async () => {
      if (guest.screenshot === undefined) throw new Error('no screen');
      return { mimeType: 'image/x-portable-pixmap', data: guest.screenshot };
    },
  };
  async function* stream(): AsyncGenerator<DomainEvent> {
    for (;;) {
      const event = queue.shift();
      if (event !== undefined) yield event;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  }
  const guest: FakeGuest = {
    // Only what the watcher may use: anything else fails the test by not being there.
    connection: connection as LibvirtConnection,
    events: { [Symbol.asyncIterator]: stream, close: () => {} },
    follow: ({ path, onUpdate }) => {
      const text = createConsoleText();
      const handOn = (raw: string, lines: readonly CleanLine[]): void =>
        onUpdate({ lines, partial: text.partial(), raw });
      const hand = (piece: string): void => handOn(piece, text.add(piece));
      if (path.endsWith('installer.log')) {
        tell = hand;
        return { drain: async () => {}, close: async () => {} };
      }
      show = hand;
      const drain = async (): Promise<void> => {
        const piece = unnoticed;
        unnoticed = '';
        if (piece !== '') show(piece);
      };
      return {
        drain,
        close: async () => {
          await drain();
          handOn('', text.flush());
          closed = true;
        },
      };
    },
    print: (text) => show(text),
    report: (text) => tell(text),
    printUnnoticed: (text) => {
      unnoticed += text;
    },
    emit: (event) => {
      queue.push({ ...event, at: clock.now() } as DomainEvent);
      wake();
    },
    state: { state: 'running', reason: 'unknown' },
    disk: { readRequests: 0, readBytes: 0, writeRequests: 0, writeBytes: 0 },
    network: { receivedBytes: 0, transmittedBytes: 0 },
    refuse: undefined,
    screenshot: PIXEL,
    followerClosed: () => closed,
  };
  return guest;
}

export const TOKEN = '4f1c0de';
export const MARKER = `KILN-INSTALL-COMPLETE ${TOKEN}`;

export type WatchRun = {
  readonly guest: FakeGuest;
  readonly clock: HandClock;
  readonly abort: AbortController;
  readonly progress: InstallProgress[];
  readonly stops: number[];
  readonly consoleLines: string[];
  readonly warnings: string[];
  readonly directory: string;
  readonly serialLog: string;
  /** Undefined while the install is watched. */
  readonly outcome: () => InstallOutcome | undefined;
  readonly failure: () => unknown;
  /** Ends the watching if need be and removes the folder. */
  readonly close: () => Promise<void>;
};

export async function startWatch(overrides: Partial<WatchInstallOptions> = {}): Promise<WatchRun> {
  const directory = await mkdtemp(join(tmpdir(), 'kiln-watch-'));
  const serialLog = join(directory, 'serial.log');
  const clock = handClock();
  const guest = fakeGuest(clock);
  const abort = new AbortController();
  const [progress, stops, consoleLines, warnings] = [
    [] as InstallProgress[],
    [] as number[],
    [] as string[],
    [] as string[],
  ];
  const logger: Logger = { debug: () => {}, info: () => {}, warn: (message) => warnings.push(message) };
  let outcome: InstallOutcome | undefined;
  let failure: unknown;
  const watching = watchInstall({
    connection: guest.connection,
    uuid: 'f3a1c7de-0000-4000-8000-000000000001',
    events: guest.events,
    follow: guest.follow,
    serialLog,
    markerToken: TOKEN,
    diskTarget: 'vda',
    networkTarget: '52:54:00:00:00:01',
    limits: { totalSeconds: 3600, stallSeconds: 600, settleSeconds: 5 },
    clock,
    signal: abort.signal,
    onProgress: (step) => progress.push(step),
    onGuestStopped: (at) => stops.push(at),
    onConsoleLine: (line) => consoleLines.push(line),
    screenshotPath: join(directory, 'screen.png'),
    logger,
    ...overrides,
  }).then(
    (value) => {
      outcome = value;
    },
    (error: unknown) => {
      failure = error;
    },
  );
  await settle();
  return {
    guest,
    clock,
    abort,
    progress,
    stops,
    consoleLines,
    warnings,
    directory,
    serialLog,
    outcome: () => outcome,
    failure: () => failure,
    close: async () => {
      abort.abort();
      await watching;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** `startWatch` for a file's tests: after each of them all that it started is closed, and nothing of it sleeps or follows any more. */
export function watchesOfTests(): (overrides?: Partial<WatchInstallOptions>) => Promise<WatchRun> {
  let runs: WatchRun[] = [];
  afterEach(async () => {
    for (const run of runs) {
      await run.close();
      expect(run.guest.followerClosed()).toBe(true);
      expect(run.clock.sleepers()).toBe(0);
    }
    runs = [];
  });
  return async (overrides = {}) => {
    const run = await startWatch(overrides);
    runs.push(run);
    return run;
  };
}

/**
 * Moves the clock in small steps until the watcher has decided, no further than `limitSeconds`; then only waits for
 * the files it writes.
 */
export async function untilDecided(run: WatchRun, limitSeconds = 60): Promise<InstallOutcome> {
  const decided = (): boolean => run.outcome() !== undefined || run.failure() !== undefined;
  for (let moved = 0; !decided() && moved < limitSeconds; moved += 0.25) await run.clock.advance(0.25);
  const deadline = performance.now() + 3000;
  while (!decided()) {
    if (performance.now() > deadline) throw new Error(`undecided after ${limitSeconds} s`);
    await settle();
  }
  const outcome = run.outcome();
  if (outcome === undefined) throw run.failure();
  return outcome;
}

import type { Clock } from '../foundation/clock.ts';
import { CancelledError, HostError } from '../foundation/errors.ts';
import type { Logger } from '../foundation/logger.ts';
import type { DomainEvent, DomainState, EventSubscription, LibvirtConnection } from '../libvirt/libvirt.ts';
import { libvirtLost } from '../libvirt/libvirt-error.ts';
import type { Counters } from './activity.ts';
import type { ConsoleUpdate, FollowSerial, SerialFollower } from './serial-follower.ts';

/** One thing that was learned about the guest. */
export type GuestNews =
  | { readonly kind: 'event'; readonly event: DomainEvent }
  | { readonly kind: 'console'; readonly update: ConsoleUpdate }
  /** Lines that the installer told by another way than its console. */
  | { readonly kind: 'report'; readonly lines: readonly string[] }
  | { readonly kind: 'counters'; readonly counters: Counters }
  | { readonly kind: 'state'; readonly state: DomainState | undefined };

export type GuestFeedOptions = {
  readonly connection: LibvirtConnection;
  readonly uuid: string;
  readonly events: EventSubscription;
  readonly serialLog: string;
  /** What the installer tells besides; none: it tells nothing. */
  readonly installerLogs?: readonly string[];
  readonly follow: FollowSerial;
  /** Disk and interface whose counters are read; none: no counters. */
  readonly diskTarget?: string | undefined;
  readonly networkTarget?: string | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly logger: Logger;
};

/** Everything that is learned about one running guest, in the order in which it was learned. */
export type GuestFeed = {
  /**
   * The next news, or undefined when the monotonic clock has reached `until` without any.
   * @throws CancelledError when the signal aborts
   * @throws HostError `host.libvirt-lost`, `host.serial-log-unreadable`
   */
  next(until: number): Promise<GuestNews | undefined>;
  /** Reads the serial log to its end; what it held is among the news afterwards. */
  drain(): Promise<void>;
  /** News that have not been taken yet. */
  rest(): readonly GuestNews[];
  /** Stops the follower and the timers. `events` stays open: it is the caller's. */
  close(): Promise<void>;
};

const POLL_MS = 5000;
/** One refused call may be a domain that is just going; so many in a row are a lost libvirt. */
const REFUSALS = 3;
/** Node's timers take no more than 2^31 - 1 ms. */
const LONGEST_SLEEP_MS = 3_600_000;

export function openGuestFeed(options: GuestFeedOptions): GuestFeed {
  const { connection, uuid, events, clock, signal, logger } = options;
  const stop = new AbortController();
  let queue: GuestNews[] = [];
  let fault: HostError | undefined;
  let wake = (): void => {};

  const push = (news: GuestNews): void => {
    queue.push(news);
    wake();
  };
  const fail = (error: HostError): void => {
    fault ??= error;
    wake();
  };
  const onAbort = (): void => wake();
  signal.addEventListener('abort', onAbort);

  const follower = options.follow({
    path: options.serialLog,
    clock,
    onUpdate: (update) => push({ kind: 'console', update }),
    onFault: (cause) => fail(unreadableLog(options.serialLog, cause)),
  });
  const reporters = followReports(options, (lines) => push({ kind: 'report', lines }));

  async function pumpEvents(): Promise<void> {
    for await (const event of events) {
      if (stop.signal.aborted) return;
      if (event.kind === 'connection-closed') fail(libvirtLost(connection.uri, event.reason));
      else push({ kind: 'event', event });
    }
  }
  async function poll(): Promise<void> {
    push({ kind: 'state', state: await connection.getState(uuid) });
    const { diskTarget, networkTarget } = options;
    const disk = diskTarget === undefined ? undefined : await connection.diskCounters(uuid, diskTarget);
    const network =
      networkTarget === undefined ? undefined : await connection.networkCounters(uuid, networkTarget);
    push({ kind: 'counters', counters: { disk, network } });
  }
  async function keepPolling(): Promise<void> {
    for (let refusals = 0; !stop.signal.aborted; ) {
      try {
        await poll();
        refusals = 0;
      } catch (error) {
        refusals += 1;
        logger.debug(`libvirt refused to tell about the guest: ${String(error)}`);
        if (refusals >= REFUSALS) fail(libvirtLost(connection.uri, String(error), error));
      }
      await clock.sleep(POLL_MS, stop.signal).catch(() => {});
    }
  }
  void pumpEvents().catch((error) => fail(libvirtLost(connection.uri, String(error), error)));
  void keepPolling();

  const sleepOrWake = async (ms: number): Promise<void> => {
    const nap = new AbortController();
    wake = () => nap.abort('woken');
    await clock.sleep(ms, nap.signal).catch(() => {});
    wake = () => {};
  };

  return {
    next: async (until) => {
      for (;;) {
        if (signal.aborted) throw cancelled(signal);
        if (fault !== undefined) throw fault;
        const news = queue.shift();
        const wait = until - clock.monotonic();
        if (news !== undefined || wait <= 0) return news;
        await sleepOrWake(Math.min(wait, LONGEST_SLEEP_MS));
      }
    },
    drain: async () => {
      await follower.drain();
      for (const reporter of reporters) await reporter.drain();
    },
    rest: () => {
      const rest = queue;
      queue = [];
      return rest;
    },
    close: async () => {
      stop.abort();
      signal.removeEventListener('abort', onAbort);
      await follower.close();
      for (const reporter of reporters) await reporter.close();
    },
  };
}

/** Nothing depends on it: the console and the guest's own end decide, so a log that cannot be read is only noted. */
function followReports(
  { installerLogs = [], follow, clock, logger }: GuestFeedOptions,
  onLines: (lines: readonly string[]) => void,
): readonly SerialFollower[] {
  return installerLogs.map((path) =>
    follow({
      path,
      clock,
      onUpdate: ({ lines }) => {
        if (lines.length > 0) onLines(lines.map(({ text }) => text));
      },
      onFault: (error) => logger.debug(`the installer's own log cannot be read: ${String(error)}`),
    }),
  );
}

function cancelled(signal: AbortSignal): CancelledError {
  return signal.reason instanceof CancelledError
    ? signal.reason
    : new CancelledError('Cancelled while the guest was running.', { cause: signal.reason });
}

function unreadableLog(path: string, cause: unknown): HostError {
  return new HostError(
    'host.serial-log-unreadable',
    `The serial log ${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}. Let this user read it; without it nobody can tell how the install ends.`,
    { details: { path }, cause },
  );
}

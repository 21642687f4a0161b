import type { Clock } from '../foundation/clock.ts';
import { formatDuration } from '../foundation/duration.ts';
import { type Logger, silentLogger } from '../foundation/logger.ts';
import type { DomainEvent, EventSubscription, LibvirtConnection } from '../libvirt/libvirt.ts';
import { type ConsoleMemory, createConsoleMemory } from './console-memory.ts';
import type { LineMatcher } from './console-pattern.ts';
import { gatherEvidence } from './evidence.ts';
import { endOfEvent, endOfState, type GuestEnd, mergeEnd } from './guest-end.ts';
import { type GuestNews, openGuestFeed } from './guest-feed.ts';
import type { Evidence } from './install-outcome.ts';
import { BOOT_PATTERNS } from './patterns.ts';
import { type FollowSerial, followSerialLog } from './serial-follower.ts';

export type WaitForConsoleOptions = {
  readonly connection: LibvirtConnection;
  readonly uuid: string;
  /** Subscribed before the domain was started; close() stays the caller's. */
  readonly events: EventSubscription;
  readonly serialLog: string;
  /** Tried on each console line and on the line under the cursor (`login: ` has no newline). */
  readonly pattern: Pick<LineMatcher, 'test'>;
  readonly limitSeconds: number;
  /** How long the console must stay silent after a boot failure, since firmware goes on to the next device; 10 unless told. */
  readonly settleSeconds?: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly screenshotPath?: string;
  readonly logger?: Logger;
  /** Another way to follow the serial log, for tests. */
  readonly follow?: FollowSerial;
};

/** Ends of a guest that are told apart; all others are its own. */
const ENDS = ['panic', 'crashed', 'destroyed', 'host-disk-full'] as const;

export type ConsoleOutcome =
  | { readonly kind: 'matched'; readonly line: string; readonly seconds: number }
  | {
      readonly kind: 'failed';
      readonly cause: (typeof ENDS)[number] | 'stopped' | 'not-booted' | 'timed-out';
      /** One sentence: what was seen instead. */
      readonly reason: string;
      readonly evidence: Evidence;
    };

type Failure = Pick<Extract<ConsoleOutcome, { kind: 'failed' }>, 'cause' | 'reason'>;

/** Systems that install something at their first boot restart once; one that goes on so does not come up. */
const LOOP_REBOOTS = 3;

/** Signs of one end, and the console text before it, come together. */
const SIGNS_MS = 1000;

/**
 * Waits until the guest's console shows `pattern`. A reboot on the way is no failure, three of them are.
 * @throws CancelledError when the signal aborts
 * @throws HostError `host.libvirt-lost`, `host.serial-log-unreadable`
 */
export async function waitForConsole(options: WaitForConsoleOptions): Promise<ConsoleOutcome> {
  const { clock, limitSeconds, settleSeconds = 10, logger = silentLogger } = options;
  const startedAt = clock.monotonic();
  const console = createConsoleMemory(BOOT_PATTERNS);
  const lifecycle: DomainEvent[] = [];
  let reboots = 0;
  let loopSince: number | undefined;
  let matched: string | undefined;
  let end: { readonly seen: GuestEnd; readonly since: number } | undefined;

  const take = (news: GuestNews): void => {
    if (news.kind === 'console') {
      console.add(news.update, clock.monotonic());
      const lines = [...news.update.lines.map(({ text }) => text), news.update.partial];
      matched ??= lines.find((line) => options.pattern.test(line));
    } else if (news.kind === 'event') {
      lifecycle.push(news.event);
      if (news.event.kind === 'reboot') reboots += 1;
      if (reboots === LOOP_REBOOTS) loopSince ??= clock.monotonic();
    }
    const seen = endOf(news);
    if (seen) end = { seen: mergeEnd(end?.seen, seen), since: end?.since ?? clock.monotonic() };
  };
  const dues = (): readonly { at: number; failure: () => Failure }[] => [
    ...bootFailures(console, settleSeconds * 1000),
    ...(loopSince === undefined ? [] : [{ at: loopSince + SIGNS_MS, failure: bootLoop }]),
    ...(end ? [{ at: end.since + SIGNS_MS, failure: failureOfEnd(end.seen) }] : []),
    { at: startedAt + limitSeconds * 1000, failure: () => timedOut(limitSeconds) },
  ];

  const feed = openGuestFeed({ ...options, logger, follow: options.follow ?? followSerialLog });
  const catchUp = async (): Promise<void> => {
    await feed.drain();
    for (const news of feed.rest()) take(news);
  };
  try {
    for (;;) {
      if (matched !== undefined) {
        return { kind: 'matched', line: matched.trim(), seconds: (clock.monotonic() - startedAt) / 1000 };
      }
      const due = dues().find(({ at }) => at <= clock.monotonic());
      if (due !== undefined) {
        await catchUp();
        if (matched !== undefined) continue;
        const isRunning = end === undefined;
        const evidence = await gatherEvidence({ ...options, logger, console, lifecycle, isRunning });
        return { kind: 'failed', ...due.failure(), evidence };
      }
      const news = await feed.next(Math.min(...dues().map(({ at }) => at)));
      if (news !== undefined) take(news);
    }
  } finally {
    await feed.close();
  }
}

function endOf(news: GuestNews): GuestEnd | undefined {
  if (news.kind === 'state') return endOfState(news.state);
  return news.kind === 'event' && news.event.kind !== 'reboot' ? endOfEvent(news.event) : undefined;
}

function* bootFailures(
  console: ConsoleMemory,
  settleMs: number,
): Generator<{ at: number; failure: () => Failure }> {
  const panic = console.panic();
  const waiting = console.waiting();
  if (panic) {
    const reason = `${panic.line.trim()}.`;
    yield { at: panic.since + SIGNS_MS, failure: () => ({ cause: 'panic', reason }) };
  }
  if (waiting) {
    const reason = `The console says "${waiting.line.trim()}": ${waiting.pattern.meaning}.`;
    yield { at: waiting.since + settleMs, failure: () => ({ cause: 'not-booted', reason }) };
  }
}

function failureOfEnd({ how, reason }: GuestEnd): () => Failure {
  return () => ({ cause: ENDS.find((cause) => cause === how) ?? 'stopped', reason });
}

function bootLoop(): Failure {
  return {
    cause: 'not-booted',
    reason: `The guest restarted ${LOOP_REBOOTS} times without showing the expected line: it boots in a loop.`,
  };
}

function timedOut(limitSeconds: number): Failure {
  return {
    cause: 'timed-out',
    reason: `The console did not show the expected line within ${formatDuration(limitSeconds)}.`,
  };
}

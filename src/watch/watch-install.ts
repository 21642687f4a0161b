import type { Clock } from '../foundation/clock.ts';
import type { Logger } from '../foundation/logger.ts';
import type { DomainEvent, EventSubscription, LibvirtConnection } from '../libvirt/libvirt.ts';
import { createActivity } from './activity.ts';
import { createConsoleMemory } from './console-memory.ts';
import { type EvidenceSource, outcomeOf } from './evidence.ts';
import {
  endOfConsolePanic,
  endOfEvent,
  endOfState,
  type GuestEnd,
  guestEndedItself,
  mayBeOff,
  mergeEnd,
} from './guest-end.ts';
import { type GuestNews, openGuestFeed } from './guest-feed.ts';
import type { InstallOutcome, InstallProgress } from './install-outcome.ts';
import { judgeInstall, type Verdict, type WatchLimits, type WatchState } from './judge-install.ts';
import { findMarker } from './marker.ts';
import { INSTALL_PATTERNS } from './patterns.ts';
import { type ConsoleUpdate, type FollowSerial, followSerialLog } from './serial-follower.ts';
import { createTimedLog, timedLogPath } from './timed-log.ts';

export type WatchInstallOptions = {
  readonly connection: LibvirtConnection;
  readonly uuid: string;
  /** Subscribed before the domain was started. Taken over: what comes after the outcome may be lost; close() stays yours. */
  readonly events: EventSubscription;
  readonly serialLog: string;
  /** The install script prints `KILN-INSTALL-COMPLETE <token>` as its last deed. */
  readonly markerToken: string;
  /** Device name of the installed disk: vda. */
  readonly diskTarget: string;
  /** MAC address or device name of the interface. */
  readonly networkTarget?: string;
  readonly limits: WatchLimits;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: InstallProgress) => void;
  /** The first sure sign that the guest ended itself: its disk will not change any more. `at`: ms since the epoch. */
  readonly onGuestStopped?: (at: number) => void;
  readonly onConsoleLine?: (line: string) => void;
  /** Where a PNG of the screen is written when the install does not end well. */
  readonly screenshotPath?: string;
  readonly logger: Logger;
  /** Another way to follow the serial log, for tests. */
  readonly follow?: FollowSerial;
};

/**
 * Watches a started install domain to its end and says how it ended. Never stops or destroys the domain.
 * @throws CancelledError when the signal aborts
 * @throws HostError `host.libvirt-lost`, `host.serial-log-unreadable`
 */
export async function watchInstall(options: WatchInstallOptions): Promise<InstallOutcome> {
  const { logger } = options;
  const watch = createWatch(options);
  const feed = openGuestFeed({ ...options, follow: options.follow ?? followSerialLog });
  const catchUp = async (): Promise<void> => {
    await feed.drain();
    for (const news of feed.rest()) watch.take(news);
  };
  const decide = async (): Promise<Verdict> => {
    for (;;) {
      const judgement = watch.judge();
      const wasEnding = watch.isEnding();
      if (judgement.kind === 'undecided') {
        const news = await feed.next(judgement.lookAgainAt);
        if (news !== undefined) watch.take(news);
        if (!wasEnding && watch.isEnding()) await catchUp();
        continue;
      }
      await catchUp();
      const sure = watch.judge();
      if (sure.kind !== 'undecided') return sure;
    }
  };
  try {
    const verdict = await decide();
    logger.debug(`install verdict after ${watch.seconds().toFixed(1)} s: ${JSON.stringify(verdict)}`);
    return await outcomeOf(verdict, { ...options, ...watch.evidence() });
  } finally {
    await feed.close();
    for (const news of feed.rest()) watch.take(news);
    await watch.close();
  }
}

type Watch = {
  take(news: GuestNews): void;
  judge(): ReturnType<typeof judgeInstall>;
  isEnding(): boolean;
  seconds(): number;
  evidence(): Pick<EvidenceSource, 'console' | 'lifecycle' | 'isRunning'>;
  close(): Promise<void>;
};

/** Gathers what is learned into the facts that are judged. */
function createWatch(options: WatchInstallOptions): Watch {
  const { clock, logger } = options;
  const startedAt = clock.monotonic();
  const console = createConsoleMemory(INSTALL_PATTERNS);
  const activity = createActivity(startedAt);
  const lifecycle: DomainEvent[] = [];
  const timedLog = createTimedLog(timedLogPath(options.serialLog), (error) =>
    logger.warn(`The timed copy of the serial log cannot be written: ${String(error)}`),
  );
  let state: WatchState = { name: 'installing' };
  let markerLine: string | undefined;
  let told = '';
  let stopTold = false;

  const takeEnd = (seen: GuestEnd | undefined, at: number, runsAgain = false): void => {
    if (seen === undefined) return;
    const now = clock.monotonic();
    const known = state.name === 'ending' ? state : undefined;
    const end = mergeEnd(known?.end, seen);
    const offSince = known?.offSince ?? (end.off ? now : undefined);
    state = {
      name: 'ending',
      end,
      since: known?.since ?? now,
      ...(offSince === undefined ? {} : { offSince }),
    };
    if (stopTold || runsAgain || !guestEndedItself(end)) return;
    stopTold = true;
    options.onGuestStopped?.(at);
  };
  const takeConsole = (update: ConsoleUpdate): void => {
    const now = clock.monotonic();
    if (console.add(update, now)) activity.addNews(now);
    for (const { text } of update.lines) options.onConsoleLine?.(text);
    timedLog.add(update, (now - startedAt) / 1000);
    markerLine ??= findMarker([...update.lines.map(({ text }) => text), update.partial], options.markerToken);
    const progress = console.progress();
    const key = JSON.stringify(progress);
    if (progress !== undefined && key !== told) options.onProgress(progress);
    told = key;
    const panic = console.panic();
    if (panic) takeEnd(endOfConsolePanic(panic.line), clock.now());
  };

  return {
    take: (news) => {
      if (news.kind === 'console') takeConsole(news.update);
      else if (news.kind === 'counters') activity.addCounters(news.counters, clock.monotonic());
      else if (news.kind === 'state') takeEnd(endOfState(news.state), clock.now());
      else {
        lifecycle.push(news.event);
        takeEnd(endOfEvent(news.event), news.event.at, news.event.kind === 'reboot');
      }
    },
    judge: () =>
      judgeInstall(
        { state, console, activity, markerLine, startedAt, limits: options.limits },
        clock.monotonic(),
      ),
    isEnding: () => state.name === 'ending',
    seconds: () => (clock.monotonic() - startedAt) / 1000,
    evidence: () => ({ console, lifecycle, isRunning: state.name === 'installing' || !mayBeOff(state.end) }),
    close: () => timedLog.close(),
  };
}

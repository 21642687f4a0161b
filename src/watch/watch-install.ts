import type { Clock } from '../foundation/clock.ts';
import type { Logger } from '../foundation/logger.ts';
import type { DomainEvent, EventSubscription, LibvirtConnection } from '../libvirt/libvirt.ts';
import { type Counters, createActivity } from './activity.ts';
import { createConsoleMemory } from './console-memory.ts';
import type { WatchedPattern } from './console-pattern.ts';
import { type EvidenceSource, gatherEvidence, outcomeOf } from './evidence.ts';
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
import type { Evidence, InstallOutcome, InstallProgress } from './install-outcome.ts';
import { reportText } from './installer-report.ts';
import { readIpxeScreen } from './ipxe-console.ts';
import { judgeInstall, type Verdict, type WatchLimits, type WatchState } from './judge-install.ts';
import { findMarker } from './marker.ts';
import { INSTALL_PATTERNS } from './patterns.ts';
import type { WatchRecorder } from './recorder.ts';
import { createRawConsole } from './screen.ts';
import { readScreenQuestion } from './screen-question.ts';
import { type ConsoleUpdate, type FollowSerial, followSerialLog } from './serial-follower.ts';
import { createTimedLog, timedLogPath } from './timed-log.ts';

export type WatchInstallOptions = {
  readonly connection: LibvirtConnection;
  readonly uuid: string;
  /** Subscribed before the domain was started. Taken over: what comes after the outcome may be lost; close() stays yours. */
  readonly events: EventSubscription;
  readonly serialLog: string;
  /** Files of what the installer tells beside its console (installer-report.ts). */
  readonly installerLogs?: readonly string[];
  /** The install script prints `KILN-INSTALL-COMPLETE <token>` as its last deed. Absent: nobody asked it to; the guest's own end will do. */
  readonly markerToken?: string | undefined;
  /** Somebody may sit at the guest's screen: questions and errors of the installer are theirs to answer. */
  readonly attended?: boolean;
  /** Device name of the installed disk: vda. */
  readonly diskTarget: string;
  /** MAC address or device name of the interface. */
  readonly networkTarget?: string;
  /** false: the guest has no network card, which may be what its installer waits for. */
  readonly hasCard?: boolean;
  /** Looked for before Kiln's own (the template's `watch.patterns`). */
  readonly patterns?: readonly WatchedPattern[];
  readonly limits: WatchLimits;
  /** The guest has run so long already, and was watched by somebody who was killed. */
  readonly ranSeconds?: number | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: InstallProgress) => void;
  /** The first sure sign that the guest ended itself: its disk will not change any more. `at`: ms since the epoch. */
  readonly onGuestStopped?: (at: number) => void;
  readonly onConsoleLine?: (line: string) => void;
  /** The signal ended the watch, most often while the guest runs: what was seen until then. */
  readonly onCalledOff?: (seen: Evidence) => void;
  /** Takes down phases, counters and silences. */
  readonly recorder?: WatchRecorder;
  /** Where a PNG of the screen is written when the install does not end well. */
  readonly screenshotPath?: string;
  /** Asked before it is written. */
  readonly mayWrite?: () => boolean;
  readonly logger: Logger;
  /** Another way to follow the serial log, for tests. */
  readonly follow?: FollowSerial;
};

/** A program that draws its screen does not stop half-way for as long. */
const SCREEN_STILL_MS = 3000;

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
        if (watch.screenDueAt() <= options.clock.monotonic()) {
          await watch.lookAtScreen();
          continue;
        }
        const news = await feed.next(Math.min(judgement.lookAgainAt, watch.screenDueAt()));
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
  } catch (error) {
    if (options.signal.aborted && options.onCalledOff !== undefined)
      options.onCalledOff(await gatherEvidence({ ...options, ...watch.evidence() }));
    throw error;
  } finally {
    await feed.close();
    for (const news of feed.rest()) watch.take(news);
    await watch.close();
  }
}

type Watch = {
  take(news: GuestNews): void;
  judge(): ReturnType<typeof judgeInstall>;
  /** When a screen that was drawn has stood still long enough to be looked at; infinite when none was. */
  screenDueAt(): number;
  lookAtScreen(): Promise<void>;
  isEnding(): boolean;
  seconds(): number;
  evidence(): Pick<EvidenceSource, 'console' | 'lifecycle' | 'isRunning' | 'look'>;
  close(): Promise<void>;
};

/** Gathers what is learned into the facts that are judged. */
function createWatch(options: WatchInstallOptions): Watch {
  const { clock, logger, markerToken, attended = false } = options;
  const startedAt = clock.monotonic();
  const console = createConsoleMemory([...(options.patterns ?? []), ...INSTALL_PATTERNS]);
  const activity = createActivity(startedAt);
  const lifecycle: DomainEvent[] = [];
  const timedLog = createTimedLog(
    timedLogPath(options.serialLog),
    (error) => logger.warn(`The timed copy of the serial log cannot be written: ${String(error)}`),
    options.ranSeconds !== undefined,
  );
  const raw = createRawConsole();
  let state: WatchState = { name: 'installing' };
  let lastTextAt = startedAt;
  let markerLine: string | undefined;
  let told = '';
  let stopTold = false;
  /** Since the guest was started, whoever watched it then. */
  const secondsAt = (now: number): number => (options.ranSeconds ?? 0) + (now - startedAt) / 1000;

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
  const takeCounters = (counters: Counters): void => {
    const now = clock.monotonic();
    options.recorder?.idle((now - activity.idleSince()) / 1000);
    activity.addCounters(counters, now);
    options.recorder?.counters(counters, secondsAt(now));
  };
  const tellProgress = (now: number): void => {
    const progress = console.progress();
    const key = JSON.stringify(progress);
    if (progress === undefined || key === told) return;
    told = key;
    options.recorder?.progress(progress, secondsAt(now));
    options.onProgress(progress);
  };
  const takeConsole = (update: ConsoleUpdate): void => {
    const now = clock.monotonic();
    raw.add(update.raw);
    lastTextAt = now;
    for (const piece of lineByLine(update)) {
      if (console.add(piece, now)) activity.addNews(now);
      tellProgress(now);
    }
    for (const { text } of update.lines) options.onConsoleLine?.(text);
    timedLog.add(update, secondsAt(now));
    if (markerToken !== undefined) {
      markerLine ??= findMarker([...update.lines.map(({ text }) => text), update.partial], markerToken);
    }
    const panic = console.panic();
    if (panic) takeEnd(endOfConsolePanic(panic.line), clock.now());
  };

  const takeReport = (lines: readonly string[]): void => {
    const now = clock.monotonic();
    for (const line of lines) {
      const text = reportText(line);
      if (text === undefined) continue;
      if (console.report(text, now)) activity.addNews(now);
      tellProgress(now);
    }
  };

  return {
    take: (news) => {
      if (news.kind === 'console') takeConsole(news.update);
      else if (news.kind === 'report') takeReport(news.lines);
      else if (news.kind === 'counters') takeCounters(news.counters);
      else if (news.kind === 'state') takeEnd(endOfState(news.state), clock.now());
      else {
        lifecycle.push(news.event);
        takeEnd(endOfEvent(news.event), news.event.at, news.event.kind === 'reboot');
      }
    },
    judge: () =>
      judgeInstall(
        {
          state,
          console,
          activity,
          markerLine,
          expects: {
            marker: markerToken !== undefined,
            answers: attended,
            network: options.hasCard !== false,
          },
          startedAt,
          limits: options.limits,
        },
        clock.monotonic(),
      ),
    screenDueAt: () =>
      raw.isDrawn() && state.name === 'installing' ? lastTextAt + SCREEN_STILL_MS : Number.POSITIVE_INFINITY,
    lookAtScreen: async () => {
      const screen = await raw.look();
      const question = console.isIpxe() ? readIpxeScreen(screen) : readScreenQuestion(screen);
      console.addScreen(question, lastTextAt);
    },
    isEnding: () => state.name === 'ending',
    seconds: () => (clock.monotonic() - startedAt) / 1000,
    evidence: () => ({
      console,
      lifecycle,
      isRunning: state.name === 'installing' || !mayBeOff(state.end),
      look: () => raw.look(),
    }),
    close: () => {
      options.recorder?.end(secondsAt(clock.monotonic()));
      return timedLog.close();
    },
  };
}

/** One update as many of a line each, the line under the cursor last: phases that came together are all told. */
function lineByLine(update: ConsoleUpdate): readonly ConsoleUpdate[] {
  if (update.lines.length === 0) return [update];
  const whole = update.lines.map((line) => ({ lines: [line], partial: '', raw: '' }));
  return update.partial.trim() === '' ? whole : [...whole, { ...update, lines: [] }];
}

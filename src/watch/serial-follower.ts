import { watch } from 'chokidar';
import type { Clock } from '../foundation/clock.ts';
import { type CleanLine, createConsoleText } from './console-text.ts';
import { createTailFile } from './tail-file.ts';

/** What the console shows that it did not show before. */
export type ConsoleUpdate = {
  readonly lines: readonly CleanLine[];
  /** The line under the cursor. */
  readonly partial: string;
  /** What came, with all its control sequences. */
  readonly raw: string;
};

export type SerialFollower = {
  /** Reads what the file holds by now; resolves when it has been handed on. */
  drain(): Promise<void>;
  /** Reads what is there, hands the line under the cursor on as a line, and stops. */
  close(): Promise<void>;
};

export type FollowOptions = {
  readonly path: string;
  /** Bytes of the file to pass over, those of an earlier run. */
  readonly offset?: number;
  readonly clock: Clock;
  readonly onUpdate: (update: ConsoleUpdate) => void;
  /** The file is there but cannot be read; following goes on. */
  readonly onFault: (error: unknown) => void;
};

export type FollowSerial = (options: FollowOptions) => SerialFollower;

/** Looking so often costs less than being told of every write: a hundred guests that talk write a thousand lines a second. */
const POLL_MS = 500;
/** QEMU writes a console byte by byte; waiting this long makes one read of many changes. A console that keeps talking waits longer. */
const GATHER_MS = { first: 50, more: 500 } as const;
/** In case a change notification is lost (inotify limits, network file systems). */
const FALLBACK_MS = 2000;

/** Follows a serial log which may not exist yet, may be truncated, and may be rotated. */
export const followSerialLog: FollowSerial = ({ path, offset, clock, onUpdate, onFault }) => {
  const text = createConsoleText();
  const decoder = new TextDecoder();
  const tail = createTailFile(path, offset);
  const stop = new AbortController();
  let shown = '';
  let reading: Promise<void> = Promise.resolve();
  let gathering = false;
  let lastRead = Number.NEGATIVE_INFINITY;

  const handOn = (raw: string, lines: readonly CleanLine[]): void => {
    const partial = text.partial();
    if (raw !== '' || lines.length > 0 || partial !== shown) onUpdate({ lines, partial, raw });
    shown = partial;
  };
  const take = (raw: string): void => handOn(raw, text.add(raw));
  const read = (): Promise<void> => {
    reading = reading.then(() =>
      tail.readNew((bytes) => take(decoder.decode(bytes, { stream: true }))).catch(onFault),
    );
    return reading;
  };
  const pause = (ms: number): Promise<boolean> =>
    clock.sleep(ms, stop.signal).then(
      () => true,
      () => false,
    );
  const onChange = async (): Promise<void> => {
    if (gathering) return;
    gathering = true;
    const talks = clock.monotonic() - lastRead < 2 * GATHER_MS.more;
    const goOn = await pause(talks ? GATHER_MS.more : GATHER_MS.first);
    lastRead = clock.monotonic();
    gathering = false;
    if (goOn) await read();
  };
  const keepChecking = async (): Promise<void> => {
    while (await pause(FALLBACK_MS)) await read();
  };

  const watcher = watch(path, { ignoreInitial: true, atomic: false, usePolling: true, interval: POLL_MS });
  watcher.on('all', () => void onChange());
  // A refused watch is no fault of the log; the slow check goes on.
  watcher.on('error', () => {});
  void read();
  void keepChecking();

  return {
    drain: read,
    close: async () => {
      if (stop.signal.aborted) return;
      stop.abort();
      await watcher.close();
      await read();
      take(decoder.decode());
      handOn('', text.flush());
      await tail.close();
    },
  };
};

import { appendFile, writeFile } from 'node:fs/promises';
import type { ConsoleUpdate } from './serial-follower.ts';

/** Writes each console line with the seconds since the start, `[  12.3] text`, beside the raw log. */
export type TimedLog = {
  add(update: ConsoleUpdate, seconds: number): void;
  /** Resolves when everything has been written. */
  close(): Promise<void>;
};

/** `/x/serial.log` → `/x/serial.timed.log`. */
export function timedLogPath(serialLog: string): string {
  return `${serialLog.replace(/\.log$/, '')}.timed.log`;
}

/** The log is for people; a file that cannot be written is told once through `onFault`. */
export function createTimedLog(path: string, onFault: (error: unknown) => void): TimedLog {
  let waiting = '';
  let faulty = false;
  /** How much of the line under the cursor has been written: `... 10%... 20%` grows for minutes without a newline. */
  let written = '';
  const fail = (error: unknown): void => {
    if (!faulty) onFault(error);
    faulty = true;
  };
  let writing = writeFile(path, '').catch(fail);

  const flush = async (): Promise<void> => {
    const text = waiting;
    waiting = '';
    if (text !== '' && !faulty) await appendFile(path, text);
  };
  const write = (text: string, seconds: number): void => {
    const rest = (text.startsWith(written) ? text.slice(written.length) : text).trim();
    if (rest === '') return;
    if (waiting === '') writing = writing.then(() => flush().catch(fail));
    waiting += `[${seconds.toFixed(1).padStart(6)}] ${rest}\n`;
  };

  return {
    add: ({ lines, partial }, seconds) => {
      for (const { text } of lines) {
        write(text, seconds);
        written = '';
      }
      if (!/\d%$/.test(partial)) return;
      write(partial, seconds);
      written = partial;
    },
    close: () => writing,
  };
}

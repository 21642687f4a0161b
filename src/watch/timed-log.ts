import { type FileHandle, open, readFile } from 'node:fs/promises';
import { knownText } from './known-text.ts';
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

/** `[  12.3] `, as `createTimedLog` writes it. */
const STAMP = /^\[ *\d+\.\d\] /gm;

/**
 * The log is for people; a file that cannot be written is told once through `onFault`.
 * @param goesOn the watching does, of a console that is read from its beginning again: what is in the file stays, with its times
 */
export function createTimedLog(path: string, onFault: (error: unknown) => void, goesOn = false): TimedLog {
  let waiting: { readonly text: string; readonly seconds: number }[] = [];
  let known = knownText('');
  let faulty = false;
  /** How much of the line under the cursor has been written: `... 10%... 20%` grows for minutes without a newline. */
  let written = '';
  /** The line under the cursor and since when it reads so: a question has no newline, and its time is not that of the end. */
  let under = { text: '', since: 0 };
  const fail = (error: unknown): void => {
    if (!faulty) onFault(error);
    faulty = true;
  };
  let file: FileHandle | undefined;
  const begin = async (): Promise<void> => {
    const written = goesOn ? await readFile(path, 'utf8').catch(() => '') : '';
    known = knownText(written.replace(STAMP, ''));
    file = await open(path, goesOn ? 'a' : 'w');
    // Whoever was killed may have been in the middle of a line.
    if (written !== '' && !written.endsWith('\n')) await file.appendFile('\n');
  };
  let writing = begin().catch(fail);

  const flush = async (): Promise<void> => {
    const lines = waiting.flatMap(({ text, seconds }) => {
      const rest = known.without(text);
      return rest === '' ? [] : [`[${seconds.toFixed(1).padStart(6)}] ${rest}\n`];
    });
    waiting = [];
    if (lines.length > 0 && !faulty) await file?.appendFile(lines.join(''));
  };
  const write = (text: string, seconds: number): void => {
    const rest = (text.startsWith(written) ? text.slice(written.length) : text).trim();
    if (rest === '') return;
    if (waiting.length === 0) writing = writing.then(() => flush().catch(fail));
    waiting.push({ text: rest, seconds });
  };

  return {
    add: ({ lines, partial }, seconds) => {
      for (const { text } of lines) {
        write(text, text === under.text ? under.since : seconds);
        written = '';
      }
      if (partial !== under.text) under = { text: partial, since: seconds };
      if (!/\d%$/.test(partial)) return;
      write(partial, seconds);
      written = partial;
    },
    close: async () => {
      await writing;
      await file?.close();
    },
  };
}

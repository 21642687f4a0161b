import { readFile } from 'node:fs/promises';
import { settle, type WatchRun } from './support.ts';

export type RecordedPiece = { readonly seconds: number; readonly text: string };

/**
 * A recorded console as the guest wrote it: the seconds in front are taken off, `... 10%` steps go back on the line of
 * their phase, and the last line, which waited for an answer, has no newline.
 */
export async function recordedConsole(name: string): Promise<readonly RecordedPiece[]> {
  const path = new URL(`../../../fixtures/consoles/${name}`, import.meta.url);
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => !/^(rc=.*)?$/.test(line));
  let seconds = 0;
  let above = '';
  return lines.map((line) => {
    const stamped = /^\[ *(\d+\.\d)\] (.*)$/.exec(line);
    seconds = stamped ? Number(stamped[1]) : seconds;
    const text = stamped ? (stamped[2] ?? '') : line;
    const join = !text.startsWith('... ') ? '\r\n' : above.endsWith('%') ? '' : '  ';
    above = text;
    return { seconds, text: `${join}${text}` };
  });
}

/** Plays a recording at its own pace; stops when the watcher has decided. */
export async function play(run: WatchRun, pieces: readonly RecordedPiece[]): Promise<void> {
  let before = 0;
  for (const { seconds, text } of pieces) {
    if (run.outcome() !== undefined || run.failure() !== undefined) return;
    if (seconds > before) await run.clock.advance(seconds - before);
    before = Math.max(before, seconds);
    run.guest.print(text);
  }
  await settle();
}

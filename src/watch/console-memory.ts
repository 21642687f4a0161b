import { type ConsolePattern, matchPattern, type PatternMatch } from './console-pattern.ts';
import type { InstallProgress } from './install-outcome.ts';
import { progressOf } from './progress.ts';
import type { ConsoleUpdate } from './serial-follower.ts';

/** A match that decides only after some time. `since`: milliseconds of the monotonic clock. */
export type Suspicion = PatternMatch & { readonly since: number };

/** What the console has told so far. */
export type ConsoleMemory = {
  /** @returns whether the text is news: text that was not shown before */
  add(update: ConsoleUpdate, now: number): boolean;
  /** The last lines, the one under the cursor included. */
  tail(): readonly string[];
  progress(): InstallProgress | undefined;
  panic(): Suspicion | undefined;
  /** The first line in which the installer said it failed. */
  error(): Suspicion | undefined;
  /** A prompt or a boot failure after which nothing else was shown. */
  waiting(): Suspicion | undefined;
  /** The last line that told how the guest ends. */
  ending(): PatternMatch | undefined;
};

const TAIL_LINES = 40;
/** Where the question to a frame such as `Prompt: '?' for help>` is looked for. */
const QUESTION_LINES = 15;
/** Lines remembered to tell news from repetition. */
const KNOWN_LINES = 2000;

/** The kernel may print into the middle of a prompt; its messages carry seconds with six decimals. */
const KERNEL_MESSAGE = /\[\s*\d+\.\d{6}\].*$/;
/** Times and counters of waiting do not make a line new: `[ 130.12]`, `10:15:01`, `(1min 3s / no limit)`. */
const TIMES = /\[\s*\d+\.\d+\]|\d{1,2}:\d\d(:\d\d)?|\d+(min|s)\b|\[[ *]+\]|[-\\|/]$/g;

export function createConsoleMemory(patterns: readonly ConsolePattern[]): ConsoleMemory {
  const decisive = (kind: ConsolePattern['kind']): readonly ConsolePattern[] =>
    patterns.filter((pattern) => pattern.kind === kind);
  const [panics, errors, endings] = [decisive('panic'), decisive('error'), decisive('ending')];
  const waits = patterns.filter(({ kind }) => kind === 'prompt' || kind === 'not-booted');
  const lines: { text: string; redrawn: boolean }[] = [];
  const known = new Set<string>();
  let partial = '';
  let progress: InstallProgress | undefined;
  let panic: Suspicion | undefined;
  let error: Suspicion | undefined;
  let waiting: Suspicion | undefined;
  let ending: PatternMatch | undefined;

  const isNews = (text: string): boolean => {
    const key = `${progress?.phase ?? ''}|${text.replace(TIMES, '')}`;
    if (known.has(key)) return false;
    if (known.size >= KNOWN_LINES) known.delete(known.values().next().value ?? '');
    known.add(key);
    return true;
  };
  const remember = (text: string, redrawn: boolean): void => {
    const last = lines.at(-1);
    const again = last?.redrawn === true && withoutDigits(last.text) === withoutDigits(text);
    if (again) lines.pop();
    lines.push({ text, redrawn });
    if (lines.length > TAIL_LINES) lines.shift();
  };
  const questionOf = (match: PatternMatch): PatternMatch => {
    if (!match.pattern.frame) return match;
    const specific = waits.filter(({ frame, vague }) => !frame && !vague);
    for (const { text } of lines.slice(-QUESTION_LINES).reverse()) {
      const found = matchPattern(specific, text);
      if (found) return found;
    }
    return match;
  };
  const readWaiting = (text: string, now: number): void => {
    const said = text.replace(KERNEL_MESSAGE, '').trim();
    if (said === '') return;
    const match = matchPattern(waits, said);
    if (match === undefined) waiting = undefined;
    else if (waiting?.pattern.id !== match.pattern.id || waiting.line !== match.line) {
      waiting = { ...match, since: now };
    }
  };
  const read = (text: string, above: string | undefined, now: number): void => {
    progress = progressOf(text, above) ?? progress;
    const failed = matchPattern(errors, text);
    if (failed) error ??= { ...failed, since: now };
    const panicked = matchPattern(panics, text);
    if (panicked) panic ??= { ...panicked, since: now };
    ending = matchPattern(endings, text) ?? ending;
    readWaiting(text, now);
  };

  return {
    add: (update, now) => {
      let news = false;
      for (const { text, redrawn } of update.lines) {
        read(text, lines.at(-1)?.text, now);
        remember(text, redrawn);
        news = isNews(text) || news;
      }
      partial = update.partial;
      if (partial.trim() !== '') {
        read(partial, lines.at(-1)?.text, now);
        news = isNews(partial) || news;
      }
      return news;
    },
    tail: () =>
      [...lines.map(({ text }) => text), ...(partial.trim() === '' ? [] : [partial])].slice(-TAIL_LINES),
    progress: () => progress,
    panic: () => panic,
    error: () => error,
    waiting: () => waiting && { ...questionOf(waiting), since: waiting.since },
    ending: () => ending,
  };
}

function withoutDigits(text: string): string {
  return text.replace(/[\d\s.]+/g, '');
}

import { matchPattern, type PatternMatch, type WatchedPattern } from './console-pattern.ts';
import { SCREEN_QUESTION } from './console-patterns/generic.ts';
import { createExplanations } from './explanations.ts';
import type { InstallProgress, InstallWarning } from './install-outcome.ts';
import { createInstallWarnings } from './install-warnings.ts';
import { createIpxeRun, ipxeAsks } from './ipxe-console.ts';
import { progressOf } from './progress.ts';
import { type Question, readQuestion } from './question.ts';
import { readings } from './screen-question.ts';
import type { ConsoleUpdate } from './serial-follower.ts';

/** A match that decides only after some time. `since`: milliseconds of the monotonic clock. */
export type Suspicion = PatternMatch & { readonly since: number };

/** What the console has told so far. */
export type ConsoleMemory = {
  /** @returns whether the text is news: text that was not shown before */
  add(update: ConsoleUpdate, now: number): boolean;
  /** What the installer told by another way than its console: progress, errors and what explains them. @returns whether it is news */
  report(text: string, now: number): boolean;
  /** A screen that was drawn and then stood still since `since`; undefined when no question is on it. */
  addScreen(question: Question | undefined, since: number): void;
  /** The last lines, the one under the cursor included; long ones are cut. */
  tail(): readonly string[];
  progress(): InstallProgress | undefined;
  panic(): Suspicion | undefined;
  /** The first line in which the installer said it failed. */
  error(): Suspicion | undefined;
  /** A prompt or a boot failure after which nothing else was shown. */
  waiting(): Suspicion | undefined;
  /** The last line that told how the guest ends. */
  ending(): PatternMatch | undefined;
  /** What the installer passed over, in its order. */
  warnings(): readonly InstallWarning[];
  /** What was said of late that explains a verdict which says little itself. */
  hint(): PatternMatch | undefined;
  /** The line in which a program complained right before the installer said that it failed, unless a hint says more. */
  complaint(): string | undefined;
  /** The question or message on the screen: the last heading and what stands below it. */
  question(): Question | undefined;
  /** Whether iPXE was started and has not handed over, as far as the console tells. */
  isIpxe(): boolean;
};

const TAIL_LINES = 40;
/** Binary garbage has no line ends; who reads the tail wants to see other lines as well. */
const TAIL_WIDTH = 500;
/** Where the question to a frame such as `Prompt: '?' for help>` is looked for. */
const QUESTION_LINES = 15;
/** Lines remembered to tell news from repetition. */
const KNOWN_LINES = 2000;

/** The kernel may print into the middle of a prompt; its messages carry seconds with six decimals. */
const KERNEL_MESSAGE = /\[\s*\d+\.\d{6}\].*$/;
const IPXE_QUESTION = 'firmware.ipxe-question';
/** ISOLINUX and SYSLINUX show it below what they complain of, and for a moment at every start. */
const BOOT_PROMPT = 'boot:';
/** Times and counters of waiting do not make a line new: `[ 130.12]`, `10:15:01`, `(1min 3s / no limit)`. */
const TIMES = /\[\s*\d+\.\d+\]|\d{1,2}:\d\d(:\d\d)?|\d+(min|s)\b|\[[ *]+\]|[-\\|/]$/g;

export function createConsoleMemory(patterns: readonly WatchedPattern[]): ConsoleMemory {
  const decisive = (kind: WatchedPattern['kind']): readonly WatchedPattern[] =>
    patterns.filter((pattern) => pattern.kind === kind);
  const [panics, errors, endings] = [decisive('panic'), decisive('error'), decisive('ending')];
  // A user's pattern may hold `$`, and what it would decide at once is decided of a whole line alone.
  const ownPanics = panics.filter(({ family }) => family !== 'user');
  const unfinishedErrors = [...errors, ...panics.filter(({ family }) => family === 'user')];
  const explanations = createExplanations(decisive('hint'));
  const warnings = createInstallWarnings(decisive('warning'));
  const waits = patterns.filter(({ kind }) => kind === 'prompt' || kind === 'not-booted');
  const bootWaits = waits.filter(({ family }) => family === 'firmware');
  const lines: { text: string; redrawn: boolean }[] = [];
  const known = new Set<string>();
  let partial = '';
  let progress: InstallProgress | undefined;
  let panic: Suspicion | undefined;
  let error: Suspicion | undefined;
  let waiting: Suspicion | undefined;
  let ending: PatternMatch | undefined;
  /** The error as far as it stood under the cursor, and what there was before it; the rest of its line says which one it is, or that it is none. */
  let growing: { readonly text: string; readonly before: Suspicion | undefined } | undefined;
  /** What the installer said below its error. */
  let below: string[] = [];
  let onScreen: Question | undefined;
  const ipxe = createIpxeRun();
  const said = new Map<string, number>();

  const isNews = (text: string): boolean => {
    const key = `${progress?.phase ?? ''}|${text.replace(TIMES, '')}`;
    if (known.has(key)) return false;
    if (known.size >= KNOWN_LINES) known.delete(known.values().next().value ?? '');
    known.add(key);
    return true;
  };
  const isAgain = (text: string): boolean => {
    const last = lines.at(-1);
    return last?.redrawn === true && withoutDigits(last.text) === withoutDigits(text);
  };
  const remember = (text: string, redrawn: boolean): void => {
    if (isAgain(text)) lines.pop();
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
  /** `asked`: what iPXE seems to ask with it. */
  const readWaiting = (text: string, now: number, asked: string | undefined): void => {
    const said = text.replace(KERNEL_MESSAGE, '').trim();
    if (said === '' || said === BOOT_PROMPT) return;
    // What iPXE's script asks may read like an installer's question.
    const match =
      asked === undefined
        ? matchPattern(waits, said)
        : (matchPattern(bootWaits, said) ?? matchPattern(waits, asked));
    if (match === undefined) {
      waiting = undefined;
      return;
    }
    const ended = ipxe.endedBefore(match.pattern.id);
    const told = (ended === undefined ? undefined : matchPattern(bootWaits, ended)) ?? match;
    if (waiting?.pattern.id !== told.pattern.id || waiting.line !== match.line) {
      waiting = { ...told, line: match.line, since: now };
    }
  };
  const tail = (): readonly string[] =>
    [...lines.map(({ text }) => text), ...(partial.trim() === '' ? [] : [partial])]
      .slice(-TAIL_LINES)
      .map(shortened);
  /** What is on a drawn screen, the most telling line of it; errors lose their mark there. */
  const readScreen = (question: Question): PatternMatch => {
    const lines = readings(question);
    const named = errors.filter(({ fallback, times }) => !fallback && times === undefined);
    const asked = waits.filter(({ frame, vague }) => !frame && !vague);
    for (const line of lines) {
      const found = matchPattern(named, `!! ERROR: ${line}`) ?? matchPattern([...named, ...asked], line);
      if (found) return { ...found, line };
    }
    return { pattern: SCREEN_QUESTION, line: question.text.at(-1) ?? question.title ?? '' };
  };
  /** The line under the cursor is read again whenever it grows, so it counts only when it is whole. */
  const saidOftenEnough = ({ pattern: { id, times } }: PatternMatch, unfinished: boolean): boolean => {
    if (times === undefined) return true;
    if (!unfinished) said.set(id, (said.get(id) ?? 0) + 1);
    return (said.get(id) ?? 0) >= times;
  };
  const readError = (text: string, now: number, unfinished = false): void => {
    const failed = matchPattern(unfinished ? unfinishedErrors : errors, text);
    const grown = growing !== undefined && text.startsWith(growing.text) ? growing : undefined;
    if (grown && failed === undefined) error = grown.before;
    growing = undefined;
    if (failed && saidOftenEnough(failed, unfinished) && (grown || saysMore(failed, error))) {
      if (unfinished) growing = { text, before: grown ? grown.before : error };
      error = { ...failed, since: error?.since ?? now };
      below = [];
      explanations.failed(now);
    }
  };
  /** It may be broken over several lines, at the width of the installer's screen. */
  const readDetail = (text: string, unfinished: boolean): void => {
    if (error?.pattern.detail === undefined || below.length >= TAIL_LINES) return;
    const said = [...below, text];
    if (!unfinished) below = said;
    const detail = error.pattern.detail.exec(said.join('\n'))?.groups;
    if (detail) error = { ...error, caught: { ...error.caught, ...detail } };
  };
  const readProgress = (text: string | undefined, above: string | undefined, unfinished: boolean): void => {
    const step = text === undefined ? undefined : progressOf(text, above);
    // The line under the cursor may be half of one, unless it grows by percentages.
    if (step === undefined || (unfinished && step.percent === undefined)) return;
    progress = step;
    if (!step.phase.startsWith('iPXE')) ipxe.leave();
  };
  const read = (text: string, above: string | undefined, now: number, unfinished = false): void => {
    const whole = ipxe.read(text, unfinished);
    readProgress(whole, above, unfinished);
    readError(text, now, unfinished);
    readDetail(text, unfinished);
    if (unfinished) explanations.readUnfinished(text);
    else {
      explanations.read(text, isAgain(text));
      warnings.read(text);
    }
    const panicked = matchPattern(unfinished ? ownPanics : panics, text);
    if (panicked) panic ??= { ...panicked, since: now };
    ending = matchPattern(endings, text) ?? ending;
    readWaiting(text, now, unfinished && ipxe.isRunning() ? ipxeAsks(whole ?? text) : undefined);
  };

  return {
    add: (update, now) => {
      if (update.lines.length > 0) onScreen = undefined;
      let news = false;
      for (const { text, redrawn } of update.lines) {
        read(text, lines.at(-1)?.text, now);
        remember(text, redrawn);
        news = isNews(text) || news;
      }
      partial = update.partial;
      if (partial.trim() !== '') {
        read(partial, lines.at(-1)?.text, now, true);
        news = isNews(partial) || news;
      } else if (update.lines.length === 0 && waiting?.pattern.id === IPXE_QUESTION) {
        // iPXE takes away what a `prompt` printed when its time has passed.
        waiting = undefined;
      }
      return news;
    },
    report: (text, now) => {
      progress = progressOf(text) ?? progress;
      readError(text, now);
      explanations.report(text, now);
      warnings.read(text);
      return isNews(text);
    },
    addScreen: (question, since) => {
      onScreen = question;
      if (question === undefined) return;
      const seen = readScreen(question);
      if (seen.pattern.kind === 'error' && saysMore(seen, error))
        error = { ...seen, since: error?.since ?? since };
      else if (waiting?.pattern.id !== seen.pattern.id || waiting.line !== seen.line)
        waiting = { ...seen, since };
    },
    tail,
    progress: () => progress,
    panic: () => panic,
    error: () => error,
    waiting: () => waiting && { ...questionOf(waiting), since: waiting.since },
    ending: () => ending,
    warnings: warnings.all,
    hint: () => explanations.hint(error?.caught?.command),
    complaint: () => explanations.complaint(error?.caught?.command),
    question: () => onScreen ?? readQuestion(tail()),
    isIpxe: ipxe.isRunning,
  };
}

/** The first error counts, unless it only said that there is one and a later line names it. */
function saysMore(seen: PatternMatch, known: PatternMatch | undefined): boolean {
  return known === undefined || (known.pattern.fallback === true && seen.pattern.fallback !== true);
}

function shortened(line: string): string {
  return line.length <= TAIL_WIDTH ? line : `${line.slice(0, TAIL_WIDTH - 1)}…`;
}

function withoutDigits(text: string): string {
  return text.replace(/[\d\s.]+/g, '');
}

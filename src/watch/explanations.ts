import {
  type Complaint,
  endsScript,
  isCalledIn,
  isForgottenIn,
  isLetPassIn,
  letsPass,
  readComplaint,
  saysFailure,
  tracedCommand,
} from './complaint.ts';
import { matchPattern, type PatternMatch, type WatchedPattern } from './console-pattern.ts';

/** What explains a failure that says little itself. */
export type Explanations = {
  /** Takes the next line of the console, whole. `again`: it redraws the one above. */
  read(line: string, again: boolean): void;
  /** Takes the line under the cursor, which may grow. */
  readUnfinished(line: string): void;
  /** Takes a line that the installer told by another way. `now`: ms of the monotonic clock. */
  report(line: string, now: number): void;
  /** The installer said that it failed; what was said right before it is kept. */
  failed(now: number): void;
  /** The last line with a known meaning, unless it was harmless. `command`: the command that failed, as far as the installer quotes one. */
  hint(command: string | undefined): PatternMatch | undefined;
  /** The line in which a program complained right before the failure, unless a hint says more. */
  complaint(command: string | undefined): string | undefined;
};

/** `at`: how many lines the console had then; `order`: among all that was said. */
type Said<Thing> = Thing & { readonly line: string; readonly at: number; readonly order: number };
/** `since`: when it was said to the syslog; it is only believed together with the command that was quoted. */
type SaidComplaint = Said<Complaint & { readonly since?: number }>;

/** A hint explains what is said within so many lines after it. */
const HINT_LINES = 40;
const MOST_HINTS = 10;
/** Syslog and console come by different ways. */
const SYSLOG_LAG_MS = 3000;
const KERNEL_LINE = /^\[\s*\d+\.\d{6}\]/;

export function createExplanations(patterns: readonly WatchedPattern[]): Explanations {
  let hints: Said<PatternMatch>[] = [];
  let underCursor: Said<PatternMatch> | undefined;
  let latest: SaidComplaint | undefined;
  let blamed: SaidComplaint | undefined;
  let failedAt: number | undefined;
  let lastTrace: number | undefined;
  let count = 0;
  let order = 0;

  const addHint = (match: PatternMatch): void => {
    hints = [...hints.filter(({ at }) => count - at < HINT_LINES), { ...match, at: count, order }].slice(
      -MOST_HINTS,
    );
  };
  const readTrace = (command: string): void => {
    // With `failing || true` the trace shows what failed, what it said, then `true`.
    const from = lastTrace ?? order - 1;
    if (letsPass(command)) hints = hints.filter((hint) => hint.order < from);
    if (!endsScript(command)) latest = undefined;
    lastTrace = order;
  };
  const blameReported = (now: number): void => {
    const { since } = latest ?? {};
    blamed = since !== undefined && now - since > SYSLOG_LAG_MS ? undefined : latest;
  };
  const programOf = ({ line, pattern }: PatternMatch): string | undefined =>
    pattern.family === 'user' ? undefined : readComplaint(line)?.program;
  const lastHint = (command: string | undefined): Said<PatternMatch> | undefined => {
    const all = underCursor === undefined ? hints : [...hints, underCursor];
    return all.findLast((hint) => {
      const program = programOf(hint);
      const passes = command !== undefined && program !== undefined && isLetPassIn(command, program);
      return count - hint.at < HINT_LINES && !passes;
    });
  };
  const lastComplaint = (command: string | undefined): SaidComplaint | undefined => {
    if (blamed === undefined) return undefined;
    const { program, since } = blamed;
    if (command === undefined) return since === undefined ? blamed : undefined;
    if (isLetPassIn(command, program) || isForgottenIn(command, program)) return undefined;
    return since === undefined || isCalledIn(command, program) ? blamed : undefined;
  };
  const isLater = (one: Said<unknown> | undefined, other: Said<unknown> | undefined): boolean =>
    one !== undefined && (other === undefined || one.order > other.order);

  return {
    read: (line, again) => {
      if (!again) count += 1;
      order += 1;
      underCursor = undefined;
      const command = tracedCommand(line);
      if (command !== undefined) return readTrace(command);
      const hint = matchPattern(patterns, line);
      const complaint = readComplaint(line);
      if (hint !== undefined) addHint(hint);
      if (hint === undefined && complaint !== undefined) latest = { ...complaint, line, at: count, order };
      else if (!KERNEL_LINE.test(line)) latest = undefined;
    },
    readUnfinished: (line) => {
      const hint = matchPattern(patterns, line);
      underCursor = hint && { ...hint, at: count + 1, order: order + 1 };
    },
    report: (line, now) => {
      order += 1;
      const command = tracedCommand(line);
      if (command !== undefined) return readTrace(command);
      const hint = matchPattern(patterns, line);
      if (hint !== undefined) return addHint(hint);
      const complaint = readComplaint(line);
      if (complaint === undefined || !saysFailure(complaint)) return;
      const said = { ...complaint, line, at: count, order, since: now };
      if (failedAt === undefined) latest = said;
      else if (blamed === undefined && now - failedAt <= SYSLOG_LAG_MS) blamed = said;
    },
    failed: (now) => {
      if (failedAt === undefined) blameReported(now);
      failedAt ??= now;
    },
    hint: (command) => {
      const hint = lastHint(command);
      return isLater(lastComplaint(command), hint) ? undefined : hint;
    },
    complaint: (command) => {
      const complaint = lastComplaint(command);
      return isLater(complaint, lastHint(command)) ? complaint?.line : undefined;
    },
  };
}

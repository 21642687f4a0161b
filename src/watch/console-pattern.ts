import type { InstallScriptKind } from '../spec/build-spec.ts';

/** The installers and earlier stages whose console text we know. */
export const CONSOLE_FAMILIES = [
  'kernel',
  'firmware',
  'debian-installer',
  'anaconda',
  'subiquity',
  'autoyast',
  'test-installer',
  'generic',
] as const;
export type ConsoleFamily = (typeof CONSOLE_FAMILIES)[number];

/**
 * How a pattern decides:
 * `panic` at once; `error` after a grace, so that the console's end is complete; `prompt` and `not-booted` only while
 * nothing else follows, since installers print such text and go on; `hint` decides nothing and explains a verdict that says
 * little itself (a stall, a bare `[Press enter to continue]`); `ending` decides nothing, it tells how the guest ends; `warning` decides
 * nothing either, and is told of an install that ended well.
 */
export type PatternKind = 'panic' | 'error' | 'prompt' | 'not-booted' | 'hint' | 'ending' | 'warning';

/** What the console really shows. `recorded`: seen by this project; `documented`: taken from the installer's own source or manual. */
export type PatternSample = { readonly from: 'recorded' | 'documented'; readonly text: string };

/** What compares a line: an expression of Kiln's own, or a user's (line-pattern.ts). */
export type LineMatcher = {
  test(line: string): boolean;
  exec(line: string): { readonly groups?: Readonly<Record<string, string | undefined>> | undefined } | null;
};

/** One thing a console may say. Plain data: `console-patterns/` holds them by family, templates add the user's own. */
export type ConsolePattern<Matcher extends LineMatcher = RegExp> = {
  /** Stable: `debian-installer.passwd/root-password`. */
  readonly id: string;
  readonly family: ConsoleFamily | 'user';
  readonly kind: PatternKind;
  readonly regex: Matcher;
  /** Completes "The console says: …" for the user: what it means. */
  readonly meaning: string;
  /** What to change, where that is known. */
  readonly remedy?: string;
  /** Advice besides, unless something said why, or the command that the installer quotes (its blanks left out) does so already. */
  readonly advice?: { readonly text: string; readonly followedBy: RegExp };
  /** Of an error: what stands below it, line breaks included; its named groups (`word`, `line`, `command`, `named`) tell more; `named` is quoted behind the meaning. */
  readonly detail?: RegExp;
  /** Which settings of the install script decide it, and the lines that mend it when they are missing. */
  readonly mend?: ScriptMend;
  /** Instead of `mend`, by what `named` caught. */
  readonly mendOf?: Readonly<Record<string, ScriptMend>>;
  /** When an installer says it, in the user's words. */
  readonly phase: string;
  /** Last lines of a console that shows it, the matching one among them. */
  readonly sample: PatternSample;
  /** A line that looks alike and must not match. */
  readonly never: string;
  /** Of an error: decides when it is said for so many times, since once is how every start looks. */
  readonly times?: number;
  /** Matches innocent text too, so it needs six times the usual silence and a disk at rest. */
  readonly vague?: true;
  /** Only the frame of a question: the lines above say which one it is. */
  readonly frame?: true;
  /** Of a user's: file and line of the template that has it. */
  readonly where?: string;
  /** Stands for whatever has no pattern of its own, so others may match the same line before it. */
  readonly fallback?: true;
};

/** Kiln's own or a user's. */
export type WatchedPattern = ConsolePattern<LineMatcher>;

export type ScriptMend = {
  /** Names of settings: `mirror/http/hostname`, `url`, `%packages`. */
  readonly settings: readonly string[];
  /** Lines to add when none of them is in the script. */
  readonly add?: readonly string[];
  /** What belongs in their place, or is missing, by the kind of script. */
  readonly instead?: Readonly<Partial<Record<InstallScriptKind, string>>>;
};

export type PatternMatch = {
  readonly pattern: WatchedPattern;
  /** The console line as it was matched. */
  readonly line: string;
  /** What the pattern's named groups caught: `word` (a package, a key), `named` (a file, a step), `line` (of the install script), `command` (of it). */
  readonly caught?: Readonly<Record<string, string>>;
};

/** Whether a line may match at all: one look by all of Kiln's own together, since nearly no line does. */
const anyOf = new WeakMap<readonly WatchedPattern[], RegExp>();

const isOwn = (pattern: WatchedPattern): pattern is ConsolePattern => pattern.regex instanceof RegExp;

function mayMatch(patterns: readonly WatchedPattern[], line: string): boolean {
  let all = anyOf.get(patterns);
  if (all === undefined) {
    // Names of groups must be unique in one expression; flags differ, so letters are compared without case.
    const sources = patterns
      .filter(isOwn)
      .map(({ regex }) => `(?:${regex.source.replace(/\(\?<(?![=!])\w+>/g, '(?:')})`);
    all = new RegExp(sources.length === 0 ? '(?!)' : sources.join('|'), 'i');
    anyOf.set(patterns, all);
  }
  return all.test(line) || patterns.some((pattern) => !isOwn(pattern) && pattern.regex.test(line));
}

export function matchPattern(patterns: readonly WatchedPattern[], line: string): PatternMatch | undefined {
  if (!mayMatch(patterns, line)) return undefined;
  for (const pattern of patterns) {
    const match = pattern.regex.exec(line);
    if (match === null) continue;
    const caught = Object.fromEntries(
      Object.entries(match.groups ?? {}).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value]],
      ),
    );
    return { pattern, line, ...(Object.keys(caught).length === 0 ? {} : { caught }) };
  }
  return undefined;
}

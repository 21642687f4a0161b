/** The installers and earlier stages whose console text we know. */
export const CONSOLE_FAMILIES = [
  'kernel',
  'firmware',
  'debian-installer',
  'anaconda',
  'subiquity',
  'test-installer',
  'generic',
] as const;
export type ConsoleFamily = (typeof CONSOLE_FAMILIES)[number];

/**
 * How a pattern decides:
 * `panic` at once; `error` after a grace, so that the console's end is complete; `prompt` and `not-booted` only while
 * nothing else follows, since installers print such text and go on; `ending` decides nothing, it tells how the guest ends.
 */
export type PatternKind = 'panic' | 'error' | 'prompt' | 'not-booted' | 'ending';

export type ConsolePattern = {
  /** Stable: `debian-installer.root-password`. */
  readonly id: string;
  readonly family: ConsoleFamily;
  readonly kind: PatternKind;
  readonly regex: RegExp;
  /** Completes "The console says: …" for the user: what it means. */
  readonly meaning: string;
  /** What to change, where that is known. */
  readonly suggestion?: string;
  /** Matches innocent text too, so it needs six times the usual silence and a disk at rest. */
  readonly vague?: true;
  /** Only the frame of a question: the lines above say which one it is. */
  readonly frame?: true;
};

export type PatternMatch = {
  readonly pattern: ConsolePattern;
  /** The console line as it was matched. */
  readonly line: string;
};

export function matchPattern(patterns: readonly ConsolePattern[], line: string): PatternMatch | undefined {
  const pattern = patterns.find(({ regex }) => regex.test(line));
  return pattern && { pattern, line };
}

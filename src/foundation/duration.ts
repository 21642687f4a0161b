import { SpecError } from './errors.ts';

declare const secondsBrand: unique symbol;
/** A length of time in seconds, zero or more. */
export type Seconds = number & { readonly [secondsBrand]: true };

export function seconds(count: number): Seconds {
  if (!Number.isFinite(count) || count < 0) throw new RangeError(`not a number of seconds: ${count}`);
  return count as Seconds;
}

/** The longest first, as in a duration. */
const UNITS = [
  { words: ['d'], length: 86_400 },
  { words: ['h'], length: 3600 },
  { words: ['m', 'min'], length: 60 },
  { words: ['s', ''], length: 1 },
] as const;

type Part = {
  readonly count: number;
  readonly word: string;
  /** Place of its unit among all. */
  readonly rank: number;
};

/**
 * Parses `90`, `90s`, `10m`, `1h30m`.
 * @throws SpecError `duration.invalid`
 */
export function parseDuration(text: string): Seconds {
  const compact = text.replaceAll(/\s+/g, '').toLowerCase();
  const parts = partsOf(compact);
  if (parts === undefined || !parts.every(isShorterThanBefore)) {
    throw invalid(text, 'write for example 90s, 10m or 1h30m.');
  }
  const [before, last] = parts.slice(-2);
  if (before !== undefined && last?.word === '') {
    // Whether 1h30 is meant in minutes or in seconds only its writer knows.
    const next = UNITS[before.rank + 1]?.words[0] ?? 's';
    throw invalid(text, `its last number lacks a unit. Write ${compact}${next}, for example.`);
  }
  const total = parts.reduce((sum, { count, rank }) => sum + count * (UNITS[rank]?.length ?? 0), 0);
  if (!Number.isFinite(total)) throw invalid(text, 'write for example 90s, 10m or 1h30m.');
  return seconds(total);
}

/** undefined where something else stands between them, or there is none. */
function partsOf(compact: string): Part[] | undefined {
  const found = [...compact.matchAll(/(\d+(?:\.\d+)?)(min|[dhms]?)/g)];
  if (found.length === 0 || found.map(([part]) => part).join('') !== compact) return undefined;
  return found.map(([, count, word = '']) => ({
    count: Number(count),
    word,
    rank: UNITS.findIndex(({ words }) => (words as readonly string[]).includes(word)),
  }));
}

/** Of `2h1h` or `30s1m` nobody knows what was meant. */
const isShorterThanBefore = ({ rank }: Part, index: number, parts: readonly Part[]): boolean =>
  index === 0 || rank > (parts[index - 1]?.rank ?? -1);

const invalid = (text: string, what: string): SpecError =>
  new SpecError('duration.invalid', `"${text}" is not a duration; ${what}`);

/** `3725` → `1h 02m 05s`, `65` → `1m 05s`, `9.3` → `9s`. */
export function formatDuration(total: number): string {
  const whole = Math.max(0, Math.round(total));
  const two = (value: number): string => String(value).padStart(2, '0');
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  if (h > 0) return `${h}h ${two(m)}m ${two(s)}s`;
  return m > 0 ? `${m}m ${two(s)}s` : `${s}s`;
}

import { SpecError } from './errors.ts';

declare const secondsBrand: unique symbol;
/** A length of time in seconds, zero or more. */
export type Seconds = number & { readonly [secondsBrand]: true };

export function seconds(count: number): Seconds {
  if (!Number.isFinite(count) || count < 0) throw new RangeError(`not a number of seconds: ${count}`);
  return count as Seconds;
}

const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, min: 60, h: 3600, d: 86400 };

/**
 * Parses `90`, `90s`, `10m`, `1h30m`.
 * @throws SpecError `duration.invalid`
 */
export function parseDuration(text: string): Seconds {
  const compact = text.replaceAll(/\s+/g, '').toLowerCase();
  const parts = [...compact.matchAll(/(\d+(?:\.\d+)?)(min|[smhd]?)/g)];
  const total = parts.reduce((sum, part) => sum + Number(part[1]) * (UNITS[part[2] ?? ''] ?? Number.NaN), 0);
  const whole = parts.map((part) => part[0]).join('') === compact;
  if (parts.length === 0 || !whole || !Number.isFinite(total)) {
    throw new SpecError(
      'duration.invalid',
      `"${text}" is not a duration; write for example 90s, 10m or 1h30m.`,
    );
  }
  return seconds(total);
}

/** `3725` → `1h 02m 05s`, `65` → `1m 05s`, `9.3` → `9s`. */
export function formatDuration(total: number): string {
  const whole = Math.max(0, Math.round(total));
  const two = (value: number): string => String(value).padStart(2, '0');
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  if (h > 0) return `${h}h ${two(m)}m ${two(s)}s`;
  return m > 0 ? `${m}m ${two(s)}s` : `${s}s`;
}

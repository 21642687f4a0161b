import { SpecError } from '../foundation/errors.ts';
import { suggestion } from '../foundation/nearest-word.ts';
import { DISK_FORMATS, type DiskFormat, FORMAT_WORDS, formatWord } from '../qemu-img/disk-format.ts';
import type { PublishTarget } from './publish-target.ts';

/** A target's options as values. Every reader throws SpecError `options.invalid`. */
export type TargetValues = ReturnType<typeof targetValues>;

export function targetValues({ options }: PublishTarget) {
  const one = (name: string): string | undefined => options[name]?.at(-1);
  return {
    text: one,
    /** As a property to spread: absent when it was not given. */
    optional: <K extends string>(name: string, key: K): { readonly [P in K]?: string } => {
      const value = one(name);
      return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: string }; // computed keys lose their type
    },
    flag: (name: string): boolean => one(name) === 'true',
    list: (name: string): readonly string[] => options[name] ?? [],
    word: <T extends string>(name: string, words: readonly T[], otherwise: T): T => {
      const value = one(name);
      const found = value === undefined ? otherwise : words.find((candidate) => candidate === value);
      if (found !== undefined) return found;
      throw invalid(name, `takes ${words.join(', ')}, not "${value}".${suggestion(value ?? '', words)}`);
    },
    count: (name: string): number | undefined => {
      const value = one(name);
      if (value === undefined) return undefined;
      const count = Number(value);
      if (/^\d+$/.test(value) && Number.isSafeInteger(count)) return count;
      throw invalid(name, `takes a whole number, not "${value}".`);
    },
    pairs: (name: string): Readonly<Record<string, string>> =>
      Object.fromEntries((options[name] ?? []).map((pair) => splitPair(name, pair))),
    format: (): DiskFormat | undefined => {
      const value = one('format');
      if (value === undefined) return undefined;
      const format = DISK_FORMATS.find((candidate) => candidate === value || formatWord(candidate) === value);
      if (format !== undefined) return format;
      throw invalid(
        'format',
        `takes ${FORMAT_WORDS.join(', ')}, not "${value}".${suggestion(value, FORMAT_WORDS)}`,
      );
    },
  };
}

function splitPair(name: string, pair: string): readonly [string, string] {
  const at = pair.indexOf('=');
  if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)];
  throw invalid(name, `takes KEY=VALUE, not "${pair}".`);
}

/** A name or id that is to be a part of an address: what would make it another one is none. */
export function idProblem(value: string): string | undefined {
  if (value.trim() === '') return 'takes a name or an id, not an empty word.';
  return /^\.{1,2}$|\//.test(value)
    ? `takes a name or an id, which ${JSON.stringify(value)} cannot be.`
    : undefined;
}

export function invalid(name: string, problem: string): SpecError {
  return new SpecError('options.invalid', `--${name} ${problem}`, { details: { option: `--${name}` } });
}

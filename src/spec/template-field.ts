import * as z from 'zod';
import { SpecError } from '../foundation/errors.ts';
import { readOneOf, wrong } from './words.ts';

/** Runs a reader inside a zod transform: its SpecError becomes an issue at the place zod is at. */
export function reading<V, T>(reader: (value: V) => T) {
  return (value: V, context: z.RefinementCtx): T => {
    try {
      return reader(value);
    } catch (error) {
      if (!(error instanceof SpecError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
      return z.NEVER;
    }
  };
}

/** `key:` with nothing after it is null in YAML: nearly always a value somebody forgot. */
function present(value: unknown): unknown {
  if (value === null) throw wrong('has no value; give one or remove the key');
  return value;
}

export const item = <T>(reader: (value: unknown) => T) =>
  z.unknown().transform(reading((value) => reader(present(value))));

export const field = <T>(reader: (value: unknown) => T) => item(reader).optional();

export const oneOf = <T extends string>(list: readonly T[]) => field((value) => readOneOf(value, list));

/** Not a map or a list. What should be a text and is a number is told as that. */
export const isWord = (value: unknown): boolean => typeof value !== 'object' || value === null;

/** A field written either as a map or, in short, as one word. */
export function mapOr<S extends z.ZodType, T>(
  schema: S,
  isShort: (value: unknown) => boolean,
  short: (value: unknown) => T,
) {
  const shortSchema = item(short);
  return z.unknown().transform((value, context): z.output<S> | T => {
    const parsed = isShort(value) ? shortSchema.safeParse(value) : schema.safeParse(value);
    if (parsed.success) return parsed.data;
    // zod adds the path down to here; the issues keep their own below it.
    for (const issue of parsed.error.issues)
      context.issues.push({ ...issue, input: value } as z.core.$ZodRawIssue);
    return z.NEVER;
  });
}

import { MASK, type Redactor } from './redact.ts';
import { namesSecret } from './scrub-secrets.ts';

/**
 * JSON in which `scrub` has hidden what it hides in text. Done to the text of the file it would miss what stands behind an escaped quote,
 * and take quotes away.
 * @returns undefined for what is no JSON, or is nested too deep for it
 */
export function scrubJson(text: string, scrub: Redactor): string | undefined {
  try {
    return `${JSON.stringify(scrubbed(JSON.parse(text), scrub), null, 2)}\n`;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}

function scrubbed(value: unknown, scrub: Redactor): unknown {
  if (typeof value === 'string') return scrub(value);
  if (typeof value === 'number') return scrub(String(value)) === String(value) ? value : MASK;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value))
    return value.every(isText) ? scrubbedLines(value, scrub) : value.map((one) => scrubbed(one, scrub));
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      scrub(name),
      namesSecret(name) ? hidden(one, scrub) : scrubbed(one, scrub),
    ]),
  );
}

const isText = (value: unknown): value is string => typeof value === 'string';

/** The lines of a console are one text: a private key has many. */
function scrubbedLines(lines: readonly string[], scrub: Redactor): readonly string[] {
  const text = lines.join('\n');
  const result = scrub(text);
  return result === text ? lines : result.split('\n');
}

/** The value of a name that tells of a secret; whether there is one, and what it is made of, is none. */
function hidden(value: unknown, scrub: Redactor): unknown {
  if (Array.isArray(value)) return value.map((one) => hidden(one, scrub));
  const isSecret = typeof value === 'number' || (typeof value === 'string' && value !== '');
  return isSecret ? MASK : scrubbed(value, scrub);
}

export const MASK = '********';

/** Hides the values of secrets in text that people or files will see. */
export type Redactor = (text: string) => string;

/** Values shorter than this would blank out innocent text, so they are left alone. */
export const SHORTEST_SECRET = 4;

export function redactorFor(secrets: readonly string[]): Redactor {
  const values = [...new Set(secrets)].filter((value) => value.length >= SHORTEST_SECRET);
  const longestFirst = values.sort((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((result, value) => result.replaceAll(value, MASK), text);
}

/** A value in whose texts secrets are hidden, but for those under the names in `spared`. */
export function redactTexts<Value>(value: Value, redact: Redactor, spared: ReadonlySet<string>): Value {
  const redacted = (part: unknown): unknown => {
    if (typeof part === 'string') return redact(part);
    if (Array.isArray(part)) return part.map(redacted);
    if (typeof part !== 'object' || part === null) return part;
    const entries = Object.entries(part);
    return Object.fromEntries(entries.map(([name, one]) => [name, spared.has(name) ? one : redacted(one)]));
  };
  return redacted(value) as Value;
}

/** Words in names of values that are not for everybody's eyes. */
const SECRET_NAME = /passw|passphrase|secret|token|credential|(?:api|access|private)_?key|_hash$/i;

/** Whether a value of this name is not for everybody's eyes. */
export const isSecretName = (name: string): boolean => SECRET_NAME.test(name);

/** The values whose names tell that they are secrets. */
export const namedSecrets = (values: Readonly<Record<string, string>>): string[] =>
  Object.entries(values).flatMap(([name, value]) => (isSecretName(name) ? [value] : []));

/** Named values, those with a telling name masked: nobody has listed the secrets among what a user gives. */
export function maskNamedSecrets(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, isSecretName(name) && value !== '' ? MASK : value]),
  );
}

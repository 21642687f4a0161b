const MASK = '********';

/** Hides the values of secrets in text that people or files will see. */
export type Redactor = (text: string) => string;

/** Values shorter than this would blank out innocent text, so they are left alone. */
const SHORTEST_SECRET = 4;

export function redactorFor(secrets: readonly string[]): Redactor {
  const values = [...new Set(secrets)].filter((value) => value.length >= SHORTEST_SECRET);
  const longestFirst = values.sort((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((result, value) => result.replaceAll(value, MASK), text);
}

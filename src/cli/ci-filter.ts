import type { CiService } from './ci-service.ts';

/**
 * Makes everything that is written harmless for a CI service, however it is cut into pieces: what a line holds so far counts for the
 * piece that goes on with it.
 */
export function ciFilter({ harmless }: Pick<CiService, 'harmless'>): (text: string) => string {
  let line = '';
  return (text) => {
    const told = harmless(line + text).slice(harmless(line).length);
    line = endOf(`${line}${text}`);
    return told;
  };
}

/** Longer than all that a service looks for within a line. */
const LONGEST_MARK = 32;

/** As much of the last line as its continuation depends on: whether it has begun, and its last characters. */
function endOf(text: string): string {
  const line = text.slice(text.lastIndexOf('\n') + 1);
  if (line.length <= LONGEST_MARK) return line;
  const end = line.slice(-LONGEST_MARK);
  return line.trim() === '' ? ' ' : line.trimStart() === ':' ? ':' : `x${end}`;
}

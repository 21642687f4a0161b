import { median, medianRatio } from './measure.js';

/**
 * One line of the result. `met` is undefined where there is nothing to compare with.
 * @typedef {{ what: string, figure: string, reference?: string, ratio?: string, goal: string, met: boolean | undefined,
 *   note?: string }} Row
 */

/** @param {number} value */
export const inSeconds = (value) => `${value < 1 ? value.toFixed(3) : value.toFixed(2)} s`;

/** @param {number} value */
export const inMilliseconds = (value) => `${(value * 1000).toFixed(0)} ms`;

/** @param {number} bytes */
export const inMiB = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

/** @param {number} value */
export const asRatio = (value) => `${value.toFixed(value < 0.1 ? 3 : 2)} ×`;

/**
 * Times of one way beside those of another, run by run.
 * @param {string} what
 * @param {{ times: readonly number[], references: readonly number[], goal: string, isMet(ratio: number): boolean }} compared in seconds
 * @returns {Row}
 */
export function rowOfTimes(what, { times, references, goal, isMet }) {
  const ratio = medianRatio(times, references);
  const [figure, reference] = [inSeconds(median(times)), inSeconds(median(references))];
  return { what, figure, reference, ratio: asRatio(ratio), goal, met: isMet(ratio) };
}

const HEADS = ['what', 'figure', 'reference', 'ratio', 'goal', 'met'];

/**
 * A table that is Markdown as well.
 * @param {readonly Row[]} rows
 */
export function table(rows) {
  const cells = [HEADS, ...rows.map(cellsOf)];
  const widths = HEADS.map((_, column) => Math.max(...cells.map((line) => [...(line[column] ?? '')].length)));
  const lines = cells.map((line) => lineOf(line, widths));
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  const notes = rows.flatMap(({ what, note }) => (note === undefined ? [] : [`- ${what}: ${note}`]));
  return [lines[0], rule, ...lines.slice(1), ...(notes.length > 0 ? ['', ...notes] : [])].join('\n');
}

/** @param {Row} row */
function cellsOf({ what, figure, reference = '', ratio = '', goal, met }) {
  return [what, figure, reference, ratio, goal, met === undefined ? '–' : met ? 'yes' : 'NO'];
}

/**
 * @param {readonly string[]} line
 * @param {readonly number[]} widths
 */
function lineOf(line, widths) {
  const padded = line.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - [...cell].length));
  return `| ${padded.join(' | ')} |`;
}

import { describe, expect, it } from 'vitest';
import { createConsoleMemory } from '../../../src/watch/console-memory.ts';
import { createConsoleText } from '../../../src/watch/console-text.ts';
import { INSTALL_PATTERNS } from '../../../src/watch/patterns.ts';
import { PROGRESS_RULES } from '../../../src/watch/progress.ts';

/** A guest decides what its lines hold: long runs of each class, of what stands in expressions, and behind the beginnings that they want. */
const RUNS = [
  'a',
  'A',
  '0',
  ' ',
  '\t',
  '.',
  '-',
  '/',
  ':',
  '!',
  '[',
  '(',
  '"',
  "'",
  '─',
  'é',
  '%',
  '... ',
  '0% ',
  'a ',
  'a: ',
  '[1;',
  '\\',
];
const LONGEST = 4096;

const EXPRESSIONS = [
  ...INSTALL_PATTERNS.flatMap(({ id, regex, detail, sample, never }) => [
    { id, regex, texts: [...sample.text.split('\n'), never] },
    ...(detail === undefined ? [] : [{ id: `${id}, detail`, regex: detail, texts: [] }]),
  ]),
  ...PROGRESS_RULES.map(({ id, regex, sample }) => ({ id, regex, texts: [sample] })),
];

function milliseconds(work: () => void): number {
  const from = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1000;
}

describe('a hostile line', () => {
  it('costs no expression of ours more than a moment', () => {
    const slow = EXPRESSIONS.flatMap(({ id, regex, texts }) => {
      const beginnings = [
        '',
        ...texts.flatMap((text) => [text, text.slice(0, text.length / 2), text.slice(0, 10)]),
      ];
      return RUNS.flatMap((run) =>
        beginnings.flatMap((beginning) => {
          const line = `${(beginning + run.repeat(LONGEST)).slice(0, LONGEST - 1)}\u0001`;
          return milliseconds(() => regex.test(line)) > 150 ? [`${id}: ${beginning}${run}`] : [];
        }),
      );
    });
    expect(slow).toEqual([]);
  });

  it.each(RUNS)('of %j without end is read in pieces', (run) => {
    const text = createConsoleText();
    const memory = createConsoleMemory(INSTALL_PATTERNS);
    let pieces: readonly { readonly text: string; readonly redrawn: boolean }[] = [];
    const spent = milliseconds(() => {
      pieces = text.add(`Installing x${run.repeat(65_536 / run.length)}`);
      memory.add({ lines: pieces, partial: text.partial(), raw: '' }, 0);
    });
    expect(Math.max(0, ...pieces.map((piece) => piece.text.length))).toBeLessThanOrEqual(LONGEST);
    expect(spent).toBeLessThan(1500);
  });
});

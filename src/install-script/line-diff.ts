import { structuredPatch } from 'diff';

const CONTEXT = 2;

/** A unified diff; empty for equal texts. */
export function lineDiff(before: string, after: string, label: string): string {
  if (before === after) return '';
  const { hunks } = structuredPatch(label, label, before, after, undefined, undefined, { context: CONTEXT });
  const range = (start: number, lines: number): string => `${start},${lines}`;
  return [
    `--- ${label}`,
    `+++ ${label} (as run)`,
    ...hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
      `@@ -${range(oldStart, oldLines)} +${range(newStart, newLines)} @@`,
      ...lines,
    ]),
  ].join('\n');
}

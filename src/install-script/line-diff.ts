import { structuredPatch } from 'diff';

const CONTEXT = 2;

/** A unified diff; empty for equal texts. The file itself stays as it is, unless `changed` says otherwise. */
export function lineDiff(
  before: string,
  after: string,
  label: string,
  changed = `${label} (as run)`,
): string {
  if (before === after) return '';
  const { hunks } = structuredPatch(label, label, before, after, undefined, undefined, { context: CONTEXT });
  const range = (start: number, lines: number): string => `${start},${lines}`;
  return [
    `--- ${label}`,
    `+++ ${changed}`,
    ...hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
      `@@ -${range(oldStart, oldLines)} +${range(newStart, newLines)} @@`,
      ...lines,
    ]),
  ].join('\n');
}

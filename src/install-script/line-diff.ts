const CONTEXT = 2;

/** A unified diff of one hunk, from the first changed line to the last; empty for equal texts. */
export function lineDiff(before: string, after: string, label: string): string {
  if (before === after) return '';
  const [old, now] = [before.split('\n'), after.split('\n')];
  const shorter = Math.min(old.length, now.length);
  let head = 0;
  while (head < shorter && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && old.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
  const from = Math.max(0, head - CONTEXT);
  const behind = old
    .slice(old.length - tail, old.length - tail + CONTEXT)
    .filter((line, i, all) => line !== '' || i < all.length - 1);
  const removed = old.slice(head, old.length - tail);
  const added = now.slice(head, now.length - tail);
  const context = old.slice(from, head);
  const counts = (changed: readonly string[]): number => context.length + changed.length + behind.length;
  return [
    `--- ${label}`,
    `+++ ${label} (as run)`,
    `@@ -${from + 1},${counts(removed)} +${from + 1},${counts(added)} @@`,
    ...context.map((line) => ` ${line}`),
    ...removed.map((line) => `-${line}`),
    ...added.map((line) => `+${line}`),
    ...behind.map((line) => ` ${line}`),
  ].join('\n');
}

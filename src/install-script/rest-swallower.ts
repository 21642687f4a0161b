/** What a shell reads in one piece: an escape, a quoted text, a comment's beginning, a quote or backslash left open, anything else. */
const PIECE = /\\[\s\S]|'[^']*'|"(?:\\[\s\S]|[^"\\])*"|(?:^|(?<=[\s;&|()]))(#)|(["'\\])|[\s\S]/gy;

export type RestSwallower = { readonly offset: number; readonly by: '#' | '"' | "'" | '\\' };

/** What in a shell command of one line would take in whatever is put behind it: a comment, an open quote, a last backslash. */
export function restSwallower(command: string): RestSwallower | undefined {
  for (const { 1: comment, 2: open, index } of command.matchAll(PIECE)) {
    const by = comment ?? open;
    // The expression's groups hold these characters alone.
    if (by !== undefined) return { offset: index, by: by as RestSwallower['by'] };
  }
  return undefined;
}

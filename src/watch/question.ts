/** What an installer shows when it waits: a heading, if it has one, and the text below it. */
export type Question = { readonly title?: string; readonly text: readonly string[] };

/** A question longer than this is quoted by its end. */
const LONGEST = 12;

/** cdebconf's text frontend underlines its headings with as many dashes as they have characters. */
export function isUnderline(line: string, title: string | undefined): title is string {
  return title !== undefined && /^-{3,}$/.test(line) && Math.abs(title.length - line.length) <= 1;
}

/** @returns undefined when no heading is among the lines */
export function readQuestion(lines: readonly string[]): Question | undefined {
  for (let at = lines.length - 1; at > 0; at -= 1) {
    const title = lines[at - 1];
    if (!isUnderline(lines[at] ?? '', title)) continue;
    return { title, text: lines.slice(at + 1).slice(-LONGEST) };
  }
  return undefined;
}

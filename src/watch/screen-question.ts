import type { Question } from './question.ts';

/** `┌──────┤ [!!] Partition disks ├──────┐`: how newt writes the title of a window, here with cdebconf's mark of priority. */
const TITLE = /[┤|] +(.+?) +[├|]/;
const BORDER = /^[^│|]*[│|]\s?(.*?)\s*[│|]/;
/** `<Go Back>   <Continue>` of newt, `[ OK ]` and `[Abort]` of ncurses. */
const BUTTON = /<[A-Z][A-Za-z ]{1,20}>|\[ ?(?:OK|Ok|Yes|No|Abort|Retry|Cancel|Next|Back|Skip)[ a-z]*\]/;
/** cdebconf marks a question with its priority; a progress bar has none. */
const PRIORITY = /^\[(?:!!|!|\?|\.)\] /;

/**
 * Reads the window that a full-screen installer (newt, ncurses) waits in.
 * @returns undefined when there is none, or one that only shows progress
 */
export function readScreenQuestion(screen: readonly string[]): Question | undefined {
  const top = screen.findLastIndex((line) => /[┌╔+]/.test(line) && TITLE.test(line));
  if (top < 0) return undefined;
  const title = TITLE.exec(screen[top] ?? '')?.[1]?.trim() ?? '';
  const inside = screen.slice(top + 1).flatMap((line) => {
    const text = BORDER.exec(line)?.[1]?.trim() ?? '';
    return text === '' ? [] : [text];
  });
  const waits = PRIORITY.test(title) || inside.some((line) => BUTTON.test(line));
  if (!waits) return undefined;
  const text = inside.filter((line) => !BUTTON.test(line)).map((line) => line.replace(/_{3,}/g, '').trim());
  return { title: title.replace(PRIORITY, ''), text: text.filter((line) => line !== '') };
}

/** Lines a pattern may match: each as it is, and with the next ones, since a window wraps them. */
export function readings({ title, text }: Question): readonly string[] {
  const lines = [...(title === undefined ? [] : [title]), ...text];
  return lines.flatMap((line, at) => [
    line,
    [line, lines[at + 1]].join(' '),
    lines.slice(at, at + 3).join(' '),
  ]);
}

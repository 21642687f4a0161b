/** A last line without a line break gets one, so that something can be put behind. */
export const endedLine = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);

/** Puts `added` in at an offset. */
export const insertAt = (text: string, offset: number, added: string): string =>
  text.slice(0, offset) + added + text.slice(offset);

/** Offset at which a line begins; 1 is the first. Behind the last line: the end of the text. */
export function lineStart(text: string, line: number): number {
  let offset = 0;
  for (let at = 1; at < line; at += 1) {
    const next = text.indexOf('\n', offset);
    if (next < 0) return text.length;
    offset = next + 1;
  }
  return offset;
}

/** The line an offset is on; 1 is the first. */
export const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

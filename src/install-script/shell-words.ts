/** A piece of a word (quoted, escaped or plain), blanks, or a comment to the end of the line. */
const TOKEN = /"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)|(\s+)|(#.*)|([^\s"'\\]+)|(["'\\])/gy;

/**
 * Splits a line as pykickstart does with Python's `shlex`: quotes group, a backslash takes the next character literally, a `#` at
 * the start of a word begins a comment. Undefined when a quote is left open.
 */
export function shellWords(line: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (const [, double, single, escaped, blanks, comment, plain, open] of line.matchAll(TOKEN)) {
    if (open !== undefined) return undefined;
    if (comment !== undefined && word === undefined) break;
    if (blanks !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      const piece = double?.replaceAll(/\\(["\\])/g, '$1') ?? single ?? escaped ?? comment ?? plain ?? '';
      word = (word ?? '') + piece;
    }
  }
  return word === undefined ? words : [...words, word];
}

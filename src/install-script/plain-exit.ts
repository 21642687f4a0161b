/** What a shell reads in one piece and looks for no word in: a joined line, an escape, a quoted text. */
const TAKEN_WHOLE = /\\\n|\\[\s\S]|'[^']*'|"(?:\\[\s\S]|[^"\\])*"/g;
const TOKEN = /\$\{[^}]*\}|\$\(|[()]|;+|&&|\|\||[&|]|[^\s;&|()]+/g;
const OPENS = new Set(['if', 'for', 'while', 'until']);
const CLOSES = new Set(['fi', 'done', '}']);
/** A command follows. */
const GOES_ON = new Set(['then', 'do', 'else', 'elif', '!']);

/**
 * Where a shell command of one line ends itself whatever happened: an `exit` inside of no bracket, `if` or loop, and behind no `&&` or `||`.
 * A text with a `case` is not looked into.
 */
export function plainExit(command: string): number | undefined {
  const bare = command.replace(TAKEN_WHOLE, (piece) => (piece === '\\\n' ? '  ' : 'x'.repeat(piece.length)));
  if (/\bcase\b/.test(bare)) return undefined;
  let depth = 0;
  /** A command may begin here, and whether it runs depends on the one before. */
  let [begins, depends] = [true, false];
  for (const { 0: token, index } of bare.matchAll(TOKEN)) {
    if (/^(?:;+|&&?|\|\|?)$/.test(token)) [begins, depends] = [true, /&&|\|/.test(token)];
    else if (/^\$?\($|^\{$/.test(token) || (begins && OPENS.has(token))) {
      depth += 1;
      begins = true;
    } else if (token === ')' || (begins && CLOSES.has(token))) {
      depth -= 1;
      begins = false;
    } else if (begins && token === 'exit' && depth === 0 && !depends) return index;
    else begins = begins && GOES_ON.has(token);
  }
  return undefined;
}

/** What a shell reads in one piece and looks for no word in: a joined line, an escape, a quoted text. */
const TAKEN_WHOLE = /\\\n|\\[\s\S]|'[^']*'|"(?:\\[\s\S]|[^"\\])*"/g;
const TOKEN = /\$\{[^}]*\}|\$\(|[()]|;+|&&|\|\||[&|]|[^\s;&|()]+/g;
const OPENS = new Set(['if', 'for', 'while', 'until']);
const CLOSES = new Set(['fi', 'done', '}']);
/** A command follows. */
const GOES_ON = new Set(['then', 'do', 'else', 'elif', '!']);

export type PlainCall = { readonly name: string; readonly offset: number };

/**
 * Where a shell command of one line calls one of some programs whatever happened: inside of no bracket, `if`, `case` or loop, and behind
 * no `&&` or `||`.
 */
export function plainCall(command: string, names: ReadonlySet<string>): PlainCall | undefined {
  const bare = command.replace(TAKEN_WHOLE, (piece) => (piece === '\\\n' ? '  ' : 'x'.repeat(piece.length)));
  let depth = 0;
  /** In a `case` that is not at its end, a bracket may close a pattern that none has opened. */
  let cases = 0;
  /** A command may begin here, and whether it runs depends on the one before. */
  let [begins, depends] = [true, false];
  for (const { 0: token, index } of bare.matchAll(TOKEN)) {
    if (cases > 0) {
      if (token === 'case') cases += 1;
      else if (token === 'esac') cases -= 1;
      begins = false;
    } else if (begins && token === 'case') cases = 1;
    else if (/^(?:;+|&&?|\|\|?)$/.test(token)) [begins, depends] = [true, /&&|\|/.test(token)];
    else if (/^\$?\($|^\{$/.test(token) || (begins && OPENS.has(token))) {
      depth += 1;
      begins = true;
    } else if (token === ')' || (begins && CLOSES.has(token))) {
      depth -= 1;
      begins = false;
    } else if (begins && names.has(token) && depth === 0 && !depends) return { name: token, offset: index };
    else begins = begins && GOES_ON.has(token);
  }
  return undefined;
}

const EXIT: ReadonlySet<string> = new Set(['exit']);

/** Where a shell command of one line ends itself whatever happened. */
export const plainExit = (command: string): number | undefined => plainCall(command, EXIT)?.offset;

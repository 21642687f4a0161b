/** One command of a script, with its place. */
export type ScriptCommand = { readonly line: number; readonly words: readonly string[] };

/** What iPXE takes for one line: several where they end in a backslash. */
export type ScriptLine = {
  /** Where it begins, from 1. */
  readonly line: number;
  /** Without its comment. */
  readonly code: string;
  /** `code` by the lines of the file it stands on. */
  readonly pieces: readonly { readonly line: number; readonly code: string }[];
};

/** What a script consists of, as far as it can be told without running it. */
export type ParsedScript = {
  readonly lines: readonly ScriptLine[];
  readonly commands: readonly ScriptCommand[];
  readonly labels: ReadonlyMap<string, readonly number[]>;
  /** Where a last line begins that ends in a backslash. */
  readonly unfinished: number | undefined;
};

/** isspace(3) of iPXE, but for the line feed. */
const BLANK = ' \\f\\r\\t\\v';
const LABEL = new RegExp(`^[${BLANK}]*:([^${BLANK}]*)`);
const COMMENT = new RegExp(`(?<![^${BLANK}])#`);
const BETWEEN_WORDS = new RegExp(`[${BLANK}]+`);

/**
 * Splits a script as iPXE does (image/script.c and core/exec.c, alike since 2013): a line that ends in a backslash goes on; it may begin
 * with a label (`:name`), before commands with `&&`, `||` or `;` between them; a word that begins with `#` begins a comment. Quotes mean
 * nothing.
 */
export function parseScript(text: string): ParsedScript {
  const commands: ScriptCommand[] = [];
  const labels = new Map<string, number[]>();
  const { lines, unfinished } = joinLines(text);
  for (const { line, code } of lines) {
    const [begin = '', label] = LABEL.exec(code) ?? [];
    if (label !== undefined) labels.set(label, [...(labels.get(label) ?? []), line]);
    for (const words of splitCommands(code.slice(begin.length))) commands.push({ line, words });
  }
  return { lines, commands, labels, unfinished };
}

type Piece = { readonly line: number; readonly from: number };

function joinLines(text: string): Pick<ParsedScript, 'lines' | 'unfinished'> {
  const lines: ScriptLine[] = [];
  let joined = '';
  let pieces: Piece[] = [];
  for (const [index, raw] of text.replace(/\n$/, '').split('\n').entries()) {
    const piece = raw.replace(/\r$/, '');
    pieces.push({ line: index + 1, from: joined.length });
    joined += piece;
    if (piece.endsWith('\\') || (piece === '' && joined.endsWith('\\'))) {
      joined = joined.slice(0, -1);
      continue;
    }
    lines.push(lineOf(joined, pieces));
    joined = '';
    pieces = [];
  }
  return { lines, unfinished: pieces[0]?.line };
}

function lineOf(text: string, pieces: readonly Piece[]): ScriptLine {
  const comment = text.search(COMMENT);
  const code = comment < 0 ? text : text.slice(0, comment);
  return {
    line: pieces[0]?.line ?? 1,
    code,
    pieces: pieces.map(({ line, from }, index) => ({
      line,
      code: code.slice(from, pieces[index + 1]?.from),
    })),
  };
}

function splitCommands(code: string): readonly (readonly string[])[] {
  const parts: string[][] = [[]];
  for (const word of code.split(BETWEEN_WORDS)) {
    if (['&&', '||', ';'].includes(word)) parts.push([]);
    else if (word !== '') parts.at(-1)?.push(word);
  }
  return parts.filter((part) => part.length > 0);
}

import type { LineCounter, YAMLParseError, YAMLWarning } from 'yaml';

type YamlFault = Pick<YAMLParseError | YAMLWarning, 'code' | 'message' | 'pos'>;

/** What is wrong with a text as YAML, in the words of somebody who edits a template. */
export type YamlProblem = { readonly offset: number; readonly problem: string };

/** After one of the others the parser has lost its way, and what it says of the rest is about itself. */
const BY_THEMSELVES = ['TAB_AS_INDENT', 'DUPLICATE_KEY', 'MULTIPLE_DOCS', 'RESOURCE_EXHAUSTION'];

export function yamlProblems(faults: readonly YamlFault[], text: string, lines: LineCounter): YamlProblem[] {
  // The parser calls itself for each level and gives up with an error of its own for every one that stays open.
  const deep = faults.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
  if (deep)
    return [{ offset: deep.pos[0], problem: 'maps and lists are nested too deeply here to be a template' }];
  const simple = faults.flatMap(({ code, pos }) => {
    const problem = simpleProblem(code, text.slice(pos[0]));
    return problem === undefined ? [] : [{ offset: pos[0], problem }];
  });
  const others = faults.filter(({ code }) => !BY_THEMSELVES.includes(code));
  const lost = others.find(
    ({ code, pos }) => code === 'MULTILINE_IMPLICIT_KEY' && pos[0] === others[0]?.pos[0],
  );
  const first = lost ?? others[0];
  const isTab = simple.length > 0 && faults.some(({ code }) => code === 'TAB_AS_INDENT');
  return first === undefined || isTab ? simple : [...simple, structureProblem(first, text, lines)];
}

function simpleProblem(code: string, rest: string): string | undefined {
  if (code === 'TAB_AS_INDENT') return 'a tab indents this line; YAML wants blanks';
  if (code === 'DUPLICATE_KEY')
    return `the key ${/^[^\s:]+/.exec(rest)?.[0]} stands here a second time; remove one`;
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here ("---"); a template is one document';
  return undefined;
}

function structureProblem({ code, message, pos }: YamlFault, text: string, lines: LineCounter): YamlProblem {
  const [offset] = pos;
  if (code === 'BAD_DIRECTIVE')
    return { offset, problem: 'a template has no directives ("%…"); remove the line' };
  if (code === 'BAD_SCALAR_START')
    return { offset, problem: `a value that begins with ${text[offset]} must stand in quotes` };
  if (message.startsWith('Missing closing'))
    return {
      offset,
      problem: `a quote (${message.includes('"') ? '"' : "'"}) that was opened above is never closed`,
    };
  if (message.startsWith('Flow ')) return { offset, problem: `a "${message.at(-1)}" is missing before here` };
  const start = lines.linePos(offset);
  // A value that goes on in the next line, which was meant as a line of its own.
  const isValue =
    lineOf(text, start.line)
      .slice(0, start.col - 1)
      .trim() !== '';
  if (code === 'BLOCK_AS_IMPLICIT_KEY' && isValue)
    return { offset, problem: 'a value with ": " in it must stand in quotes' };
  const number = code === 'MULTILINE_IMPLICIT_KEY' && isValue ? lines.linePos(pos[1]).line : start.line;
  const line = lineOf(text, number);
  const column = line.search(/\S/) + 1;
  const problem = lineProblem(line, column, columnsAbove(text, number));
  const lineStart = lines.lineStarts[number - 1];
  if (problem === undefined || lineStart === undefined) return { offset, problem: message };
  return { offset: lineStart + column - 1, problem };
}

function lineProblem(line: string, column: number, above: readonly number[]): string | undefined {
  if (column === 0) return undefined;
  const shown = JSON.stringify(line.trim().slice(0, 60));
  if (above.length > 0 && !above.includes(column)) {
    const [last, ...others] = above.toReversed();
    const choice = others.length === 0 ? `${last}` : `${others.reverse().join(', ')} or ${last}`;
    return `the indentation is wrong: ${shown} begins at column ${column}, and what stands above it at column ${choice}; begin it there`;
  }
  if (/^\s*-\s/.test(line)) return `an entry of a list, ${shown}, stands among keys`;
  return /:(?:\s|$)/.test(line)
    ? undefined
    : `${shown} is no key with a value; write "key: value", with a blank behind the colon`;
}

/** The columns at which the maps and lists begin that are open before a line, outermost first. */
function columnsAbove(text: string, line: number): readonly number[] {
  let open: number[] = [];
  for (const above of text.split('\n').slice(0, line - 1)) {
    if (/^\s*(?:#|$)/.test(above)) continue;
    const starts = [...(/^(?:\s*-(?=\s))*\s*/.exec(above)?.[0] ?? '').matchAll(/-/g)].map(
      ({ index }) => index + 1,
    );
    const content = above.search(/[^\s-]|-\S/) + 1;
    const [first = content] = starts;
    open = [...open.filter((column) => column < first), ...starts, ...(content > 0 ? [content] : [])];
  }
  return open;
}

const lineOf = (text: string, line: number): string => text.split('\n')[line - 1] ?? '';

import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
} from 'yaml';

/** Subiquity's answers, as YAML nodes with their places. */
export type AutoinstallDocument = {
  readonly errors: readonly { readonly line: number; readonly code: string; readonly message: string }[];
  readonly document: Document;
  /** The map under `autoinstall:`, or the whole one where that word is missing. Of a broken text none: what seems missing may stand there. */
  readonly answers: YAMLMap | undefined;
  /** The word `autoinstall:` stands at the top. */
  readonly wrapped: boolean;
  /** Keys at the top, `autoinstall` among them. */
  readonly topKeys: readonly { readonly key: string; readonly line: number }[];
  readonly cloudConfig: boolean;
  readonly lineOf: (node: unknown) => number;
};

/** What Kiln takes of XML, too. */
const MOST_LEVELS = 256;
const NESTED_LISTS = new RegExp(String.raw`^[ \t]*(?:[-?:][ \t]+){${MOST_LEVELS}}`);

/** The parser takes minutes for texts of brackets alone, so they are counted before, quoted or not. */
function lineOfTooDeep(text: string): number | undefined {
  let depth = 0;
  for (const [index, line] of text.split('\n').entries()) {
    for (const [bracket] of line.matchAll(/[[\]{}]/g)) {
      depth = bracket === '[' || bracket === '{' ? depth + 1 : Math.max(0, depth - 1);
      if (depth > MOST_LEVELS) return index + 1;
    }
    if (NESTED_LISTS.test(line)) return index + 1;
  }
  return undefined;
}

export function parseAutoinstall(text: string): AutoinstallDocument {
  const counter = new LineCounter();
  const deep = lineOfTooDeep(text);
  const document = parseDocument(deep === undefined ? text : '', {
    lineCounter: counter,
    prettyErrors: false,
  });
  const errors =
    deep === undefined
      ? document.errors.map(({ code, message, pos }) => ({
          line: counter.linePos(pos[0]).line,
          code,
          message,
        }))
      : [{ line: deep, code: 'TOO_DEEP', message: `lists and maps are nested deeper than ${MOST_LEVELS}` }];
  const lineOf = (node: unknown): number => {
    const offset = isNode(node) ? node.range?.[0] : undefined;
    return offset === undefined ? 1 : counter.linePos(offset).line;
  };
  const top = isMap(document.contents) ? document.contents : undefined;
  const inner = top?.get('autoinstall', true);
  const wrapped = top?.has('autoinstall') === true;
  return {
    errors,
    document,
    answers: errors.length > 0 ? undefined : wrapped ? (isMap(inner) ? inner : undefined) : top,
    wrapped,
    topKeys: top === undefined ? [] : keysOf(top, lineOf),
    cloudConfig: /^#cloud-config[ \t]*(\n|$)/.test(text),
    lineOf,
  };
}

export function keysOf(
  map: YAMLMap,
  lineOf: (node: unknown) => number,
): readonly { readonly key: string; readonly line: number }[] {
  return map.items.map(({ key }) => ({ key: isScalar(key) ? String(key.value) : '', line: lineOf(key) }));
}

/** The node on a path of keys below the answers. */
export function answerAt({ answers }: AutoinstallDocument, ...path: readonly string[]): Node | undefined {
  const node: unknown = answers?.getIn(path, true);
  return isNode(node) ? node : undefined;
}

/** A scalar's value as text; undefined for maps, lists and nothing. */
export function scalarText(node: unknown): string | undefined {
  return isScalar(node) && node.value !== null ? String(node.value) : undefined;
}

/** Commands of a list such as `late-commands`, each as one line of text; a list of words is joined. */
export function commandTexts(node: unknown): readonly string[] {
  if (!isSeq(node)) return [];
  return node.items.map((item) =>
    isSeq(item) ? item.items.map((word) => scalarText(word) ?? '').join(' ') : (scalarText(item) ?? ''),
  );
}

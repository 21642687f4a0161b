import { DiskError } from '../foundation/errors.ts';

/** LVM2's metadata text: sections, strings, numbers and lists. Maps, since the names come from the disk. */
export type LvmValue = string | number | readonly LvmValue[] | LvmSection;
export type LvmSection = ReadonlyMap<string, LvmValue>;

const TOKEN = /\s+|#[^\n]*|"(?:\\.|[^"\\])*"|[{}[\]=,]|-?\d+(?:\.\d+)?(?=[\s\],}]|$)|[\w.+/-]+/gy;
const DEEPEST = 12;

/** @throws DiskError `disk.corrupt` */
export function parseLvmText(text: string): LvmSection {
  const tokens = tokensOf(text);
  const section = parseSection(tokens, 0);
  if (tokens.length > 0) throw damaged();
  return section;
}

/** In reverse, so that taking the next one is a pop. */
function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  let end = 0;
  for (const [token] of text.matchAll(TOKEN)) {
    end += token.length;
    if (!/^[\s#]/.test(token)) tokens.push(token);
  }
  if (end !== text.length) throw damaged();
  return tokens.reverse();
}

function parseSection(tokens: string[], depth: number): LvmSection {
  if (depth > DEEPEST) throw damaged();
  const section = new Map<string, LvmValue>();
  for (let name = tokens.pop(); name !== undefined && name !== '}'; name = tokens.pop()) {
    const next = tokens.pop();
    if (next === '{') section.set(name, parseSection(tokens, depth + 1));
    else if (next === '=') section.set(name, parseValue(tokens, depth));
    else throw damaged();
  }
  return section;
}

function parseValue(tokens: string[], depth: number): LvmValue {
  const token = tokens.pop();
  if (token === undefined || depth > DEEPEST) throw damaged();
  if (token === '[') return parseList(tokens, depth + 1);
  if (token.startsWith('"')) return token.slice(1, -1).replaceAll(/\\(.)/gs, '$1');
  const number = Number(token);
  if (Number.isNaN(number)) throw damaged();
  return number;
}

function parseList(tokens: string[], depth: number): readonly LvmValue[] {
  const values: LvmValue[] = [];
  while (tokens.at(-1) !== ']') {
    values.push(parseValue(tokens, depth));
    if (tokens.at(-1) === ',') tokens.pop();
  }
  tokens.pop();
  return values;
}

function damaged(): DiskError {
  return new DiskError('disk.corrupt', 'The LVM metadata on the disk is damaged.');
}

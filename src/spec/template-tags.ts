import { type Document, isCollection, isMap, isScalar, isSeq } from 'yaml';

export type StrangeTag = {
  /** As in the file: `!!binary`. */
  readonly tag: string;
  /** Of the value behind it, in the text. */
  readonly offset: number;
  readonly keys: readonly PropertyKey[];
};

const YAML_TAG = 'tag:yaml.org,2002:';

/** What YAML's core schema makes of a value with that tag; a tag that does not fit its value leaves a text. */
const KINDS: Readonly<Record<string, string>> = {
  str: 'string',
  int: 'number',
  float: 'number',
  bool: 'boolean',
  null: 'object',
};

/** Tags that a template cannot mean: those of programs, YAML's own for bytes, sets and dates, and those that do not fit their value. */
export function strangeTags({ contents }: Document): StrangeTag[] {
  return tagsAt(contents, []);
}

function tagsAt(node: unknown, keys: readonly PropertyKey[]): StrangeTag[] {
  const { tag, range } = isScalar(node) || isCollection(node) ? node : {};
  if (tag !== undefined && !fits(tag, node))
    return [{ tag: tag.replace(YAML_TAG, '!!'), offset: range?.[0] ?? 0, keys }];
  if (isSeq(node)) return node.items.flatMap((item, index) => tagsAt(item, [...keys, index]));
  if (!isMap(node)) return [];
  return node.items.flatMap(({ key, value }) => {
    const name = isScalar(key) ? (key.source ?? String(key.value)) : String(key);
    return [...tagsAt(key, [...keys, name]), ...tagsAt(value, [...keys, name])];
  });
}

function fits(tag: string, node: unknown): boolean {
  const name = tag.startsWith(YAML_TAG) ? tag.slice(YAML_TAG.length) : '';
  if (isScalar(node)) return typeof node.value === KINDS[name];
  return (isMap(node) && name === 'map') || (isSeq(node) && name === 'seq');
}

import { type Document, isCollection, isMap, isScalar, isSeq } from 'yaml';

/** A key or value that a template cannot mean. */
export type StrangeNode = {
  readonly problem: string;
  /** Of what is strange, in the text. */
  readonly offset: number;
  /** Of the value; for a strange key of the map it is in. */
  readonly keys: readonly PropertyKey[];
};

/**
 * Keys that are no words or names (lists, maps, aliases, and those left out), of which `yaml` would make texts that are not in the file; and tags: those of
 * programs, YAML's own for bytes, sets and dates, and those that do not fit their value.
 */
export function strangeNodes({ contents }: Document): StrangeNode[] {
  return nodesAt(contents, []);
}

function nodesAt(node: unknown, keys: readonly PropertyKey[]): StrangeNode[] {
  const tag = strangeTag(node);
  if (tag !== undefined) {
    const problem = `the tag ${tag} means nothing in a template; remove it and write the value itself`;
    return [{ problem, offset: startOf(node), keys }];
  }
  if (isSeq(node)) return node.items.flatMap((item, index) => nodesAt(item, [...keys, index]));
  if (!isMap(node)) return [];
  return node.items.flatMap(({ key, value }) => {
    const found = strangeKey(key);
    if (found !== undefined)
      return [{ problem: `a key must be a word, found ${found}`, offset: startOf(key), keys }];
    const name = isScalar(key) ? (key.source ?? String(key.value)) : '';
    if (name === PROTOTYPE) return [{ problem: NO_PROTOTYPE, offset: startOf(key), keys: [...keys, name] }];
    return [...nodesAt(key, [...keys, name]), ...nodesAt(value, [...keys, name])];
  });
}

/** In JavaScript it names what every map inherits from; checks that go by key leave it out without a word. */
const PROTOTYPE = '__proto__';
const NO_PROTOTYPE = `"${PROTOTYPE}" is not the name of a key or variable; choose another name or remove it`;

/** What stands in the place of a word, with its article. */
function strangeKey(key: unknown): string | undefined {
  if (isScalar(key)) return key.value === null && !key.source ? 'nothing' : undefined;
  if (isSeq(key)) return 'a list';
  return isMap(key) ? 'a map' : 'an alias';
}

const YAML_TAG = 'tag:yaml.org,2002:';

/** What YAML's core schema makes of a value with that tag; a tag that does not fit its value leaves a text. */
const KINDS: Readonly<Record<string, string>> = {
  str: 'string',
  int: 'number',
  float: 'number',
  bool: 'boolean',
  null: 'object',
};

/** As in the file: `!!binary`. */
function strangeTag(node: unknown): string | undefined {
  const { tag } = isScalar(node) || isCollection(node) ? node : {};
  return tag === undefined || fits(tag, node) ? undefined : tag.replace(YAML_TAG, '!!');
}

function fits(tag: string, node: unknown): boolean {
  const name = tag.startsWith(YAML_TAG) ? tag.slice(YAML_TAG.length) : '';
  if (isScalar(node)) return typeof node.value === KINDS[name];
  return (isMap(node) && name === 'map') || (isSeq(node) && name === 'seq');
}

const startOf = (node: unknown): number =>
  (node as { readonly range?: readonly number[] | null } | null)?.range?.[0] ?? 0;

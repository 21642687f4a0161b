import { type Document, isMap, isScalar, isSeq, visit } from 'yaml';

export type StrangeKey = {
  /** What stands in the place of a word, with its article. */
  readonly found: string;
  /** In the text. */
  readonly offset: number;
  /** Of the map it is in. */
  readonly keys: readonly PropertyKey[];
};

/** Keys that are no words: lists, maps, aliases, and those left out. `yaml` would make texts of them that are not in the file. */
export function strangeKeys({ contents }: Document): StrangeKey[] {
  return keysAt(contents, []);
}

function keysAt(node: unknown, keys: readonly PropertyKey[]): StrangeKey[] {
  if (isSeq(node)) return node.items.flatMap((item, index) => keysAt(item, [...keys, index]));
  if (!isMap(node)) return [];
  return node.items.flatMap(({ key, value }) => {
    const found = strangeKind(key);
    if (found === undefined) return keysAt(value, [...keys, isScalar(key) ? String(key.value) : '']);
    const offset = (key as { readonly range?: readonly number[] | null } | null)?.range?.[0] ?? 0;
    return [{ found, offset, keys }];
  });
}

function strangeKind(key: unknown): string | undefined {
  if (isScalar(key)) return key.value === null && !key.source ? 'nothing' : undefined;
  if (isSeq(key)) return 'a list';
  return isMap(key) ? 'a map' : 'an alias';
}

/** A key is the word that stands there: `1`, `null` and `true` are none of a number, of nothing and of a truth. */
export function keepKeysAsWritten(document: Document): void {
  visit(document, {
    Pair: (_at, { key }) => {
      if (isScalar(key) && typeof key.value !== 'string') key.value = key.source ?? String(key.value);
    },
  });
}

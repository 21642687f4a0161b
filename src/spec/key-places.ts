import { type Document, isCollection, isMap, isNode, isScalar, isSeq, type Pair, type YAMLMap } from 'yaml';

export type KeyPath = readonly PropertyKey[];

/** Offset of a key's value; of the key itself when it is asked for, or when there is nothing beside it. */
export type KeyPlaces = (keys: KeyPath, at: 'key' | 'value') => number | undefined;

/** Where the keys of a document stand. The keys must not change any more once one was asked for. */
export function keyPlaces(document: Document): KeyPlaces {
  const pairsOf = pairFinder();
  return (keys, at) => {
    let node: unknown = document.contents;
    let offset = startOf(node);
    for (const key of keys) {
      if (isMap(node)) {
        const pair = pairsOf(node).get(key);
        if (pair === undefined) return undefined;
        node = pair.value;
        offset = (at === 'value' && !isBelow(node) ? startOf(node) : undefined) ?? startOf(pair.key);
      } else {
        node = typeof key === 'number' && isSeq(node) ? node.items[key] : undefined;
        if (node === undefined) return undefined;
        offset = startOf(node);
      }
    }
    return offset;
  };
}

/** The pairs of a map by their keys, the first of each; a map is gone through once however many keys are asked for. */
function pairFinder(): (map: YAMLMap) => ReadonlyMap<unknown, Pair> {
  const known = new WeakMap<YAMLMap, ReadonlyMap<unknown, Pair>>();
  return (map) => {
    const before = known.get(map);
    if (before !== undefined) return before;
    const pairs = new Map<unknown, Pair>();
    for (const pair of map.items)
      if (isScalar(pair.key) && !pairs.has(pair.key.value)) pairs.set(pair.key.value, pair);
    known.set(map, pairs);
    return pairs;
  };
}

const isBelow = (node: unknown): boolean =>
  isScalar(node) ? node.value === null : isCollection(node) && node.flow !== true;

export function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

import type { XmlNode } from '../../foundation/xml-node.ts';
import { LIBOSINFO_NAMESPACE, QEMU_NAMESPACE } from '../namespaces.ts';
import {
  canBeMade,
  makeNode,
  parseXmlPath,
  pruneEmpty,
  removeAt,
  setValue,
  type XmlPath,
} from '../xml-path.ts';

/** A raw change to the XML: `--xml ./cpu/@mode=host-passthrough`, `--xml xpath.delete=./clock`. */
export type XmlChange =
  | { readonly kind: 'set'; readonly path: XmlPath; readonly value: string }
  | { readonly kind: 'create' | 'delete'; readonly path: XmlPath };

/** The four parts as typed; of several kinds, the first counts in this order: delete, create, set. */
export type XmlChangeWords = {
  readonly delete?: string | undefined;
  readonly create?: string | undefined;
  readonly set?: string | undefined;
  readonly value?: string | undefined;
};

/** @returns what is wrong, in words, when it cannot be understood */
export function parseXmlChange(words: XmlChangeWords, rootName: string): XmlChange | string {
  const only = words.delete ?? words.create;
  if (only !== undefined) {
    const kind = words.delete === undefined ? 'create' : 'delete';
    const path = readPath(only, rootName, kind);
    return typeof path === 'string' ? path : { kind, path };
  }
  const { set = '', value } = words;
  if (set === '' && value !== undefined) {
    return 'says no place for the value: write xpath.set=./PATH,xpath.value=VALUE';
  }
  const equals = set.lastIndexOf('=');
  if (value === undefined && equals < 0) return `"${set}" must have the form XPATH=VALUE`;
  const typed = value === undefined ? set.slice(0, equals) : set;
  const path = readPath(typed, rootName, 'set');
  return typeof path === 'string' ? path : { kind: 'set', path, value: value ?? set.slice(equals + 1) };
}

/** libxml2, and libvirt with it, reads no XML that is nested deeper than 256 elements (xmlParserMaxDepth); a device is the third already. */
const MOST_STEPS = 250;

function readPath(text: string, rootName: string, kind: XmlChange['kind']): XmlPath | string {
  const path = parseXmlPath(text, rootName);
  if (path === undefined) {
    return `"${text}" is not a path Kiln follows: steps like ./devices/disk[2]/driver/@cache or ./os/boot[@dev='hd']`;
  }
  if (path.steps.length === 0 && path.attribute === undefined) {
    return `"${text}" is the whole element; name what in it is meant, e.g. ./description`;
  }
  const unbound = prefixesIn(path).find((prefix) => !NAMESPACES.has(prefix));
  if (unbound !== undefined) {
    return `"${text}" has the prefix ${unbound}:, which stands for nothing; there are ${[...NAMESPACES.keys()].join(', ')}`;
  }
  const { length } = path.steps;
  if (kind === 'delete' || length <= MOST_STEPS) return path;
  return `the path has ${length} steps and at most ${MOST_STEPS} can be made: libvirt reads no XML that is nested deeper`;
}

/** Prefixes that virt-install binds (xmlapi.py), and what they stand for. */
const NAMESPACES: ReadonlyMap<string, string> = new Map([
  ['qemu', QEMU_NAMESPACE],
  ['libosinfo', LIBOSINFO_NAMESPACE],
]);

function prefixesIn({ steps, attribute }: XmlPath): readonly string[] {
  const names = [
    ...steps.flatMap(({ name, condition }) => [name, ...(condition?.below ?? []), condition?.attribute]),
    attribute,
  ];
  return names.flatMap((name) => (name === undefined ? [] : prefixOf(name)));
}

const prefixOf = (name: string): string[] => (name.includes(':') ? name.split(':').slice(0, 1) : []);

/** Says at each element whose prefix nothing above it binds what it stands for. */
export function bindPrefixes(node: XmlNode, above: readonly string[] = []): void {
  const names = [node.name, ...node.attributes.keys()];
  const bound = [...above, ...names.flatMap((name) => /^xmlns:(.*)$/.exec(name)?.[1] ?? [])];
  for (const prefix of names.flatMap(prefixOf)) {
    const meaning = NAMESPACES.get(prefix);
    if (meaning === undefined || bound.includes(prefix)) continue;
    node.attributes.set(`xmlns:${prefix}`, meaning);
    bound.push(prefix);
  }
  for (const child of node.children) bindPrefixes(child, bound);
}

/**
 * An empty value unsets, and takes what is empty by that along.
 * @returns what is wrong, in words, when it cannot be done
 */
export function applyXmlChange(node: XmlNode, change: XmlChange): string | undefined {
  const { kind, path } = change;
  const isMade = kind === 'create' || (kind === 'set' && change.value !== '');
  if (isMade && !canBeMade(node, path)) {
    return 'nothing is there for it, and what is to be made needs a name and a place: *, // and conditions on elements below are none';
  }
  if (kind === 'create') makeNode(node, path, 'one');
  else if (kind === 'set' && change.value !== '') setValue(node, path, change.value, 'one');
  else {
    removeAt(node, path);
    if (kind === 'set') pruneEmpty(node, path);
  }
  return undefined;
}

/** Elements right below the root that are asked for by name, so that they stay although nothing is in them. */
export function createdNames(changes: readonly XmlChange[]): readonly string[] {
  return changes.flatMap(({ kind, path }) => (kind === 'create' ? (path.steps[0]?.name ?? []) : []));
}

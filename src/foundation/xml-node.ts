import { escapeAttribute, escapeText } from './xml-text.ts';

/**
 * One element of a document that is read or built step by step. `name` keeps its prefix as written (`qemu:arg`). An element has
 * children or text, as in all of libvirt's and libosinfo's documents; mixed content keeps only the elements.
 */
export type XmlNode = {
  readonly name: string;
  readonly attributes: Map<string, string>;
  children: XmlNode[];
  text: string;
};

export function xmlNode(
  name: string,
  attributes: Readonly<Record<string, string>> = {},
  content: string | XmlNode[] = '',
): XmlNode {
  const isText = typeof content === 'string';
  return {
    name,
    attributes: new Map(Object.entries(attributes)),
    children: isText ? [] : content,
    text: isText ? content : '',
  };
}

export function cloneNode(node: XmlNode): XmlNode {
  return {
    name: node.name,
    attributes: new Map(node.attributes),
    children: node.children.map(cloneNode),
    text: node.text,
  };
}

/** A node with or without its place. */
type Tree<N> = { readonly name: string; readonly children: readonly N[] };

export const childOf = <N extends Tree<N>>(node: N, name: string): N | undefined =>
  node.children.find((child) => child.name === name);

export const childrenOf = <N extends Tree<N>>(node: N, name: string): N[] =>
  node.children.filter((child) => child.name === name);

/** The text of the element that a chain of names leads to: `textAt(domain, 'os', 'type')`. */
export function textAt(node: XmlNode, ...names: readonly string[]): string | undefined {
  return nodeAt(node, ...names)?.text;
}

export function nodeAt<N extends Tree<N>>(node: N | undefined, ...names: readonly string[]): N | undefined {
  let found = node;
  for (const name of names) found = found && childOf(found, name);
  return found;
}

/** The element and all below it, in the order of the text. */
export function allNodes<N extends Tree<N>>(node: N | undefined): readonly N[] {
  return node === undefined ? [] : [node, ...node.children.flatMap((child) => allNodes(child))];
}

/** The document, two spaces a level, with a line end after each element. */
export function writeXml(node: XmlNode, level = 0): string {
  const indent = '  '.repeat(level);
  const attributes = [...node.attributes]
    .map(([key, value]) => ` ${key}="${escapeAttribute(value)}"`)
    .join('');
  const start = `${indent}<${node.name}${attributes}`;
  if (node.children.length > 0) {
    const inside = node.children.map((child) => writeXml(child, level + 1)).join('');
    return `${start}>\n${inside}${indent}</${node.name}>\n`;
  }
  return node.text === '' ? `${start}/>\n` : `${start}>${escapeText(node.text)}</${node.name}>\n`;
}

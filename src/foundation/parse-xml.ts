import { SaxesParser } from 'saxes';
import { type XmlNode, xmlNode } from './xml-node.ts';

/** An element with its place, so that an edit can cut the text instead of writing the tree anew and nothing else changes. */
export type PlacedXmlNode = Omit<XmlNode, 'children'> & {
  readonly line: number;
  /** Offsets of `<name`, of what lies behind `>`, of `</name>`, and behind it. Equal for `<name/>`, but for the first. */
  readonly start: number;
  readonly contentStart: number;
  contentEnd: number;
  end: number;
  children: PlacedXmlNode[];
};

export type XmlDocument = {
  readonly root: PlacedXmlNode | undefined;
  readonly errors: readonly { readonly line: number; readonly message: string }[];
};

/**
 * Reads a document of libvirt or libosinfo. Comments, processing instructions and the white space between elements are dropped.
 * Entities other than XML's own five are refused, so that a document cannot grow in the reading.
 * @throws Error when it is not well-formed, with line and column
 */
export function parseXml(text: string): XmlNode {
  const document = readElements(text, (error) => {
    throw error;
  });
  if (document === undefined) throw new Error('the document has no element');
  return document;
}

/** The same for a text that somebody writes: what is not well-formed gives errors instead of a tree. */
export function parseXmlDocument(text: string): XmlDocument {
  const errors: XmlDocument['errors'][number][] = [];
  const root = readElements(text, (error, line) => {
    errors.push({ line, message: error.message.replace(/^\d+:\d+: /, '') });
  });
  return { root: errors.length > 0 ? undefined : root, errors };
}

/** libxml2, which libvirt and YaST read with, takes no more (xmlParserMaxDepth). */
const MOST_LEVELS = 256;

/** Namespaces are attributes like others. */
function readElements(
  text: string,
  onError: (error: Error, line: number) => void,
): PlacedXmlNode | undefined {
  const parser = new SaxesParser({ xmlns: false });
  const lineOf = lineCounter(text);
  const open: PlacedXmlNode[] = [];
  let root: PlacedXmlNode | undefined;
  parser.on('error', (error) => onError(error, parser.line));
  let tooDeep = false;
  parser.on('opentag', ({ name, attributes }) => {
    if (open.length === MOST_LEVELS && !tooDeep) {
      tooDeep = true;
      onError(new Error(`<${name}> is nested deeper than ${MOST_LEVELS} elements`), parser.line);
    }
    // No attribute value of well-formed XML holds a "<".
    const [start, behind] = [text.lastIndexOf('<', parser.position - 1), parser.position];
    const place = { line: lineOf(start), start, contentStart: behind, contentEnd: behind, end: behind };
    const node: PlacedXmlNode = { ...xmlNode(name, attributes), children: [], ...place };
    open.at(-1)?.children.push(node);
    open.push(node);
    root ??= node;
  });
  parser.on('closetag', ({ isSelfClosing }) => {
    const node = open.pop();
    if (node === undefined) return;
    node.end = parser.position;
    node.contentEnd = isSelfClosing ? node.end : text.lastIndexOf('<', parser.position - 1);
    if (node.children.length > 0) node.text = '';
  });
  const addText = (added: string): void => {
    const node = open.at(-1);
    if (node !== undefined) node.text += added;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.write(text).close();
  return root;
}

/** The line of an offset, counted from 1; each offset asked for lies behind the one before. */
function lineCounter(text: string): (offset: number) => number {
  let [line, next] = [1, text.indexOf('\n')];
  return (offset) => {
    while (next !== -1 && next < offset) {
      line += 1;
      next = text.indexOf('\n', next + 1);
    }
    return line;
  };
}

import { type XmlNode, xmlNode } from '../../src/foundation/xml-node.ts';

/** What differs from run to run: random identities, temporary files. */
const RANDOM_TEXT = ['uuid'];
const TEMPORARY = /\/[^\s"<]*virtinst-[^\s"<]*/g;

/**
 * A domain as a text in which order and what is random do not count: one line an element, attributes and siblings sorted.
 * Where a namespace is declared does not count either: the prefixes are libvirt's own.
 */
export function canonicalText(
  domain: XmlNode,
  keep: { readonly uuid: boolean; readonly macs: boolean },
): string {
  return lines(domain, 0, keep).join('\n');
}

function lines(
  node: XmlNode,
  level: number,
  keep: { readonly uuid: boolean; readonly macs: boolean },
): string[] {
  const isRandom =
    (!keep.uuid && RANDOM_TEXT.includes(node.name) && level === 1) || (!keep.macs && node.name === 'mac');
  const attributes = [...node.attributes]
    .filter(([name]) => !(isRandom && name === 'address') && !name.startsWith('xmlns:'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ` ${name}="${value.replace(TEMPORARY, 'TEMPORARY')}"`)
    .join('');
  const text = isRandom ? '' : node.text.trim().replace(TEMPORARY, 'TEMPORARY');
  const children = node.children.map((child) => lines(child, level + 1, keep));
  children.sort((a, b) => (a.join('\n') < b.join('\n') ? -1 : 1));
  return [`${'  '.repeat(level)}<${node.name}${attributes}>${text}`, ...children.flat()];
}

/** Lines of one text that the other lacks, marked `-` (only in the first) and `+` (only in the second). */
export function differences(first: string, second: string): string[] {
  const only = (from: string, other: string): string[] => {
    const left = other.split('\n');
    return from.split('\n').filter((line) => {
      const at = left.indexOf(line);
      if (at >= 0) left.splice(at, 1);
      return at < 0;
    });
  };
  return [
    ...only(first, second).map((line) => `- ${line}`),
    ...only(second, first).map((line) => `+ ${line}`),
  ];
}

/** Wraps the documents virt-install prints one after the other. */
export function splitDocuments(text: string, parse: (text: string) => XmlNode): XmlNode[] {
  const root = parse(`<all>${text}</all>`);
  return root.children.length === 0 ? [xmlNode('nothing')] : root.children;
}

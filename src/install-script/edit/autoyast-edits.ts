import { type PlacedXmlNode, parseXmlDocument } from '../../foundation/parse-xml.ts';
import { nodeAt } from '../../foundation/xml-node.ts';
import { insertAt } from './text-edits.ts';

const LIST = 'config:type="list"';

/**
 * Puts `xml` in as the last child of the element on `path`, making those that are missing. A name of the path may bring attributes:
 * `chroot-scripts config:type="list"`.
 */
export function insertBelow(text: string, path: readonly string[], xml: string): string | undefined {
  const { root } = parseXmlDocument(text);
  if (root === undefined) return undefined;
  const nameOf = (step: string): string => step.split(' ')[0] ?? step;
  let parent: PlacedXmlNode = root;
  let depth = 0;
  for (const step of path) {
    const child = nodeAt(parent, nameOf(step));
    if (child === undefined) break;
    parent = child;
    depth += 1;
  }
  const missing = path.slice(depth);
  const inner = missing.reduceRight((below, step) => `<${step}>${below}</${nameOf(step)}>`, xml);
  const line = `${'  '.repeat(depth + 1)}${inner}\n${'  '.repeat(depth)}`;
  if (parent.contentEnd !== parent.end) {
    const lineBegin = text.lastIndexOf('\n', parent.contentEnd - 1) + 1;
    const alone = text.slice(lineBegin, parent.contentEnd).trim() === '';
    return alone
      ? insertAt(text, lineBegin, `${'  '.repeat(depth + 1)}${inner}\n`)
      : insertAt(text, parent.contentEnd, `\n${line}`);
  }
  // <name/>
  const tag = text.slice(parent.start, parent.end).replace(/\s*\/>$/, '>');
  return `${text.slice(0, parent.start)}${tag}\n${line}</${parent.name}>${text.slice(parent.end)}`;
}

/** A true or false below `path`, replaced where it stands. */
export function setBoolean(text: string, path: readonly string[], value: boolean): string | undefined {
  const name = path.at(-1) ?? '';
  const xml = `<${name} config:type="boolean">${value}</${name}>`;
  const present = nodeAt(parseXmlDocument(text).root, ...path);
  if (present === undefined) return insertBelow(text, path.slice(0, -1), xml);
  return text.slice(0, present.start) + xml + text.slice(present.end);
}

/** Adds a script that runs inside the new system before its first start. */
export function addChrootScript(text: string, filename: string, command: string): string | undefined {
  const script =
    `<script><chrooted config:type="boolean">true</chrooted><filename>${filename}</filename>` +
    `<interpreter>shell</interpreter><source><![CDATA[${command}]]></source></script>`;
  return insertBelow(text, ['scripts', `chroot-scripts ${LIST}`], script);
}

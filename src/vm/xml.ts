import { escapeAttribute, escapeText } from '../foundation/xml-text.ts';

/** A piece of XML, already escaped. Made by `element`, never by hand. */
export type Xml = { readonly markup: string };

type Attributes = Readonly<Record<string, string | number | undefined>>;

const indent = (markup: string): string => markup.replaceAll(/^(?= *<)/gm, '  ');

/**
 * `element('target', { dev: 'vda', bus: undefined })` → `<target dev="vda"/>`. Attributes that are undefined are left out,
 * and so are children that are undefined; a child that is a string is text.
 * @throws RangeError when a value holds a character that XML cannot express
 */
export function element(
  name: string,
  attributes: Attributes = {},
  ...children: (Xml | string | undefined)[]
): Xml {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escapeAttribute(String(value))}"`)
    .join('');
  const inside = children.filter((child) => child !== undefined);
  if (inside.length === 0) return { markup: `<${name}${written}/>` };
  const [only] = inside;
  if (inside.length === 1 && typeof only === 'string') {
    return { markup: `<${name}${written}>${escapeText(only)}</${name}>` };
  }
  const lines = inside.map((child) => (typeof child === 'string' ? escapeText(child) : indent(child.markup)));
  return { markup: `<${name}${written}>\n${lines.join('\n')}\n</${name}>` };
}

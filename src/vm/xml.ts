/** A piece of XML, already escaped. Made by `element`, never by hand. */
export type Xml = { readonly markup: string };

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** XML 1.0 has no way to write these, not even as references (XML 1.0, 2.2 "Characters"). */
const UNWRITABLE = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

function escapeText(value: string): string {
  if (UNWRITABLE.test(value))
    throw new RangeError(`XML cannot hold the control character in ${JSON.stringify(value)}`);
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Line ends and tabs as references: a parser would otherwise turn them into spaces (XML 1.0, 3.3.3). */
function escapeAttribute(value: string): string {
  return escapeText(value)
    .replaceAll('"', '&quot;')
    .replaceAll('\t', '&#9;')
    .replaceAll('\n', '&#10;')
    .replaceAll('\r', '&#13;');
}

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

/** XML 1.0 has no way to write these, not even as references (XML 1.0, 2.2 "Characters"). */
const UNWRITABLE = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/** Whether XML can express the text; control characters and halves of characters it cannot. */
export const isWritable = (text: string): boolean => !UNWRITABLE.test(text);

/** @throws RangeError when the text holds a character that XML cannot express */
export function escapeText(value: string): string {
  if (!isWritable(value))
    throw new RangeError(`XML cannot hold the control character in ${JSON.stringify(value)}`);
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Line ends and tabs as references: a parser would otherwise turn them into spaces (XML 1.0, 3.3.3). */
export function escapeAttribute(value: string): string {
  return escapeText(value)
    .replaceAll('"', '&quot;')
    .replaceAll('\t', '&#9;')
    .replaceAll('\n', '&#10;')
    .replaceAll('\r', '&#13;');
}

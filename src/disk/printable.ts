/** What ends or hides text on a terminal: C0, DEL, C1, line separators, and the marks that reorder text (Unicode bidi). */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffd]/g;

/** Text from inside a guest's disk made harmless for terminals, logs and reports, and not longer than `longest`. */
export function printable(text: string, longest = 120): string {
  const safe = text.replaceAll(UNSAFE, '?');
  return safe.length > longest ? `${safe.slice(0, longest - 1)}…` : safe;
}

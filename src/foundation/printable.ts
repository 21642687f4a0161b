/** Control characters except line feed and tab: a guest or a file name could steer the user's terminal with them (CWE-150). */
const STEERING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Invisible characters that reorder text on screen (Unicode UAX #9), and the line and paragraph separators. */
export const REORDERING = /[\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** What a name must not hold to be told from another by looking at it: line ends, and whatever is invisible. */
const INVISIBLE = /[\t\n\u061c\u200b-\u200d\u2060-\u2065\ufeff\ufffd]/g;

/** Text from outside, made harmless for a terminal or a log; lines are kept. */
export function stripUntrusted(text: string): string {
  return text.replaceAll(STEERING, '');
}

/** Whether a name holds what a reader would not see, or would see as something else. */
export const hidesSomething = (text: string): boolean =>
  [STEERING, REORDERING, INVISIBLE].some((unsafe) => text.search(unsafe) !== -1);

/** A name or label from inside a guest's disk on one line, not longer than `longest`; what could not be shown becomes "?". */
export function printable(text: string, longest = 120): string {
  const safe = [STEERING, REORDERING, INVISIBLE].reduce((line, unsafe) => line.replaceAll(unsafe, '?'), text);
  return clipped(safe, longest);
}

/** Not longer than `longest`. */
export const clipped = (text: string, longest = 120): string =>
  text.length > longest ? `${text.slice(0, longest - 1)}…` : text;

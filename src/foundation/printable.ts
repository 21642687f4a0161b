/** Control characters except line feed and tab: a guest or a file name could steer the user's terminal with them. */
const STEERING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Text from outside, made harmless for a terminal or a log. */
export function stripUntrusted(text: string): string {
  return text.replaceAll(STEERING, '');
}

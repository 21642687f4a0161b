import { MARKER_WORD } from '../foundation/completion-marker.ts';

/**
 * The first line that holds the marker. Other text may stand before it (`... 42%`, a kernel message). A line that only
 * quotes the command which prints it does not count: a shell's trace, or the installer naming the command that failed
 * (perhaps wrapped before the word, then the command goes on behind the token).
 */
export function findMarker(lines: readonly string[], token: string): string | undefined {
  const escaped = token.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const marker = new RegExp(
    `(?<!(?:echo|printf)\\s+(?:-\\S+\\s+)*['"]?)${MARKER_WORD} ${escaped}(?![\\w.;'"-])`,
  );
  return lines.find((line) => marker.test(line));
}

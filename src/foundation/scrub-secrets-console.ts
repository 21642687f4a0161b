import { stripUntrusted } from './printable.ts';
import type { Redactor } from './redact.ts';
import { withoutSequences } from './terminal-sequences.ts';

/** What may stand within a word though nobody sees it; a carriage return is the end of one. */
const UNSEEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;

/** Hides what `scrub` does also where colours divide it. A line that has such a thing loses them, the others stay as they are. */
export function scrubConsole(text: string, scrub: Redactor): string {
  const scrubLine = (line: string): string => {
    if (!UNSEEN.test(line)) return line;
    const seen = stripUntrusted(withoutSequences(line));
    const scrubbed = scrub(seen);
    return scrubbed === seen ? line : scrubbed;
  };
  return scrub(text).split('\n').map(scrubLine).join('\n');
}

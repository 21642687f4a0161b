import type { InstallScriptKind } from '../spec/build-spec.ts';
import { preseedLines } from './preseed-lines.ts';

type Span = readonly [start: number, end: number];

function spansOf(text: string, pattern: RegExp): readonly Span[] {
  return [...text.matchAll(pattern)].map((match) => [match.index, match.index + match[0].length]);
}

function commentSpans(text: string, kind: InstallScriptKind): readonly Span[] {
  if (kind === 'autoyast') return spansOf(text, /<!--[\s\S]*?-->/g);
  if (kind !== 'preseed') return spansOf(text, /^[ \t]*#.*$/gm);
  return preseedLines(text)
    .filter((line) => line.comment)
    .map((line) => [line.start, line.end]);
}

const within = (spans: readonly Span[]) => (offset: number) =>
  spans.some(([start, end]) => offset >= start && offset < end);

/** Tells whether an offset lies in a comment of its own line; a `#` behind a command is not looked at. */
export function commentFinder(text: string, kind: InstallScriptKind): (offset: number) => boolean {
  return within(commentSpans(text, kind));
}

/** Tells whether an offset of an XML text lies in a CDATA section, where nothing is escaped. */
export function cdataFinder(text: string): (offset: number) => boolean {
  return within(spansOf(text, /<!\[CDATA\[[\s\S]*?\]\]>/g));
}

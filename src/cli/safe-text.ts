import { REORDERING, stripUntrusted } from '../foundation/printable.ts';
import { withoutSequences } from '../foundation/terminal-sequences.ts';

/**
 * Text that came from a guest, a file or an argument, made harmless for a terminal: escape sequences and control characters
 * are removed (CWE-150), lines are kept.
 */
export function safeText(text: string): string {
  const lines = withoutSequences(text).replaceAll('\r\n', '\n').replaceAll('\r', '\n');
  return stripUntrusted(lines).replaceAll(REORDERING, '');
}

/** The same on one line. */
export function safeLine(text: string): string {
  return safeText(text).replaceAll(/\s+/g, ' ').trim();
}

/**
 * The same of several lines, shown under one head: those after the first are indented, so that a line of somebody else's cannot pass for
 * one of Kiln's own. Tabs become blanks, since what counts columns to wrap them does not know how wide a terminal shows one.
 */
export function safeBlock(text: string): string {
  const [first = '', ...more] = safeText(text).trimEnd().replaceAll('\t', '    ').split('\n');
  return [first, ...more.map((line) => `    ${line}`)].map((line) => line.trimEnd()).join('\n');
}

/**
 * JSON leaves DEL, C1 and bidirectional controls as they are; here they become `\uXXXX`, so that a terminal cannot obey them, and so does
 * what would change a text where it is made harmless for a CI service.
 */
export function safeJson(value: unknown, indent?: number): string {
  const escaped = (character: string): string =>
    `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value, null, indent)
    .replaceAll(/[\u007f-\u009f]/g, escaped)
    .replaceAll(REORDERING, escaped)
    .replaceAll(/(?<=##)\[|(?<=section_(?:start|end)):(?=\d)/g, escaped);
}

import { stripVTControlCharacters } from 'node:util';
import { stripUntrusted } from '../foundation/printable.ts';

/** Invisible characters that reorder text on screen (Unicode UAX #9), and the line and paragraph separators. */
const REORDERING = /[\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * Text that came from a guest, a file or an argument, made harmless for a terminal: escape sequences and control characters
 * are removed (CWE-150), lines are kept.
 */
export function safeText(text: string): string {
  const lines = stripVTControlCharacters(text).replaceAll('\r\n', '\n').replaceAll('\r', '\n');
  return stripUntrusted(lines).replaceAll(REORDERING, '');
}

/** The same on one line. */
export function safeLine(text: string): string {
  return safeText(text).replaceAll(/\s+/g, ' ').trim();
}

/** JSON leaves DEL, C1 and bidirectional controls as they are; here they become `\uXXXX`, so that a terminal cannot obey them. */
export function safeJson(value: unknown): string {
  const escaped = (character: string): string =>
    `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value)
    .replaceAll(/[\u007f-\u009f]/g, escaped)
    .replaceAll(REORDERING, escaped);
}

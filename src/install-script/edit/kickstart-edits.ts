import { parseKickstart } from '../kickstart-document.ts';
import { endedLine, insertAt, lineStart } from './text-edits.ts';

/** Puts a command behind the last one that stands before the first section, or before that section. */
export function insertBeforeSections(text: string, command: string): string {
  const { commands, sections } = parseKickstart(text);
  const first = sections[0]?.line ?? Number.POSITIVE_INFINITY;
  const above = commands.filter(({ line }) => line < first).at(-1);
  const ended = endedLine(text);
  if (above) return insertAt(ended, lineStart(ended, above.line + 1), `${command}\n`);
  return insertAt(ended, sections[0] ? lineStart(ended, sections[0].line) : ended.length, `${command}\n`);
}

import { isSeq } from 'yaml';
import { type AutoinstallDocument, answerAt } from '../autoinstall-document.ts';
import { endedLine, insertAt } from './text-edits.ts';

type Script = { readonly text: string; readonly document: AutoinstallDocument };

const columnOf = (text: string, offset: number): number => offset - (text.lastIndexOf('\n', offset - 1) + 1);

/** Puts a key above the first one below `autoinstall:`. `lines` are indented to it. Undefined for a map in braces. */
export function insertAnswer({ text, document }: Script, lines: readonly string[]): string | undefined {
  const { answers } = document;
  const offset = answers?.range?.[0];
  if (answers === undefined || offset === undefined || answers.flow || document.errors.length > 0)
    return undefined;
  const indent = ' '.repeat(columnOf(text, offset));
  return insertAt(text, offset, lines.map((line) => `${line}\n${indent}`).join(''));
}

/** Adds a command to the end of `late-commands`, or to its beginning, as a quoted YAML scalar. */
export function addLateCommand(script: Script, command: string, where: 'first' | 'last'): string | undefined {
  const { text, document } = script;
  const quoted = JSON.stringify(command);
  const list = answerAt(document, 'late-commands');
  if (list === undefined) return insertAnswer(script, ['late-commands:', `  - ${quoted}`]);
  if (!isSeq(list) || list.range == null || document.errors.length > 0) return undefined;
  const [start, valueEnd] = list.range;
  if (list.flow) {
    const separator = list.items.length > 0 ? ', ' : '';
    const close = text.lastIndexOf(']', valueEnd - 1);
    return where === 'first'
      ? insertAt(text, start + 1, `${quoted}${separator}`)
      : insertAt(text, close, `${separator}${quoted}`);
  }
  const indent = ' '.repeat(columnOf(text, start));
  if (where === 'first') return insertAt(text, start, `- ${quoted}\n${indent}`);
  const ended = endedLine(text);
  const atLineEnd = ended[valueEnd - 1] === '\n' ? valueEnd : ended.indexOf('\n', valueEnd) + 1;
  return insertAt(ended, atLineEnd, `${indent}- ${quoted}\n`);
}

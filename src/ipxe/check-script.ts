import { suggestion } from '../foundation/nearest-word.ts';
import { clipped } from '../foundation/printable.ts';
import { LONGEST_KERNEL_LINE } from '../os/kernel-line.ts';
import { type ParsedScript, parseScript, type ScriptLine } from './parse-script.ts';
import { isScript } from './script-words.ts';

export type ScriptFinding = { readonly line: number; readonly problem: string };

/** Everything that can be said about a script on paper; `commands` are those of the iPXE it is for, when that is known. */
export function checkScript(text: string, commands?: readonly string[]): readonly ScriptFinding[] {
  const script = parseScript(text);
  return [
    ...headFindings(text),
    ...labelFindings(script),
    ...(commands === undefined ? [] : unknownCommands(script, commands)),
    ...controlCharacters(text),
    ...script.lines.flatMap(lineFindings),
    ...endFindings(script),
  ].sort((a, b) => a.line - b.line);
}

function headFindings(text: string): ScriptFinding[] {
  if (isScript(text)) return [];
  if (text === '#!ipxe')
    return [{ line: 1, problem: 'no line break behind #!ipxe; iPXE takes the file for no script' }];
  return [{ line: 1, problem: 'the first line must be #!ipxe, else iPXE takes the file for something else' }];
}

function labelFindings({ commands, labels }: ParsedScript): ScriptFinding[] {
  const missing = commands.flatMap(({ line, words: [command, label] }) => {
    if (command !== 'goto') return [];
    if (label === undefined) return [{ line, problem: 'goto names no label' }];
    // Only iPXE knows what a setting will hold.
    if (label.includes('${') || labels.has(label)) return [];
    return [{ line, problem: missingLabel(label, labels) }];
  });
  const twice = [...labels].flatMap(([label, lines]) =>
    lines.slice(1).map((line) => ({
      line,
      problem: `the label "${clipped(label)}" is already on line ${lines[0]}; iPXE goes to the first`,
    })),
  );
  return [...missing, ...twice];
}

/** One wording for who finds out, so that it is told once. */
export function missingLabel(label: string, labels: ParsedScript['labels']): string {
  return `the label "${clipped(label)}" is nowhere.${suggestion(label, [...labels.keys()])}`;
}

function unknownCommands({ commands }: ParsedScript, known: readonly string[]): ScriptFinding[] {
  return commands.flatMap(({ line, words: [command = ''] }) =>
    command.includes('${') || known.includes(command)
      ? []
      : [
          {
            line,
            problem: `this iPXE has no command "${clipped(command)}".${suggestion(command, known)}`,
          },
        ],
  );
}

function controlCharacters(text: string): ScriptFinding[] {
  return text
    .split(/\r?\n/)
    .flatMap((raw, index) =>
      /[\u0000-\u0008\u000b-\u001f\u007f]/.test(raw)
        ? [{ line: index + 1, problem: 'holds a control character' }]
        : [],
    );
}

function lineFindings({ line, code, pieces }: ScriptLine): ScriptFinding[] {
  const found: ScriptFinding[] = pieces
    .filter((piece) => /[^\x00-\x7f]/.test(piece.code))
    .map((piece) => ({
      line: piece.line,
      problem: 'holds characters beyond ASCII, which iPXE shows as something else',
    }));
  // iPXE itself takes lines as long as memory allows.
  if (/^\s*(kernel|imgargs)\s/.test(code) && code.length > LONGEST_KERNEL_LINE)
    found.push({
      line,
      problem: `is ${code.length} characters long; Linux reads ${LONGEST_KERNEL_LINE} of its command line`,
    });
  // iPXE makes words of a line before it fills settings in.
  if (code.split(/\s+/).some(isOpen)) found.push({ line, problem: '${ has no closing } in its word' });
  return found;
}

function isOpen(word: string): boolean {
  const open = word.lastIndexOf('${');
  return open >= 0 && !word.includes('}', open);
}

function endFindings({ unfinished }: ParsedScript): ScriptFinding[] {
  if (unfinished === undefined) return [];
  return [{ line: unfinished, problem: 'ends in a backslash and no line follows; iPXE does not run it' }];
}

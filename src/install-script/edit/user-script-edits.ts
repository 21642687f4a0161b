import { commandLines, endsGuest, parseUserScript, type UserScriptLine } from '../user-script-document.ts';
import { endedLine } from './text-edits.ts';

/** Nothing may stand behind these, or what stands there belongs to them. */
const goesOn = ({ text }: UserScriptLine): boolean =>
  /^\s*(?:exit|exec|return)\b/.test(text) || /(?:\\|&&|\|)\s*$/.test(text);

/** Behind the last command of a shell script; undefined where that would not be run, or another program reads the text. */
export function appendCommand(text: string, command: string): string | undefined {
  const script = parseUserScript(text);
  const last = commandLines(script).at(-1);
  if (!script.shell || script.open || (last !== undefined && goesOn(last))) return undefined;
  return `${endedLine(text)}${command}\n`;
}

/**
 * As the last act: before the command that ends the guest when that is the script's last one, else behind everything. Undefined where
 * the guest may end earlier.
 */
export function appendBeforeEnding(text: string, command: string): string | undefined {
  const script = parseUserScript(text);
  const commands = commandLines(script);
  const last = commands.at(-1);
  const endings = commands.filter((line) => endsGuest(script, line));
  if (endings.length === 0) return appendCommand(text, command);
  const [ending] = endings;
  const isPlain = ending !== undefined && /^[/\w][\w/. -]*$/.test(ending.text);
  if (!script.shell || endings.length > 1 || ending !== last || !isPlain) return undefined;
  const lines = text.split('\n');
  return [...lines.slice(0, ending.lineNumber - 1), command, ...lines.slice(ending.lineNumber - 1)].join(
    '\n',
  );
}

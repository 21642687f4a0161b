/**
 * Turns the raw text of a serial console into lines a person would read: escape sequences, redraws and backspaces
 * are carried out or removed (ECMA-48, console_codes(4)). Pure; keeps what it needs between pieces.
 */

export type CleanLine = {
  readonly text: string;
  /** The guest wrote over this line afterwards (a progress bar redrawn with a carriage return). */
  readonly redrawn: boolean;
};

export type ConsoleText = {
  /** Takes the next piece of text, returns the lines it completed; blank lines are left out. */
  add(text: string): readonly CleanLine[];
  /** The line under the cursor: a prompt has no newline at its end. */
  partial(): string;
  /** Ends the line under the cursor. */
  flush(): readonly CleanLine[];
};

/** Longer lines are cut into pieces: binary garbage may come without any newline. */
const LONGEST_LINE = 4096;
/** An escape sequence that is not complete after this many characters is none. */
const LONGEST_ESCAPE = 256;

const CSI = '\\x1b\\[([0-9;?<=>!]*)[ -/]*([@-~])';
const STRINGS = '\\x1b\\][^\\x07\\x1b\\r\\n]*(?:\\x07|\\x1b\\\\)|\\x1b[kPX^_][^\\x1b\\r\\n]*\\x1b\\\\';
const TOKEN = new RegExp(
  `${CSI}|${STRINGS}|\\x1b[ -/]+[0-~]|\\x1b[0-~]|[^\\x00-\\x08\\x0a-\\x1f\\x7f]+|[\\x00-\\x1f\\x7f]`,
  'g',
);
const UNFINISHED_ESCAPE = /\x1b(?:\[[0-9;?<=>!]*[ -/]*|[\]kPX^_][^\x1b\x07\r\n]*\x1b?|[ -/]*)$/;

/** GNU screen's status line as the Debian installer draws it each minute: `[ (1*installer)  2 shell ][ Nov 20 22:18 ]`. */
const SCREEN_STATUS = /\[[^[\]]*\(\d+\*\$?[^)]*\)[^[\]]*\]\s*\[[^[\]]*\d{1,2}:\d\d\s*\]/g;

/** GNU screen's bar taken off a line. */
export function withoutStatusBar(line: string): string {
  return line.replace(SCREEN_STATUS, '').trimEnd();
}

/** Where a control sequence puts the cursor, counted from 0. */
type Place = { readonly row: number; readonly column: number };

function placeOf(parameters: string): Place {
  const [row = 1, column = 1] = parameters.split(';').map((one) => Number.parseInt(one, 10) || 1);
  return { row: row - 1, column: column - 1 };
}

/** SeaBIOS ends this line only when the boot fails: what it boots goes on behind it. */
const FIRMWARE_LAST = /^(Booting from [\w/ ]+\.{2,3})(?=[^\s.])/;

export function createConsoleText(): ConsoleText {
  let held = '';
  let line = '';
  let column = 0;
  /** Where on the screen the line begins, as far as the guest has told. */
  let begin: { readonly row?: number; readonly column: number } = { column: 0 };
  let returned = false;
  let done: CleanLine[] = [];

  const tidy = (text: string): string => withoutStatusBar(text).replace(/\ufffd+/g, '\ufffd');
  const end = (redrawn = false): void => {
    const text = tidy(line);
    const [, firmware = ''] = FIRMWARE_LAST.exec(text) ?? [];
    for (const one of [firmware, text.slice(firmware.length)])
      if (one.trim() !== '') done.push({ text: one, redrawn });
    line = '';
    column = 0;
    begin = { column: 0 };
    returned = false;
  };
  const print = (text: string): void => {
    if (returned) end(true);
    for (let rest = text; rest !== ''; ) {
      const piece = rest.slice(0, Math.max(1, LONGEST_LINE - column));
      rest = rest.slice(piece.length);
      line = line.padEnd(column).slice(0, column) + piece + line.slice(column + piece.length);
      column += piece.length;
      if (column >= LONGEST_LINE) end();
    }
  };
  const erase = (mode: string): void => {
    if (returned) end(true);
    else if (mode === '2') line = '';
    else if (mode === '' || mode === '0') line = line.slice(0, column);
  };
  const move = (to: number): void => {
    column = Math.min(Math.max(0, to), LONGEST_LINE);
  };
  /** SeaBIOS puts the cursor where it is anyway, within a word too: a boot loader's line stays one. */
  const place = ({ row, column: to }: Place): void => {
    const isOnLine = begin.row === undefined || begin.row === row;
    const isHere = !returned && isOnLine && to >= begin.column && Math.abs(begin.column + column - to) <= 1;
    if (!isHere) end();
    begin = { row, column: isHere ? begin.column : to };
    move(to - begin.column);
  };
  const control = (parameters: string, final: string): void => {
    const count = Number.parseInt(parameters, 10) || 1;
    if (final === 'K') erase(parameters);
    else if (final === 'J' && parameters !== '2' && parameters !== '3') erase('0');
    else if (final === 'G' || final === '`') move(count - 1);
    else if (final === 'C' || final === 'a') move(column + count);
    else if (final === 'D') move(column - count);
    else if (final === 'H' || final === 'f') place(placeOf(parameters));
    else if ('ABEFJdu'.includes(final)) end();
  };
  const take = (token: string, parameters: string | undefined, final: string | undefined): void => {
    if (final !== undefined) control(parameters ?? '', final);
    else if (token === '\n' || token === '\f' || token === '\v') end();
    else if (token === '\r') {
      column = 0;
      returned = line.trim() !== '';
    } else if (token === '\b') move(column - 1);
    else if (token === '\x1b8' || token === '\x1bc' || token === '\x1bE') end();
    else if (token >= ' ' && token[0] !== '\x7f') print(token);
    else if (token[0] === '\t') print(token);
  };

  return {
    add: (text) => {
      let input = held + text;
      held = UNFINISHED_ESCAPE.exec(input)?.[0] ?? '';
      if (held.length > LONGEST_ESCAPE) held = '';
      input = input.slice(0, input.length - held.length);
      for (const match of input.matchAll(TOKEN)) take(match[0], match[1], match[2]);
      const lines = done;
      done = [];
      return lines;
    },
    partial: () => tidy(line).replace(FIRMWARE_LAST, ''),
    flush: () => {
      held = '';
      end();
      const lines = done;
      done = [];
      return lines;
    },
  };
}

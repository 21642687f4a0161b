import { safeText } from './safe-text.ts';

/** Prints a console as it grows, with nothing in it that could steer the terminal. */
export type ConsolePrinter = {
  add(text: string): void;
  /** Nothing came for a while: a prompt ends without a line break, so the unfinished line is shown too. */
  pause(): void;
  /** Nothing will come any more. */
  end(): void;
};

/** Whole lines, and unfinished ones only at a pause: an escape sequence cut in two would not be recognised. */
export function consolePrinter(write: (text: string) => void): ConsolePrinter {
  let line = '';
  /** What of the line is on the screen already. */
  let shown = '';
  const show = (text: string): void => {
    if (text.startsWith(shown)) write(text.slice(shown.length));
    else write(`\n${text}`);
    shown = text;
  };
  return {
    add(text) {
      const lines = `${line}${text}`.split('\n');
      line = lines.pop() ?? '';
      if (lines.length === 0) return;
      show(safeText(`${lines.join('\n')}\n`));
      shown = '';
    },
    pause() {
      const text = safeText(line.replace(CUT_SEQUENCE, ''));
      if (text.length > shown.length) show(text);
    },
    end() {
      if (line !== '') show(`${safeText(line)}\n`);
      line = '';
      shown = '';
    },
  };
}

/**
 * The beginning of a sequence whose rest has not come (ECMA-48): ESC alone, a control sequence without its final byte, a control string
 * without its terminator.
 */
const CUT_SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*|[\]PX^_][^\u0007\u001b]*\u001b?)?$/;

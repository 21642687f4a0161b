import type { Terminal } from '@xterm/headless';
import { withoutStatusBar } from './console-text.ts';
import { createLimitedSequences } from './limited-sequences.ts';

/** What a serial line has; newt and ncurses are told no other size. */
const [COLUMNS, ROWS] = [80, 25];
/** The last text of a console that is kept: several full redraws of a screen. */
const KEPT = 64 * 1024;
/** The cursor is put somewhere: a program draws a screen instead of printing lines. */
const ADDRESSING = /\x1b\[\d*;\d*[Hf]/;

/** The end of a console's raw text, from which its screen can be rebuilt. */
export type RawConsole = {
  add(text: string): void;
  /** Whether a screen was drawn since the last look. */
  isDrawn(): boolean;
  /** Rebuilds the screen. Costs some milliseconds, so it is for when a question is suspected. */
  look(): Promise<readonly string[]>;
};

export function createRawConsole(): RawConsole {
  let pieces: string[] = [];
  let length = 0;
  let drawn = false;
  return {
    add: (text) => {
      pieces.push(text);
      length += text.length;
      drawn ||= ADDRESSING.test(text);
      if (length < 2 * KEPT && pieces.length < 4096) return;
      pieces = [pieces.join('').slice(-KEPT)];
      length = pieces[0]?.length ?? 0;
    },
    isDrawn: () => drawn,
    look: async () => {
      drawn = false;
      pieces = [pieces.join('').slice(-KEPT)];
      return renderScreen(pieces[0] ?? '');
    },
  };
}

/**
 * Plays raw console text to a terminal emulator and reads its screen: cursor movements, redraws, scroll regions and the line drawing
 * characters of DEC terminals end as a person would see them. GNU screen's status bar is left out.
 */
export async function renderScreen(raw: string): Promise<readonly string[]> {
  const terminal = await newTerminal();
  try {
    await new Promise<void>((resolve) => terminal.write(createLimitedSequences()(raw), resolve));
    const { active } = terminal.buffer;
    const rows = Array.from({ length: ROWS }, (_, row) =>
      withoutStatusBar(active.getLine(active.baseY + row)?.translateToString(true) ?? ''),
    );
    while (rows.at(-1) === '') rows.pop();
    return rows;
  } finally {
    terminal.dispose();
  }
}

/** Loaded when it is first needed: most installs never draw a screen. The package is CommonJS, so it comes as the default. */
async function newTerminal(): Promise<Terminal> {
  const { default: xterm } = await import('@xterm/headless');
  // A serial console sends its line feeds with carriage returns; nothing is converted.
  // What it cannot parse is the guest's doing, and it would print its whole state for every such byte.
  return new xterm.Terminal({
    cols: COLUMNS,
    rows: ROWS,
    scrollback: 0,
    allowProposedApi: true,
    logLevel: 'off',
  });
}

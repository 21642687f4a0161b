export type UserScriptLine = {
  /** 1 for the first. */
  readonly lineNumber: number;
  readonly text: string;
  /** Blank lines, comments, and text that a command is given (here-documents) are no commands. */
  readonly command: boolean;
};

/** A program that begins with `#!`, as far as Kiln looks into it. */
export type UserScriptDocument = {
  /** The words behind `#!`. */
  readonly interpreter: readonly string[];
  /** A shell of Bourne's family runs it; of other programs only words are looked at. */
  readonly shell: boolean;
  readonly lines: readonly UserScriptLine[];
  /** A here-document begins and does not end: nothing may be put behind it. */
  readonly open: boolean;
};

const SHELL = /^(?:ba|da|a|k|mk|z)?sh$/;
const HERE_DOCUMENT = /(?<!<)<<(-?)\s*(["']?)([A-Za-z_]\w*)\2/g;

export function parseUserScript(text: string): UserScriptDocument {
  const all = text.split('\n');
  const interpreter = (all[0] ?? '').replace(/^#!/, '').trim().split(/\s+/);
  const shell = interpreter.some((word) => SHELL.test(word.replace(/^.*\//, '')));
  const waiting: { readonly word: string; readonly tabs: boolean }[] = [];
  const lines = all.map((line, index) => {
    const lineNumber = index + 1;
    const [document] = waiting;
    if (document !== undefined) {
      if ((document.tabs ? line.replace(/^\t+/, '') : line) === document.word) waiting.shift();
      return { lineNumber, text: line, command: false };
    }
    const command = line.trim() !== '' && !/^\s*#/.test(line);
    if (command && shell) {
      for (const [, dash, , word = ''] of line.matchAll(HERE_DOCUMENT)) {
        waiting.push({ word, tabs: dash === '-' });
      }
    }
    return { lineNumber, text: line, command };
  });
  return { interpreter, shell, lines, open: waiting.length > 0 };
}

export function commandLines({ lines }: UserScriptDocument): readonly UserScriptLine[] {
  return lines.filter(({ command }) => command);
}

/** Where a command may begin, and the folder it may be named with. */
const BEGIN = String.raw`(?:^|[;&|({]|\b(?:then|else|do|exec|sudo)\s)\s*(?:/\S*/)?`;
const ENDING = String.raw`(?:poweroff|reboot|systemctl\s+(?:-\S+\s+)*(?:poweroff|reboot)|shutdown\b(?!.*\s-\w*[cHk])|(?:tel)?init\s+[06]|halt\s+(?:-\w*p|--poweroff))(?![\w.-])`;
const HALTING = String.raw`(?:halt\b(?!\s+(?:-\w*p|--poweroff))|systemctl\s+(?:-\S+\s+)*halt|shutdown\s.*-\w*H)(?![\w.-])`;
const WORD_OF_ENDING = /\b(?:poweroff|shutdown|reboot)\b/;

/** Ends the guest: a reboot does so too, since Kiln takes the first one for the end. */
export function endsGuest({ shell }: UserScriptDocument, { text }: UserScriptLine): boolean {
  return shell ? new RegExp(BEGIN + ENDING).test(text) : WORD_OF_ENDING.test(text);
}

/** Stops the system and leaves the guest on. */
export const haltsGuest = ({ shell }: UserScriptDocument, { text }: UserScriptLine): boolean =>
  shell && new RegExp(BEGIN + HALTING).test(text);

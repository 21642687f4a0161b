import { kickstartCommands, kickstartLines } from './kickstart-lines.ts';
import { shellWords } from './shell-words.ts';

export type KickstartOption = {
  /** `--url`. */
  readonly name: string;
  /** What stands behind `=`, or the next word when that is no option; undefined for a switch. */
  readonly value: string | undefined;
};

/** One command outside all sections. */
export type KickstartCommand = {
  readonly line: number;
  readonly name: string;
  readonly options: readonly KickstartOption[];
  /** Words that belong to no option. A word behind an option without `=` counts here and as that option's value. */
  readonly words: readonly string[];
  readonly text: string;
  /** A quote is left open. */
  readonly openQuote: boolean;
};

export type KickstartSection = {
  readonly line: number;
  /** `%post`. */
  readonly name: string;
  readonly options: readonly KickstartOption[];
  readonly body: readonly { readonly line: number; readonly text: string }[];
  readonly closed: boolean;
};

export type KickstartDocument = {
  readonly commands: readonly KickstartCommand[];
  readonly sections: readonly KickstartSection[];
};

/** @param endless a section may end where the next begins (RHEL 5 and 6) */
export function parseKickstart(text: string, endless = false): KickstartDocument {
  const commands = kickstartCommands(text)
    // A placeholder alone on its line may become any commands.
    .filter(({ line }) => !/^\s*\{\{\s*\w+\s*\}\}\s*$/.test(line.text))
    .map(({ line }) => commandOf(line));
  return { commands, sections: sectionsOf(text, endless) };
}

function commandOf({
  text,
  lineNumber,
}: {
  readonly text: string;
  readonly lineNumber: number;
}): KickstartCommand {
  const split = shellWords(text);
  const words = split ?? text.trim().split(/\s+/);
  return {
    line: lineNumber,
    name: words[0] ?? '',
    options: optionsOf(words),
    words: words.slice(1).filter((word) => !word.startsWith('--')),
    text,
    openQuote: split === undefined,
  };
}

function optionsOf(words: readonly string[]): readonly KickstartOption[] {
  return words.flatMap((word, index) => {
    if (!/^--[A-Za-z]/.test(word)) return [];
    const [name = '', ...rest] = word.split('=');
    const next = words[index + 1];
    const following = next === undefined || next.startsWith('--') ? undefined : next;
    return [{ name, value: word.includes('=') ? rest.join('=') : following }];
  });
}

function sectionsOf(text: string, endless: boolean): readonly KickstartSection[] {
  const sections: KickstartSection[] = [];
  let open:
    | { header: string; line: number; name: string; body: { line: number; text: string }[] }
    | undefined;
  const close = (closed: boolean): void => {
    if (open === undefined) return;
    const { header, body, line, name } = open;
    sections.push({ line, name, options: optionsOf(shellWords(header) ?? []), body, closed });
    open = undefined;
  };
  for (const { section, text: line, lineNumber, role } of kickstartLines(text)) {
    if (role === 'header') {
      close(endless);
      open = { header: line, line: lineNumber, name: section ?? '', body: [] };
    } else if (role === 'end') close(true);
    else open?.body.push({ line: lineNumber, text: line });
  }
  close(endless);
  return sections;
}

/** The value of an option of a command, the last one given. */
export function optionValue(
  { options }: Pick<KickstartCommand, 'options'>,
  ...names: readonly string[]
): string | undefined {
  return options.findLast(({ name }) => names.includes(name))?.value;
}

export function hasOption({ options }: Pick<KickstartCommand, 'options'>, name: string): boolean {
  return options.some((option) => option.name === name);
}

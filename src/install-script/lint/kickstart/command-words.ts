import type { KickstartCommand } from '../../kickstart-document.ts';
import { shellWords } from '../../shell-words.ts';

export type WrittenOption = {
  /** `--size`. */
  readonly name: string;
  /** Behind `=`, or the next word; undefined where there is none. */
  readonly value: string | undefined;
};

export type CommandWords = {
  readonly options: readonly WrittenOption[];
  /** Words that are no option's value. */
  readonly words: readonly string[];
};

/**
 * A command's options and words as Python's argparse tells them apart: the word behind an option is its value, unless the option is a
 * switch.
 * @param switches names of options that take no value unless `=` gives them one
 * @param fullName of an option that may be abbreviated
 */
export function commandWords(
  { text }: KickstartCommand,
  switches: ReadonlySet<string>,
  fullName: (word: string) => string = (word) => word,
): CommandWords {
  const options: WrittenOption[] = [];
  const words: string[] = [];
  const rest = (shellWords(text) ?? []).slice(1);
  for (let at = 0; at < rest.length; at += 1) {
    const word = rest[at] ?? '';
    const [, written, value] = /^(--[A-Za-z][^=]*)(?:=([\s\S]*))?$/.exec(word) ?? [];
    if (written === undefined) {
      words.push(word);
      continue;
    }
    const name = fullName(written);
    const next = rest[at + 1];
    const takesNext = value === undefined && !switches.has(name) && next?.startsWith('--') === false;
    if (takesNext) at += 1;
    options.push({ name, value: takesNext ? next : value });
  }
  return { options, words };
}

import { COMMAND_OPTIONS, type CommandOption } from './options/command-options.ts';

/**
 * The first word of a `kiln build` line that is neither an option nor an option's value: a template or an install script. Without one
 * the line is in virt-install's words.
 */
export function findTarget(args: readonly string[]): string | undefined {
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    if (!word.startsWith('-') || word === '-') return word;
    const option = optionOf(word);
    const takesNext = option !== undefined && option.shape !== 'flag' && !hasValue(word, option);
    const next = args[at + 1];
    if (
      takesNext &&
      next !== undefined &&
      (!next.startsWith('-') || /^-\d*$/.test(next) || next.includes(' '))
    )
      at += 1;
  }
  return undefined;
}

function optionOf(word: string): CommandOption | undefined {
  if (!word.startsWith('--')) return COMMAND_OPTIONS.find(({ short }) => short === word.charAt(1));
  const name = word.slice(2).split('=', 1)[0] ?? '';
  const names = (option: CommandOption): readonly string[] => [option.name, ...(option.alias ?? [])];
  return (
    COMMAND_OPTIONS.find((option) => names(option).includes(name)) ??
    COMMAND_OPTIONS.find((option) => names(option).some((one) => one.startsWith(name)))
  );
}

const hasValue = (word: string, { short }: CommandOption): boolean =>
  word.startsWith('--') ? word.includes('=') : short !== undefined && word.length > 2;

/** Options that ask for no build at all: to print XML, an option's sub-options, the systems there are. */
export function asksForWordsAlone(args: readonly string[]): boolean {
  const listsSystems = args.some(
    (word, at) => /^--(?:osinfo|os-variant)$/.test(args[at - 1] ?? '') && word === 'list',
  );
  return (
    listsSystems ||
    args.some(
      (word, at) =>
        /^--print-(?:xml|step)(?:=|$)|^--os(?:info|-variant)=list$/.test(word) ||
        asksForSubOptions(word, args[at + 1]),
    )
  );
}

/** `--disk=?`, `--disk help`; of other options these words are values (`--name help`). */
function asksForSubOptions(word: string, next: string | undefined): boolean {
  const [, name, value] = /^(--[\w-]+|-\w)(?:=(.*))?$/s.exec(word) ?? [];
  const asked = value ?? next;
  if (name === undefined || (asked !== '?' && asked !== 'help')) return false;
  const option = optionOf(name);
  return option?.shape === 'complex' || option?.name === 'xml';
}

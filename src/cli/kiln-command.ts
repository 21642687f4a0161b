import { Command } from 'commander';
import { SpecError } from '../foundation/errors.ts';
import { suggestion } from '../foundation/nearest-word.ts';
import { suggestOption } from '../virt-install/options/suggest-option.ts';
import { helpEnd } from './help-text.ts';
import { safeLine } from './safe-text.ts';

/** The options of the other form of a command: what to do about one of them in this form, and their long names. */
export type OtherForm = {
  readonly hintFor: (flag: string, words: readonly string[]) => string | undefined;
  readonly names: readonly string[];
  /** Those of them that take no value. */
  readonly flags: readonly string[];
};

/** An argument without its value. */
const flagOf = (argument: string): string => safeLine(argument.split('=', 1)[0] ?? '');

/**
 * commander's Command, with its complaints as SpecError. `unknownOption` and its siblings are the methods commander calls
 * (lib/command.js); its own `unknownOption` repeats the whole argument, so `--root-pasword=secret` would end in a log.
 */
export class KilnCommand extends Command {
  constructor(name?: string) {
    super(name);
    this.addHelpText('after', () => helpEnd(this.fullName()));
  }

  override createCommand(name?: string): KilnCommand {
    return new KilnCommand(name);
  }

  #otherForm: OtherForm = { hintFor: () => undefined, names: [], flags: [] };

  /** Says what to do about options that another form of the command has. */
  explainUnknown(otherForm: OtherForm): this {
    this.#otherForm = otherForm;
    return this;
  }

  /** An option that no form has comes first: the word after it, meant as its value, may be what chose the form. */
  unknownOption(argument: string): never {
    const flags = this.args.filter((word) => /^--?[^-\s\d]/.test(word)).map(flagOf);
    const isForeign = (flag: string): boolean =>
      !this.knownOptions().includes(flag) && this.#otherForm.hintFor(flag, []) === undefined;
    const isStray =
      this.#otherForm.names.length > 0 && flags.find((flag) => flag.startsWith('--') && isForeign(flag));
    this.#refuse(isStray || flagOf(argument), argument, this.args);
  }

  #refuse(flag: string, argument: string, words: readonly string[]): never {
    if (argument.includes('=') && this.knownOptions().includes(flag)) {
      const message = `${flag} takes no value; write it alone.`;
      throw new SpecError('options.invalid', message, { details: { option: flag } });
    }
    const hint = this.#otherForm.hintFor(flag, words);
    if (hint !== undefined)
      throw new SpecError('options.unknown-option', hint, { details: { option: flag } });
    const own = this.knownOptions().map((option) => option.replace(/^-+/, ''));
    const known = [...own, ...this.#otherForm.names];
    const typed = this.#asTyped(flag);
    const isWord = typed.startsWith('--') || typed.length > 2;
    const nearest = isWord ? suggestOption(typed.replace(/^--?/, ''), known) : '';
    throw new SpecError(
      'options.unknown-option',
      `Unknown option ${typed}.${nearest} \`${this.fullName()} --help\` lists the options.`,
      { details: { option: typed } },
    );
  }

  #words: readonly string[] = [];

  override parseOptions(words: string[]): ReturnType<Command['parseOptions']> {
    this.#words = words;
    this.#refuseSwallowed(words);
    return super.parseOptions(words);
  }

  /**
   * commander gives an option that needs a value whatever word comes next. An option there is none: one misspelt, or of the other form, where
   * the option before it may take no value at all (`--import --disk FILE`). Should a value begin so, `=` joins it.
   */
  #refuseSwallowed(words: readonly string[]): void {
    for (const [at, word] of words.entries()) {
      if (word === '--') return;
      const next = words[at + 1];
      const option = this.options.find(({ long, short }) => long === word || short === word);
      if (option?.required !== true || next === undefined || !/^--[a-z][^\s]*$/i.test(next)) continue;
      const isOwn = this.knownOptions().includes(flagOf(next));
      if (!isOwn) this.#refuse(flagOf(next), next, words);
      const isOtherForm = this.#otherForm.flags.includes(word.slice(2));
      const hint = isOtherForm ? this.#otherForm.hintFor(word, words) : undefined;
      if (hint === undefined) this.optionMissingArgument(option);
      throw new SpecError('options.unknown-option', hint, { details: { option: word } });
    }
  }

  /** Letters after one dash are options of their own: of `-var` commander takes `-v` and does not know `-ar`. */
  #asTyped(flag: string): string {
    if (!/^-[^-]/.test(flag)) return flag;
    const words = this.#words.map(flagOf).filter((word) => /^-[^-]/.test(word));
    return words.find((word) => word.endsWith(flag.slice(1))) ?? flag;
  }

  unknownCommand(): never {
    const word = safeLine(this.args[0] ?? '');
    const names = this.commands.map((command) => command.name()).filter((name) => !name.startsWith('_'));
    const nearest = this.#groupsWith(word) || suggestion(word, names);
    throw new SpecError(
      'options.unknown-command',
      `Unknown command "${word}".${nearest} Commands: ${names.join(', ')}.`,
      { details: { command: word } },
    );
  }

  /** A sub-command named without its group: `kiln list` for `kiln builds list`. */
  #groupsWith(word: string): string {
    const groups = this.commands.filter((command) => command.commands.some((one) => one.name() === word));
    const lines = groups.map((group) => `"${this.fullName()} ${group.name()} ${word}"`);
    return lines.length === 0 ? '' : ` Did you mean ${lines.join(' or ')}?`;
  }

  optionMissingArgument(option: { readonly flags: string }): never {
    throw new SpecError('options.invalid', `${option.flags} needs a value.`, {
      details: { option: option.flags },
    });
  }

  missingMandatoryOptionValue(option: { readonly flags: string }): never {
    throw new SpecError('options.invalid', `\`${this.fullName()}\` needs ${option.flags}.`, {
      details: { option: option.flags },
    });
  }

  missingArgument(name: string): never {
    throw new SpecError(
      'options.invalid',
      `\`${this.fullName()}\` needs ${name}; see \`${this.fullName()} --help\`.`,
    );
  }

  _excessArguments(received: readonly string[]): void {
    const expected = this.registeredArguments.length;
    const first = safeLine(received[expected] ?? '');
    throw new SpecError(
      'options.invalid',
      `\`${this.fullName()}\` does not know what to do with "${first}"; see \`${this.fullName()} --help\`.`,
    );
  }

  /** `kiln builds list`. */
  fullName(): string {
    return this.parent instanceof KilnCommand ? `${this.parent.fullName()} ${this.name()}` : this.name();
  }

  /** Long flags of this command, with the leading dashes, hidden aliases included. */
  knownOptions(): string[] {
    return this.createHelp()
      .visibleOptions(this)
      .concat(this.options.filter((option) => option.hidden))
      .flatMap((option) => option.long ?? []);
  }
}

/**
 * No option and no argument of Kiln's means anything when it is empty; a shell variable that is not set makes one.
 * @throws SpecError `options.invalid`
 */
export function refuseEmptyWords(command: Command): void {
  const values: Readonly<Record<string, unknown>> = command.opts();
  const empty = command.options.find((option) => [values[option.attributeName()]].flat().includes(''));
  const at = command.args.indexOf('');
  if (empty === undefined && at === -1) return;
  const { registeredArguments } = command;
  const name =
    empty?.flags ?? `<${registeredArguments[Math.min(at, registeredArguments.length - 1)]?.name()}>`;
  throw new SpecError('options.invalid', `${name} is empty; write what it names, or leave it out.`, {
    details: { option: name },
  });
}

/** What a list of commands says of one: its summary, or its description up to the first colon or stop. */
export function briefly(command: Command): string {
  const text = command.summary() || (command.description().split(/[.:;]( |$)/, 1)[0] ?? '');
  return text.charAt(0).toLowerCase() + text.slice(1);
}

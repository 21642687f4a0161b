import { Command } from 'commander';
import { SpecError } from '../foundation/errors.ts';
import { suggestion } from '../foundation/nearest-word.ts';
import { safeLine } from './safe-text.ts';

/**
 * commander's Command, with its complaints as SpecError. `unknownOption` and its siblings are the methods commander calls
 * (lib/command.js); its own `unknownOption` repeats the whole argument, so `--root-pasword=secret` would end in a log.
 */
export class KilnCommand extends Command {
  override createCommand(name?: string): KilnCommand {
    return new KilnCommand(name);
  }

  unknownOption(argument: string): never {
    const flag = safeLine(argument.split('=', 1)[0] ?? '');
    const known = this.knownOptions().map((option) => option.replace(/^-+/, ''));
    const nearest = flag.startsWith('--') ? suggestion(flag.slice(2), known).replace('"', '"--') : '';
    throw new SpecError(
      'options.unknown-option',
      `Unknown option ${flag}.${nearest} \`${this.fullName()} --help\` lists the options.`,
      { details: { option: flag } },
    );
  }

  unknownCommand(): never {
    const word = safeLine(this.args[0] ?? '');
    const names = this.commands.map((command) => command.name()).filter((name) => !name.startsWith('_'));
    throw new SpecError(
      'options.unknown-command',
      `Unknown command "${word}".${suggestion(word, names)} Commands: ${names.join(', ')}.`,
      { details: { command: word } },
    );
  }

  optionMissingArgument(option: { readonly flags: string }): never {
    throw new SpecError('options.invalid', `${option.flags} needs a value.`, {
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

import type { Argument, Option } from 'commander';
import type { KilnCommand } from './kiln-command.ts';

/** What may stand at a place of the command line. */
export type ValueKind =
  | { readonly kind: 'file' | 'folder' | 'free' }
  | { readonly kind: 'words'; readonly words: readonly string[] }
  /** Asked of `kiln __words` while the user types. */
  | { readonly kind: 'templates' | 'builds' };

export type CompletionOption = {
  /** `-o`, `--output`. */
  readonly flags: readonly string[];
  readonly description: string;
  /** Absent for a switch. */
  readonly value?: ValueKind;
  /** The value may only be joined with `=`. */
  readonly optionalValue: boolean;
  readonly repeatable: boolean;
};

export type CompletionCommand = {
  /** `kiln builds list`, as words. */
  readonly path: readonly string[];
  readonly description: string;
  readonly options: readonly CompletionOption[];
  readonly argument?: ValueKind;
  readonly subcommands: readonly CompletionCommand[];
};

const WORDS: Readonly<Record<string, readonly string[]>> = {
  '--firmware': ['uefi', 'bios'],
  '--machine': ['q35', 'pc'],
  '--virt-type': ['auto', 'kvm', 'tcg'],
  '--network': ['user', 'none'],
  '--inject': ['initrd', 'seed-iso', 'none'],
  '--format': ['qcow2', 'raw', 'vmdk', 'vhd', 'vhdx', 'vdi'],
  '--keep': ['never', 'on-failure', 'always'],
};

/** The command tree as completion needs it: no hidden commands and options. */
export function completionTree(command: KilnCommand): CompletionCommand {
  const help = command.createHelp();
  const argument = command.registeredArguments[0];
  const subcommands = command.commands.filter((child) => !child.name().startsWith('_')) as KilnCommand[];
  return {
    path: command.fullName().split(' '),
    description: command.summary() || command.description(),
    options: help.visibleOptions(command).map(completionOption),
    ...(argument === undefined ? {} : { argument: argumentKind(argument) }),
    subcommands: subcommands.map(completionTree),
  };
}

/** The tree as a list, parents before children. */
export function allCommands(root: CompletionCommand): CompletionCommand[] {
  return [root, ...root.subcommands.flatMap(allCommands)];
}

function completionOption(option: Option): CompletionOption {
  return {
    flags: [option.short, option.long].filter((flag) => flag !== undefined),
    description: option.description.split(/[(;:]/, 1)[0]?.trim() ?? '',
    ...(option.required || option.optional ? { value: optionValue(option) } : {}),
    optionalValue: option.optional,
    repeatable: option.description.includes('repeatable'),
  };
}

function optionValue(option: Option): ValueKind {
  const words = WORDS[option.long ?? ''];
  if (words !== undefined) return { kind: 'words', words };
  if (option.flags.endsWith('<dir>')) return { kind: 'folder' };
  return { kind: /<(file|iso|tree|image)>$/.test(option.flags) ? 'file' : 'free' };
}

function argumentKind(argument: Argument): ValueKind {
  const name = argument.name();
  if (name === 'target') return { kind: 'templates' };
  if (name === 'id') return { kind: 'builds' };
  return name === 'shell' ? { kind: 'words', words: ['bash', 'zsh', 'fish'] } : { kind: 'free' };
}

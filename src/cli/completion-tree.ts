import type { Argument, Option } from 'commander';
import { ALIASES } from './build-options.ts';
import { briefly, type KilnCommand } from './kiln-command.ts';

/** What may stand at a place of the command line. */
export type ValueKind =
  | { readonly kind: 'file' | 'folder' | 'free' }
  | { readonly kind: 'words'; readonly words: readonly string[] }
  /** Asked of `kiln __words` while the user types. */
  | { readonly kind: 'templates' | 'builds' | 'running-builds' | 'resumable-builds' | 'os' };

export type CompletionOption = {
  /** `-o`, `--output`. */
  readonly flags: readonly string[];
  readonly description: string;
  /** Absent for a switch. */
  readonly value?: ValueKind;
  /** The value may only be joined with `=`. */
  readonly optionalValue: boolean;
  readonly repeatable: boolean;
  /** Another name of an option: its value is completed, the name itself not offered. */
  readonly hidden: boolean;
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
  '--bus': ['virtio', 'sata', 'scsi', 'ide'],
  '--machine': ['q35', 'pc'],
  '--virt-type': ['auto', 'kvm', 'tcg'],
  '--network': ['user', 'none'],
  '--inject': ['initrd', 'seed-iso', 'config-drive', 'http', 'metadata', 'none'],
  '--format': ['qcow2', 'raw', 'vmdk', 'vhd', 'vhdx', 'vdi'],
  '--keep': ['never', 'on-failure', 'always'],
  '--on-error': ['abort', 'keep', 'ask'],
  '--preset': ['kvm', 'ironic', 'xen', 'none'],
  '--visibility': ['private', 'shared', 'community', 'public'],
  '--replace': ['rename', 'hide', 'delete'],
  '--service': ['image', 'block-storage', 'baremetal', 'compute'],
};

/** The command tree as completion needs it: no hidden commands and options. */
export function completionTree(command: KilnCommand): CompletionCommand {
  const help = command.createHelp();
  const argument = command.registeredArguments[0];
  const subcommands = command.commands.filter((child) => !child.name().startsWith('_')) as KilnCommand[];
  return {
    path: command.fullName().split(' '),
    description: briefly(command),
    options: [
      ...help.visibleOptions(command).map((option) => completionOption(option)),
      ...aliasesOf(command),
    ],
    ...(argument === undefined ? {} : { argument: argumentKind(argument, command) }),
    subcommands: subcommands.map(completionTree),
  };
}

/** The tree as a list, parents before children. */
export function allCommands(root: CompletionCommand): CompletionCommand[] {
  return [root, ...root.subcommands.flatMap(allCommands)];
}

/** `--boot` is completed like `--firmware`. */
function aliasesOf({ options }: KilnCommand): CompletionOption[] {
  return ALIASES.flatMap(([alias, attribute]) => {
    const flag = `--${alias}`;
    const meant = options.find((option) => option.attributeName() === attribute);
    const isThere = options.some(({ long }) => long === flag);
    return meant && isThere ? [{ ...completionOption(meant), flags: [flag], hidden: true }] : [];
  });
}

function completionOption(option: Option): CompletionOption {
  return {
    hidden: false,
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
  if (option.long === '--os') return { kind: 'os' };
  if (option.flags.endsWith('<dir>')) return { kind: 'folder' };
  return { kind: /<(file|iso|tree|image)>$/.test(option.flags) ? 'file' : 'free' };
}

const ARGUMENTS: Readonly<Record<string, ValueKind>> = {
  target: { kind: 'templates' },
  id: { kind: 'builds' },
  os: { kind: 'os' },
  shell: { kind: 'words', words: ['bash', 'zsh', 'fish'] },
  what: { kind: 'file' },
  media: { kind: 'file' },
  script: { kind: 'file' },
  folder: { kind: 'folder' },
  dir: { kind: 'folder' },
};

/** Commands that take only some of what others of the same word do. */
const COMMAND_ARGUMENTS: Readonly<Record<string, ValueKind>> = {
  'kiln builds stop': { kind: 'running-builds' },
  'kiln builds resume': { kind: 'resumable-builds' },
};

const argumentKind = (argument: Argument, command: KilnCommand): ValueKind =>
  COMMAND_ARGUMENTS[command.fullName()] ?? ARGUMENTS[argument.name()] ?? { kind: 'free' };

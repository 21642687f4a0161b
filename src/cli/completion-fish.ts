import {
  allCommands,
  type CompletionCommand,
  type CompletionOption,
  type ValueKind,
} from './completion-tree.ts';

/** Completion for fish (complete(1)). */
export function fishCompletion(root: CompletionCommand): string {
  const lines = allCommands(root).flatMap((command) => [
    ...command.subcommands.map((child) => subcommandLine(command, child)),
    ...command.options.map((option) => optionLine(command, option)),
    ...(command.argument === undefined ? [] : argumentLines(command, command.argument)),
  ]);
  return `# kiln completion for fish; made by \`kiln completion fish\`
complete -c kiln -f
${lines.join('\n')}
`;
}

const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** True while the command line is at this command and at none of its subcommands. */
function at({ path, subcommands }: CompletionCommand): string {
  const seen = path.slice(1).map((word) => `__fish_seen_subcommand_from ${word}`);
  const children = subcommands.map((child) => child.path.at(-1)).join(' ');
  const conditions = [...seen, ...(children === '' ? [] : [`not __fish_seen_subcommand_from ${children}`])];
  return conditions.length === 0 ? '' : ` -n ${quote(conditions.join('; and '))}`;
}

function subcommandLine(command: CompletionCommand, child: CompletionCommand): string {
  return `complete -c kiln${at(command)} -a ${quote(child.path.at(-1) ?? '')} -d ${quote(child.description)}`;
}

function optionLine(
  command: CompletionCommand,
  { flags, description, value, optionalValue }: CompletionOption,
): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  // Without -f fish adds files, which the command's own argument asks for.
  const files = value?.kind === 'file' ? '' : ' -f';
  const takes = value === undefined ? '' : `${optionalValue ? '' : ' -r'}${files}${valueWords(value)}`;
  return `complete -c kiln${at(command)} ${names.join(' ')}${takes} -d ${quote(description)}`;
}

function argumentLines(command: CompletionCommand, value: ValueKind): string[] {
  const words = valueWords(value);
  return words === '' ? [] : [`complete -c kiln${at(command)}${words}`];
}

function valueWords(value: ValueKind): string {
  switch (value.kind) {
    case 'file':
      return ' -F';
    case 'folder':
      return " -a '(__fish_complete_directories)'";
    case 'words':
      return ` -a ${quote(value.words.join(' '))}`;
    case 'templates':
      return " -F -a '(kiln __words templates 2>/dev/null)'";
    case 'builds':
    case 'running-builds':
    case 'resumable-builds':
    case 'os':
      return ` -a '(kiln __words ${value.kind} 2>/dev/null)'`;
    default:
      return '';
  }
}

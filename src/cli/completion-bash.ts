import { allCommands, type CompletionCommand, type ValueKind } from './completion-tree.ts';

/** Completion for bash ≥ 4.4 (`mapfile`, `compopt`; bash(1), "Programmable Completion"). */
export function bashCompletion(root: CompletionCommand): string {
  const commands = allCommands(root);
  return `# kiln completion for bash; made by \`kiln completion bash\`
_kiln_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur"); }
_kiln_ask() { _kiln_words "$("\${COMP_WORDS[0]}" __words "$1" 2>/dev/null)"; }
_kiln_files() { compopt -o filenames; mapfile -t COMPREPLY < <(compgen "$1" -- "$cur"); }

_kiln() {
  local cur=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} path=kiln i
  COMPREPLY=()
  if [[ $before == '=' ]]; then before=\${COMP_WORDS[COMP_CWORD-2]}; fi
  if [[ $cur == '=' ]]; then cur=''; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path \${COMP_WORDS[i]}" in
      ${patterns(commands.slice(1).map(({ path }) => path.join(' ')))})
        path="$path \${COMP_WORDS[i]}" ;;
    esac
  done
  case "$path $before" in
${commands.flatMap(optionCases).join('\n')}
  esac
  case "$path" in
${commands.map(commandCase).join('\n')}
  esac
}
complete -F _kiln kiln
`;
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const patterns = (words: readonly string[]): string => words.map(quote).join(' | ');

function optionCases({ path, options }: CompletionCommand): string[] {
  return options.flatMap(({ flags, value, optionalValue }) => {
    if (value === undefined || optionalValue) return [];
    return [
      `    ${patterns(flags.map((flag) => [...path, flag].join(' ')))}) ${completeValue(value)}; return ;;`,
    ];
  });
}

function commandCase({ path, options, argument, subcommands }: CompletionCommand): string {
  const flags = options.flatMap(({ flags }) => flags).join(' ');
  const words = subcommands.map((command) => command.path.at(-1)).join(' ');
  const otherwise = subcommands.length > 0 ? `_kiln_words ${quote(words)}` : completeValue(argument);
  return `    ${quote(path.join(' '))})
      if [[ $cur == -* ]]; then _kiln_words ${quote(flags)}; else ${otherwise}; fi ;;`;
}

function completeValue(value: ValueKind | undefined): string {
  switch (value?.kind) {
    case 'file':
      return '_kiln_files -f';
    case 'folder':
      return '_kiln_files -d';
    case 'words':
      return `_kiln_words ${quote(value.words.join(' '))}`;
    case 'templates':
      return 'if [[ $cur == */* || $cur == .* ]]; then _kiln_files -f; else _kiln_ask templates; fi';
    case 'builds':
      return '_kiln_ask builds';
    default:
      return ':';
  }
}

import { allCommands, type CompletionCommand, type ValueKind } from './completion-tree.ts';

/** Completion for bash ≥ 4.4 (`mapfile`, `compopt`; bash(1), "Programmable Completion"). */
export function bashCompletion(root: CompletionCommand): string {
  const commands = allCommands(root);
  return `# kiln completion for bash; made by \`kiln completion bash\`
_kiln_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur"); }
_kiln_ask() { _kiln_words "$("\${COMP_WORDS[0]}" __words "$1" 2>/dev/null)"; }
_kiln_files() { compopt -o filenames; mapfile -t COMPREPLY < <(compgen "$1" -- "$cur"); }
_kiln_targets() {
  local templates=()
  if [[ $cur != */* && $cur != .* ]]; then _kiln_ask templates; templates=("\${COMPREPLY[@]}"); fi
  _kiln_files -f
  COMPREPLY=("\${templates[@]}" "\${COMPREPLY[@]}")
}

_kiln() {
  local cur=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} path=kiln joined='' i
  COMPREPLY=()
  if [[ $before == '=' ]]; then before=\${COMP_WORDS[COMP_CWORD-2]} joined='='; fi
  if [[ $cur == '=' ]]; then cur='' joined='='; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path \${COMP_WORDS[i]}" in
      ${patterns(commands.slice(1).map(({ path }) => path.join(' ')))})
        path="$path \${COMP_WORDS[i]}" ;;
    esac
  done
  case "$path $before$joined" in
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

/** A value that may be left out is only looked for behind `=`; the word after such an option is another word. */
function optionCases({ path, options }: CompletionCommand): string[] {
  return options.flatMap(({ flags, value, optionalValue }) => {
    if (value === undefined) return [];
    const names = flags.map((flag) => [...path, flag].join(' '));
    const written = [...(optionalValue ? [] : names), ...names.map((name) => `${name}=`)];
    return [`    ${patterns(written)}) ${completeValue(value)}; return ;;`];
  });
}

function commandCase({ path, options, argument, subcommands }: CompletionCommand): string {
  const flags = options.flatMap(({ flags, hidden }) => (hidden ? [] : flags)).join(' ');
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
      return '_kiln_targets';
    case 'builds':
    case 'running-builds':
    case 'resumable-builds':
    case 'os':
      return `_kiln_ask ${value.kind}`;
    default:
      return ':';
  }
}

import {
  allCommands,
  type CompletionCommand,
  type CompletionOption,
  type ValueKind,
} from './completion-tree.ts';

/** Completion for zsh, one function a command (zshcompsys(1), `_arguments`). */
export function zshCompletion(root: CompletionCommand): string {
  return `#compdef kiln
# kiln completion for zsh; made by \`kiln completion zsh\`
_kiln_templates() { local -a found; found=(\${(f)"$(_call_program templates kiln __words templates 2>/dev/null)"}); compadd -a found; _files }
_kiln_os() { local -a found; found=(\${(f)"$(_call_program os kiln __words os 2>/dev/null)"}); compadd -a found }
_kiln_builds() { local -a found; found=(\${(f)"$(_call_program builds kiln __words builds 2>/dev/null)"}); compadd -a found }
_kiln_running_builds() { local -a found; found=(\${(f)"$(_call_program builds kiln __words running-builds 2>/dev/null)"}); compadd -a found }
_kiln_resumable_builds() { local -a found; found=(\${(f)"$(_call_program builds kiln __words resumable-builds 2>/dev/null)"}); compadd -a found }
${allCommands(root).map(commandFunction).join('\n')}
if [[ $funcstack[1] == _kiln ]]; then _kiln "$@"; else compdef _kiln kiln; fi
`;
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
/** Inside a specification of _arguments, brackets and colons have a meaning. */
const plain = (text: string): string => text.replaceAll(/[[\]:\\]/g, (character) => `\\${character}`);
const functionName = (path: readonly string[]): string => `_${path.join('_')}`;

function commandFunction({ path, options, argument, subcommands }: CompletionCommand): string {
  const specs = options.flatMap(optionSpecs);
  const rest =
    subcommands.length > 0
      ? [quote('1: :->command'), quote('*:: :->argument')]
      : argument === undefined
        ? []
        : [quote(`*: :${valueAction(argument)}`)];
  const call = `  _arguments ${[...specs, ...rest].join(' \\\n    ')}`;
  return `${functionName(path)}() {
  local curcontext="$curcontext" state line
${call}${subcommands.length > 0 ? `\n${dispatch(subcommands)}` : ''}
}`;
}

function dispatch(subcommands: readonly CompletionCommand[]): string {
  const described = subcommands.map(({ path, description }) => quote(`${path.at(-1)}:${plain(description)}`));
  const cases = subcommands.map(({ path }) => `        ${path.at(-1)}) ${functionName(path)} ;;`);
  return `  case $state in
    command)
      local -a commands
      commands=(${described.join(' ')})
      _describe command commands ;;
    argument)
      case $line[1] in
${cases.join('\n')}
      esac ;;
  esac`;
}

/** `'(-o --output)'{-o,--output=}'[folder]: :_files -/'` is what one would write by hand; here each flag gets its own line. */
function optionSpecs(option: CompletionOption): string[] {
  const { flags, description, value, optionalValue, repeatable, hidden } = option;
  return flags.map((flag) => {
    const prefix = hidden ? '!' : repeatable ? '*' : flags.length > 1 ? `(${flags.join(' ')})` : '';
    const equals = value === undefined || !flag.startsWith('--') ? '' : optionalValue ? '=-' : '=';
    const action = value === undefined ? '' : `${optionalValue ? '::' : ':'} :${valueAction(value)}`;
    return quote(`${prefix}${flag}${equals}[${plain(description)}]${action}`);
  });
}

function valueAction(value: ValueKind): string {
  switch (value.kind) {
    case 'file':
      return '_files';
    case 'folder':
      return '_files -/';
    case 'words':
      return `(${value.words.join(' ')})`;
    case 'templates':
      return '_kiln_templates';
    case 'builds':
      return '_kiln_builds';
    case 'running-builds':
      return '_kiln_running_builds';
    case 'resumable-builds':
      return '_kiln_resumable_builds';
    case 'os':
      return '_kiln_os';
    default:
      return ' ';
  }
}

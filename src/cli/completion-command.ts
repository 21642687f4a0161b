import { SpecError } from '../foundation/errors.ts';
import { suggestion } from '../foundation/nearest-word.ts';
import type { CliIo } from './cli-io.ts';
import { bashCompletion } from './completion-bash.ts';
import { fishCompletion } from './completion-fish.ts';
import { completionTree } from './completion-tree.ts';
import { zshCompletion } from './completion-zsh.ts';
import type { KilnCommand } from './kiln-command.ts';
import { safeLine } from './safe-text.ts';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

/** `kiln completion SHELL`, made from the command tree itself, so that it cannot forget an option. */
export function runCompletion(shell: string, program: KilnCommand, io: CliIo): void {
  const known = Object.keys(SHELLS);
  const chosen = Object.entries(SHELLS).find(([name]) => name === shell);
  if (chosen === undefined) {
    throw new SpecError(
      'options.invalid',
      `There is no completion for "${safeLine(shell)}".${suggestion(shell, known)} Shells: ${known.join(', ')}.`,
      { details: { shell } },
    );
  }
  io.out.write(chosen[1](completionTree(program)));
}

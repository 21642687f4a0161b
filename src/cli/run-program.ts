import { CommanderError } from 'commander';
import { EXIT_CODES } from '../foundation/errors.ts';
import type { CliIo } from './cli-io.ts';
import { createProgram } from './program.ts';

/**
 * Runs a line through the command tree.
 * @returns the exit code
 */
export async function runProgram(args: readonly string[], io: CliIo): Promise<number> {
  let exitCode = 0;
  const program = createProgram(io, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_CODES.spec;
    throw error;
  }
}

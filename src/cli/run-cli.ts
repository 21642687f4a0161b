import { CommanderError } from 'commander';
import { EXIT_CODES } from '../foundation/errors.ts';
import type { CliIo } from './cli-io.ts';
import { reportError } from './error-report.ts';
import { createProgram } from './program.ts';
import { styleFor } from './style.ts';

/**
 * Runs one command line.
 * @returns the exit code; nothing is thrown
 */
export async function runCli(args: readonly string[], io: CliIo): Promise<number> {
  let exitCode = 0;
  const program = createProgram(io, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_CODES.spec;
    const report = reportError(error, styleFor(io.err), hasVerbose(args));
    io.err.write(report.text);
    return report.exitCode;
  }
}

/** An error may come before options are parsed, so this looks at the words themselves. */
function hasVerbose(args: readonly string[]): boolean {
  return args.includes('--verbose') || args.includes('-v');
}

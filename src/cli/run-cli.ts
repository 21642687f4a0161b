import { SpecError } from '../foundation/errors.ts';
import { asksForWordsAlone, findTarget } from '../virt-install/find-target.ts';
import type { CliIo } from './cli-io.ts';
import { reportError } from './error-report.ts';
import { styleFor } from './style.ts';

/**
 * Runs one command line. What only prints XML in virt-install's words does without the command tree, whose loading would cost more
 * than the work.
 * @returns the exit code; nothing is thrown
 */
export async function runCli(args: readonly string[], io: CliIo): Promise<number> {
  try {
    const words = args.slice(1);
    const hasNoTarget = findTarget(words) === undefined;
    if (args[0] === 'plan' && hasNoTarget && !words.some((word) => word === '--help' || word === '-h'))
      throw noTarget();
    if (args[0] === 'build' && words.length === 0) throw nothingToBuild();
    const code = args[0] === 'build' && hasNoTarget ? await runMachineLine(words, io) : undefined;
    if (code !== undefined) return code;
    const { runProgram } = await import('./run-program.ts');
    return await runProgram(args, io);
  } catch (error) {
    const report = reportError(error, styleFor(io.err), hasVerbose(args));
    io.err.write(report.text);
    return report.exitCode;
  }
}

/**
 * A `kiln build` without a target is in virt-install's words, which are not commander's.
 * @returns undefined for lines that ask for help
 */
async function runMachineLine(words: readonly string[], io: CliIo): Promise<number | undefined> {
  if (asksForWordsAlone(words)) {
    const { runVirtInstallWords } = await import('./virt-install-command.ts');
    return runVirtInstallWords(words, io);
  }
  const { readVirtInstall } = await import('../virt-install/parse-command-line.ts');
  const { command, problems } = readVirtInstall(words);
  if (command.kind !== 'run') return undefined;
  if (problems.length > 0) {
    const { refuseWords } = await import('./virt-install-command.ts');
    return refuseWords(command.options, problems, io);
  }
  const { runBuildMachine } = await import('./build-machine-command.ts');
  return runBuildMachine(command.options, io);
}

/** The plan of such a line would be another one than that of the build with the same words. */
const noTarget = (): SpecError =>
  new SpecError(
    'options.invalid',
    'kiln plan needs a template, an install script or --import IMAGE: `kiln plan SCRIPT --cdrom ISO`, not `--script SCRIPT`. Without one ' +
      '`kiln build` makes the machine that virt-install would make of its options: --print-xml prints that one, --dry-run checks it.',
  );

const nothingToBuild = (): SpecError =>
  new SpecError(
    'options.invalid',
    'kiln build needs a template or an install script, such as `kiln build debian-13`, or a machine in the options of virt-install. ' +
      '`kiln build --help` shows examples of each.',
  );

/** An error may come before options are parsed, so this looks at the words themselves. */
function hasVerbose(args: readonly string[]): boolean {
  return args.includes('--verbose') || args.includes('-v');
}

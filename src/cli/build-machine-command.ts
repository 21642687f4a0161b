import type { VirtInstallOptions } from '../virt-install/virt-install-options.ts';
import { hasFlag } from '../virt-install/virt-install-options.ts';
import { chooseAutoConsole } from './auto-console.ts';
import { showBuild } from './build-command.ts';
import type { CliIo } from './cli-io.ts';
import { cliLogger } from './cli-logger.ts';
import { buildContext } from './command-context.ts';
import { checkJunitFile } from './junit-file.ts';
import { safeLine } from './safe-text.ts';

/**
 * `kiln build` without a target: a machine as virt-install makes it, and images of it.
 * @returns the exit code
 */
export async function runBuildMachine(options: VirtInstallOptions, io: CliIo): Promise<number> {
  if (hasFlag(options, 'dry-run')) return dryRun(options, io);
  const show = {
    autoConsole: chooseAutoConsole(options, io),
    json: hasFlag(options, 'json'),
    quiet: hasFlag(options, 'quiet'),
    verbose: hasFlag(options, 'debug'),
    detach: hasFlag(options, 'detach'),
    ...(options.values.junit === undefined ? {} : { junit: options.values.junit }),
  };
  return showBuild(show, io, async (context) => {
    const { checkedRequest } = await import('../build/machine/refuse-together.ts');
    const { buildMachine } = await import('../build/machine/run-machine.ts');
    return buildMachine(await checkedRequest(options, context), context);
  });
}

/** Checks all that a build would check, and creates nothing. */
async function dryRun(options: VirtInstallOptions, io: CliIo): Promise<number> {
  const { checkedRequest } = await import('../build/machine/refuse-together.ts');
  const { checkMachine } = await import('../build/machine/run-machine.ts');
  await checkJunitFile(options.values.junit, io);
  const logger = cliLogger(io.err, hasFlag(options, 'debug'));
  const context = buildContext(io, { logger });
  const { warnings } = await checkMachine(await checkedRequest(options, context), context);
  for (const warning of warnings) io.err.write(`${safeLine(warning)}\n`);
  if (!hasFlag(options, 'quiet')) io.out.write('Dry run completed successfully.\n');
  return 0;
}

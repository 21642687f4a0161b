import type { Problem } from '../foundation/errors.ts';
import { silentLogger } from '../foundation/logger.ts';
import { COMMAND_OPTIONS } from '../virt-install/options/command-options.ts';
import { readVirtInstall } from '../virt-install/parse-command-line.ts';
import type { VirtInstallOptions } from '../virt-install/virt-install-options.ts';
import type { CliIo } from './cli-io.ts';
import { cliLogger } from './cli-logger.ts';
import { buildContext } from './command-context.ts';
import { safeLine, safeText } from './safe-text.ts';

/**
 * `kiln build` in virt-install's words, as far as it only prints: `--print-xml`, `--disk=?`, `--osinfo list`.
 * @returns the exit code
 */
export async function runVirtInstallWords(args: readonly string[], io: CliIo): Promise<number> {
  const { command, problems } = readVirtInstall(args);
  switch (command.kind) {
    case 'sub-options':
      await printSubOptions(command.names, io);
      return 0;
    case 'list-os':
      await printSystems(io);
      return 0;
    case 'run':
      if (problems.length > 0) return refuseWords(command.options, problems, io);
      await printXml(command.options, io);
      return 0;
    case 'help':
    case 'version':
      // Answered by the command tree, which has these too.
      return 0;
  }
}

/** @throws SpecError `spec.invalid` with these and everything else that is wrong with the line */
export async function refuseWords(
  options: VirtInstallOptions,
  problems: readonly Problem[],
  io: CliIo,
): Promise<never> {
  const { refuseTogether } = await import('../build/machine/refuse-together.ts');
  const { Refusals } = await import('../foundation/refusals.ts');
  const logger = cliLogger(io.err, options.flags.includes('debug'));
  return refuseTogether(options, new Refusals(problems), buildContext(io, { logger }));
}

const OWN_OPTIONS = COMMAND_OPTIONS.filter(({ kiln, shape }) => kiln && shape !== 'complex');

/** A flag by itself cannot be wrong: `--pure`, `--no-boot-check`. */
const givesOwnValues = ({ values, lists }: VirtInstallOptions): boolean =>
  OWN_OPTIONS.some(({ name }) => name in values || name in lists);

/** What a build would refuse is no line to print. @throws SpecError `spec.invalid` */
async function refuseOwnOptions(options: VirtInstallOptions, io: CliIo): Promise<void> {
  const { readOwnOptions } = await import('../build/machine/own-options.ts');
  const { installMethod } = await import('../virt-install/install-method.ts');
  const { list } = readOwnOptions(options, installMethod(options), io.cwd);
  if (list.problems.length > 0) await refuseWords(options, [], io);
}

async function printSubOptions(names: readonly string[], io: CliIo): Promise<void> {
  const { subOptionHelp } = await import('../virt-install/sub-option-help.ts');
  for (const name of names) io.out.write(subOptionHelp(name));
}

async function printSystems(io: CliIo): Promise<void> {
  const { openOsinfoDb } = await import('../osinfo/osinfo-db.ts');
  const { osinfoFolders } = await import('../osinfo/osinfo-folders.ts');
  for (const names of openOsinfoDb(osinfoFolders(io.env)).names()) io.out.write(`${names.join(', ')}\n`);
}

async function printXml(options: VirtInstallOptions, io: CliIo): Promise<void> {
  // They change nothing of the XML, and reading them takes as long as half the rest, so that lines without them do without.
  if (givesOwnValues(options)) await refuseOwnOptions(options, io);
  const { printGuest } = await import('../build/print-guest/print-guest.ts');
  const isQuiet = options.flags.includes('quiet');
  const logger = isQuiet ? silentLogger : cliLogger(io.err, options.flags.includes('debug'));
  const { documents, warnings } = await printGuest(options, buildContext(io, { logger }));
  for (const warning of warnings) logger.warn(safeLine(warning));
  const { chooseDocuments } = await import('../virt-install/choose-documents.ts');
  const chosen = chooseDocuments(documents, options.values['print-xml'] ?? 'all');
  for (const document of chosen) io.out.write(safeText(document));
}

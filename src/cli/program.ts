import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { addBuildOptions, type BuildOptionValues, RUN_GROUP } from './build-options.ts';
import type { CliIo } from './cli-io.ts';
import {
  BUILD_EXAMPLES,
  BUILDS_EXAMPLES,
  COMPLETION_EXAMPLES,
  EXIT_CODE_HELP,
  PLAN_EXAMPLES,
} from './help-text.ts';
import { KilnCommand } from './kiln-command.ts';

/**
 * The command tree. Declaring it loads only commander; what a command does is imported when it runs, so that `kiln completion` and
 * `--help` stay quick.
 * @param setExitCode for commands that end with a code and no error (`doctor` with findings)
 */
export function createProgram(io: CliIo, setExitCode: (code: number) => void): KilnCommand {
  const program = new KilnCommand('kiln')
    .description("Builds disk images by running a distribution's own installer unattended in a local VM.")
    .version(`kiln ${versionIn(io.projectDir)}`, '-V, --version', 'print the version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out.write(text),
      writeErr: (text) => io.err.write(text),
      getOutHasColors: () => io.out.colours,
      getErrHasColors: () => io.err.colours,
      getOutHelpWidth: () => Math.min(io.out.stream.columns || 100, 120),
      getErrHelpWidth: () => Math.min(io.err.stream.columns || 100, 120),
    })
    .helpCommand('help [command]', 'show the help of a command')
    .addHelpText('after', EXIT_CODE_HELP) as KilnCommand;

  addBuild(program, io, setExitCode);
  addPlan(program, io);
  addDoctor(program, io, setExitCode);
  addBuilds(program, io);
  addCompletion(program, io);
  return program;
}

function versionIn(projectDir: string): string {
  const text = readFileSync(join(projectDir, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

const TARGET = "a template's name, a template file or an install script";

function addBuild(program: KilnCommand, io: CliIo, setExitCode: (code: number) => void): void {
  const command = sub(program, 'build').summary('build an image');
  command
    .description('Build an image from a VM template, or from install media and a script.')
    .argument('[target]', TARGET);
  command.optionsGroup(RUN_GROUP);
  addBuildOptions(command)
    .option('--dry-run', 'print the plan and touch nothing, as `kiln plan` does')
    .addHelpText('after', BUILD_EXAMPLES + EXIT_CODE_HELP)
    .action(async (target: string | undefined, options: BuildOptionValues) => {
      if (options.dryRun) await (await import('./plan-command.ts')).runPlan(target, options, io);
      else setExitCode(await (await import('./build-command.ts')).runBuild(target, options, io));
    });
}

function addPlan(program: KilnCommand, io: CliIo): void {
  const command = sub(program, 'plan').summary('show what a build would do');
  command
    .description(
      'Show every choice a build would make, without touching anything. Takes the options of `kiln build`.',
    )
    .argument('[target]', TARGET)
    .optionsGroup(RUN_GROUP)
    .option('--xml', "print the install domain's libvirt XML");
  addBuildOptions(command)
    .addHelpText('after', PLAN_EXAMPLES + EXIT_CODE_HELP)
    .action(async (target: string | undefined, options: BuildOptionValues) =>
      (await import('./plan-command.ts')).runPlan(target, options, io),
    );
}

function addDoctor(program: KilnCommand, io: CliIo, setExitCode: (code: number) => void): void {
  sub(program, 'doctor')
    .description(
      'Check this host: tools, libvirt, acceleration, firmware, space. Ends with 3 when something is missing.',
    )
    .option('--json', 'print the findings as JSON')
    .option('--connect <uri>', 'libvirt to check')
    .option('-v, --verbose', 'say what is done, with the commands that are run')
    .action(async (options: { json?: boolean; connect?: string; verbose?: boolean }) => {
      setExitCode(await (await import('./doctor-command.ts')).runDoctor(options, io));
    });
}

function addBuilds(program: KilnCommand, io: CliIo): void {
  const builds = sub(program, 'builds').description('Look at builds and clean up after them.');
  builds.addHelpText('after', BUILDS_EXAMPLES);
  const json = ['--json', 'machine-readable output'] as const;
  sub(builds, 'list')
    .description('List builds, newest last.')
    .option(...json)
    .action(async (options: { json?: boolean }) =>
      (await import('./list-builds-command.ts')).runListBuilds(options, io),
    );
  sub(builds, 'show')
    .description('Show one build: state, times, folder, images.')
    .argument('<id>', 'its id, or as many of its first characters as make it unique')
    .option(...json)
    .action(async (id: string, options: { json?: boolean }) =>
      (await import('./show-build-command.ts')).runShowBuild(id, options, io),
    );
  sub(builds, 'logs')
    .description("Print a build's console log, made safe for a terminal.")
    .argument('<id>', 'its id or the beginning of it')
    .option('-f, --follow', 'go on printing until the build ends')
    .option('--boot-check', 'the console of the boot check instead of the install')
    .action(async (id: string, options: { follow?: boolean; bootCheck?: boolean }) =>
      (await import('./build-logs-command.ts')).runBuildLogs(id, options, io),
    );
  sub(builds, 'clean')
    .description(
      'Remove what interrupted builds left: domains, processes, work files. With ids: those builds with their results.',
    )
    .argument('[id...]', 'builds to remove with their results')
    .option(
      '--all',
      'all builds that do not run: records, logs and work files, and the cache; finished images stay',
    )
    .option('-n, --dry-run', 'only say what would be removed')
    .option(...json)
    .option('-v, --verbose', 'say what is done')
    .action(async (ids: string[], options: { all?: boolean; dryRun?: boolean; json?: boolean }) =>
      (await import('./clean-builds-command.ts')).runCleanBuilds(ids, options, io),
    );
}

function addCompletion(program: KilnCommand, io: CliIo): void {
  sub(program, 'completion')
    .description('Print the completion script of a shell.')
    .argument('<shell>', 'bash, zsh or fish')
    .addHelpText('after', COMPLETION_EXAMPLES)
    .action(async (shell: string) =>
      (await import('./completion-command.ts')).runCompletion(shell, program, io),
    );
  const words = program.command('__words', { hidden: true }) as KilnCommand;
  words
    .argument('<kind>')
    .action(async (kind: string) => (await import('./completion-words.ts')).printWords(kind, io));
}

const sub = (parent: KilnCommand, name: string): KilnCommand => parent.command(name) as KilnCommand;

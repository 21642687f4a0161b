import { addBuildOptions, type BuildOptionValues, collect, RUN_GROUP } from './build-options.ts';
import { addBuilds } from './builds-commands.ts';
import type { CliIo } from './cli-io.ts';
import { addIpxe } from './ipxe-commands.ts';
import { briefly, KilnCommand, refuseEmptyWords } from './kiln-command.ts';
import { kilnVersion } from './kiln-version.ts';
import type { LintOptions } from './lint-command.ts';
import { machineFlagNames, machineOptionHint, machineOptionNames } from './machine-option-hint.ts';
import { addMedia } from './media-commands.ts';
import { addOs } from './os-commands.ts';
import { addPublish } from './publish-commands.ts';

/**
 * The command tree. Declaring it loads only commander; what a command does is imported when it runs, so that `kiln completion` and
 * `--help` stay quick.
 * @param setExitCode for commands that end with a code and no error (`doctor` with findings)
 */
export function createProgram(io: CliIo, setExitCode: (code: number) => void): KilnCommand {
  const program = new KilnCommand('kiln')
    .description("Builds disk images by running a distribution's own installer unattended in a local VM.")
    .version(`kiln ${kilnVersion(io.projectDir)}`, '-V, --version', 'print the version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out.write(text),
      writeErr: (text) => io.err.write(text),
      getOutHasColors: () => io.out.colours,
      getErrHasColors: () => io.err.colours,
      getOutHelpWidth: () => Math.min(io.out.stream.columns || 100, 120),
      getErrHelpWidth: () => Math.min(io.err.stream.columns || 100, 120),
    })
    .configureHelp({ subcommandDescription: (command) => briefly(command) })
    .helpCommand('help [command]', 'show the help of a command')
    .hook('preAction', (_, command) => refuseEmptyWords(command)) as KilnCommand;

  addBuild(program, io, setExitCode);
  addPlan(program, io);
  addLint(program, io, setExitCode);
  addDoctor(program, io, setExitCode);
  addPublish(program, io, setExitCode);
  addIpxe(program, io);
  addBuilds(program, io, setExitCode);
  addMedia(program, io, setExitCode);
  addOs(program, io);
  addCompletion(program, io);
  return program;
}

/** A line without a target is virt-install's. */
const MACHINE_FORM = {
  hintFor: machineOptionHint,
  names: machineOptionNames(),
  flags: machineFlagNames(),
};

const TARGET = "a template's name, a template file or an install script";

function addBuild(program: KilnCommand, io: CliIo, setExitCode: (code: number) => void): void {
  const command = sub(program, 'build');
  command
    .description('Build an image from a VM template, or from install media and a script.')
    .argument('[target]', TARGET);
  command.optionsGroup(RUN_GROUP);
  addBuildOptions(command.explainUnknown(MACHINE_FORM))
    .option(
      '--dry-run',
      'print the plan and touch nothing, as `kiln plan` does; without a target, check all and say so',
    )
    .action(async (target: string | undefined, options: BuildOptionValues) => {
      if (options.dryRun) await (await import('./plan-command.ts')).runPlan(target, options, io);
      else setExitCode(await (await import('./build-command.ts')).runBuild(target, options, io));
    });
}

function addPlan(program: KilnCommand, io: CliIo): void {
  const command = sub(program, 'plan');
  command
    .description(
      'Show every choice a build would make, without touching anything. Takes the options of `kiln build`.',
    )
    .argument('[target]', TARGET)
    .optionsGroup(RUN_GROUP)
    .option('--xml', "print the install domain's libvirt XML");
  addBuildOptions(command.explainUnknown(MACHINE_FORM)).action(
    async (target: string | undefined, options: BuildOptionValues) =>
      (await import('./plan-command.ts')).runPlan(target, options, io),
  );
}

function addLint(program: KilnCommand, io: CliIo, setExitCode: (code: number) => void): void {
  sub(program, 'lint')
    .description(
      'Check install scripts, or the scripts of templates, without running them. Ends with 2 when one has an error.',
    )
    .argument('<target...>', "install scripts, templates' names or template files")
    .option('--os <id>', 'system the script is for (default: as its head or the template says)')
    .option('--bus <bus>', 'bus of the disk: virtio, sata, scsi or ide (default: virtio)')
    .option('--disk <size>', "size of the disk that the build makes (default: the template's, else 10 GiB)")
    .option('--var <name=value>', 'value of a placeholder the script declares; repeatable', collect)
    .option('--fix', 'write what is missing into the script, and show it')
    .option('--no-edit', 'take what a build would put in by itself for the mistake it is with --no-edit')
    .option('--json', 'print the findings as JSON')
    .action(async (targets: string[], options: LintOptions) => {
      setExitCode(await (await import('./lint-command.ts')).runLint(targets, options, io));
    });
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

function addCompletion(program: KilnCommand, io: CliIo): void {
  sub(program, 'completion')
    .description('Print the completion script of a shell.')
    .argument('<shell>', 'bash, zsh or fish')
    .action(async (shell: string) =>
      (await import('./completion-command.ts')).runCompletion(shell, program, io),
    );
  const words = program.command('__words', { hidden: true }) as KilnCommand;
  words
    .argument('<kind>')
    .action(async (kind: string) => (await import('./completion-words.ts')).printWords(kind, io));
}

const sub = (parent: KilnCommand, name: string): KilnCommand => parent.command(name) as KilnCommand;

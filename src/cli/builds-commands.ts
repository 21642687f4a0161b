import type { ShowOptions } from './build-command.ts';
import type { CleanCommandOptions } from './clean-builds-command.ts';
import type { CliIo } from './cli-io.ts';
import type { KilnCommand } from './kiln-command.ts';
import type { ServeBuildsOptions } from './serve-builds-command.ts';

const ID = 'its id or the beginning of it';
const JSON_OPTION = ['--json', 'machine-readable output'] as const;

/** `kiln builds …`. */
export function addBuilds(program: KilnCommand, io: CliIo, setExitCode: (code: number) => void): void {
  const builds = sub(program, 'builds').description('Look at builds and clean up after them.');
  addLooking(builds, io);
  addGoingOn(builds, io, setExitCode);
  addServe(builds, io);
  addClean(builds, io);
}

function addServe(builds: KilnCommand, io: CliIo): void {
  sub(builds, 'serve')
    .description(
      'Show all builds in a browser, live: timeline, serial console, screen, evidence of failed ones. Ctrl-C ends the page, not the builds.',
    )
    .option('--port <port>', 'port to listen on (default: a free one)')
    .option(
      '--listen <address>',
      'address to listen on; others than loopback can be reached by others',
      '127.0.0.1',
    )
    .option('--no-open', 'open no browser, though there is a desktop')
    .option('--json', 'tell the address as JSON')
    .option('-v, --verbose', 'say what is done')
    .action(async (options: ServeBuildsOptions) =>
      (await import('./serve-builds-command.ts')).runServeBuilds(options, io),
    );
}

function addLooking(builds: KilnCommand, io: CliIo): void {
  sub(builds, 'list')
    .description('List builds, newest last.')
    .option(...JSON_OPTION)
    .action(async (options: { json?: boolean }) =>
      (await import('./list-builds-command.ts')).runListBuilds(options, io),
    );
  sub(builds, 'show')
    .description('Tell the story of one build: state, phases with their times, why it failed, what it left.')
    .argument('<id>', 'its id, or as many of its first characters as make it unique')
    .option(...JSON_OPTION)
    .action(async (id: string, options: { json?: boolean }) =>
      (await import('./show-build-command.ts')).runShowBuild(id, options, io),
    );
  sub(builds, 'report')
    .description(
      'Pack the story of a build into one archive to hand on: logs, screenshots, evidence, no secrets.',
    )
    .argument('<id>', ID)
    .option('-o, --output <file>', 'the archive (default: kiln-report-<id>.tar.gz here)')
    .option(...JSON_OPTION)
    .action(async (id: string, options: { output?: string; json?: boolean }) =>
      (await import('./report-build-command.ts')).runReportBuild(id, options, io),
    );
  sub(builds, 'logs')
    .description("Print a build's console log, made safe for a terminal.")
    .argument('<id>', ID)
    .option('-f, --follow', 'go on printing until the build ends')
    .option('--boot-check', 'the console of the boot check instead of the install')
    .action(async (id: string, options: { follow?: boolean; bootCheck?: boolean }) =>
      (await import('./build-logs-command.ts')).runBuildLogs(id, options, io),
    );
  sub(builds, 'screenshot')
    .description("Save what a running guest's screen shows as PNG.")
    .argument('<id>', ID)
    .option('-o, --output <file>', 'the picture (default: <id>.png here)')
    .action(async (id: string, options: { output?: string }) =>
      (await import('./screenshot-build-command.ts')).runScreenshotBuild(id, options, io),
    );
  sub(builds, 'console')
    .description('Open the serial console of a running or kept guest. Ctrl-] ends the view.')
    .argument('<id>', ID)
    .action(async (id: string) => (await import('./console-build-command.ts')).runConsoleBuild(id, io));
}

function addGoingOn(builds: KilnCommand, io: CliIo, setExitCode: (code: number) => void): void {
  withView(sub(builds, 'attach'))
    .description(
      'Show a build from its beginning as its own terminal would, and end with its exit code. One whose Kiln was killed is resumed.',
    )
    .action(async (id: string, options: ShowOptions) => {
      setExitCode(await (await import('./attach-build-command.ts')).runAttachBuild(id, options, io));
    });
  withView(sub(builds, 'resume'))
    .description('Go on with a build whose Kiln was killed while its guest was installing.')
    .option('--detach', 'go on without this terminal; `kiln builds attach ID` shows the build')
    .action(async (id: string, options: ShowOptions & { detach?: boolean }) => {
      setExitCode(await (await import('./attach-build-command.ts')).runResumeBuild(id, options, io));
    });
  sub(builds, 'stop')
    .description('Stop a running build and clean up, as Ctrl-C in its own terminal does.')
    .argument('<id>', ID)
    .action(async (id: string) => (await import('./attach-build-command.ts')).runStopBuild(id, io));
}

const withView = (command: KilnCommand): KilnCommand =>
  command
    .argument('<id>', ID)
    .option(...JSON_OPTION)
    .option('--junit <file>', 'write the result as JUnit XML')
    .option('-v, --verbose', 'lines instead of a list, with the causes of errors')
    .option('-q, --quiet', 'print only the paths of the images') as KilnCommand;

function addClean(builds: KilnCommand, io: CliIo): void {
  sub(builds, 'clean')
    .description(
      'Remove what interrupted builds left: domains, processes, work files. With ids: those builds with their results.',
    )
    .argument('[id...]', 'builds to remove with their results')
    .option(
      '--all',
      'all builds that do not run: records, logs and work files, earlier times and the cache; finished images stay',
    )
    .option(
      '--force',
      'with ids: also where their libvirt cannot be reached (what stays there is named), or nothing tells whether they run',
    )
    .option('-n, --dry-run', 'only say what would be removed')
    .option(...JSON_OPTION)
    .option('-v, --verbose', 'say what is done')
    .action(async (ids: string[], options: CleanCommandOptions) =>
      (await import('./clean-builds-command.ts')).runCleanBuilds(ids, options, io),
    );
}

const sub = (parent: KilnCommand, name: string): KilnCommand => parent.command(name) as KilnCommand;

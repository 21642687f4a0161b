import { TARGET_OPTIONS, type TargetKind } from '../publish/publish-target.ts';
import type { CliIo } from './cli-io.ts';
import type { KilnCommand } from './kiln-command.ts';
import { addTargetOptions, type PublishOptionValues } from './publish-options.ts';
import type { ServeOptions } from './publish-serve-command.ts';

const WHAT = "a build's id or folder, a manifest or an image";

const TARGETS: readonly (readonly [kind: TargetKind, summary: string, description: string])[] = [
  [
    'glance',
    'into the image service',
    "Put an image into OpenStack's image service, with its properties, verified.",
  ],
  [
    'cinder',
    'as a bootable volume',
    'Make a bootable volume of an image, and a snapshot of it with --snapshot.',
  ],
  [
    'ironic',
    'onto bare metal',
    'Point a bare-metal node at an image, validate it, and deploy it with --deploy.',
  ],
  [
    'http',
    'into a folder',
    'Put an image into a folder that a web server serves, with checksums and what Ironic needs.',
  ],
];

/** `kiln publish …`: one sub-command for each target, and one that only checks. */
export function addPublish(program: KilnCommand, io: CliIo, setExitCode: (code: number) => void): void {
  const publish = program.command('publish') as KilnCommand;
  publish.description('Put images where they are used: Glance, Cinder, Ironic, an HTTP folder.');
  for (const [kind, summary, description] of TARGETS) {
    const ofGlance = 'image' in TARGET_OPTIONS[kind];
    const command = publish.command(kind) as KilnCommand;
    command
      .summary(summary)
      .description(description)
      .argument(ofGlance ? '[what]' : '<what>', ofGlance ? `${WHAT}; none with --image` : WHAT);
    if (kind === 'http') command.requiredOption('--to <dir>', 'the folder');
    else command.option('--cloud <name>', 'cloud of clouds.yaml (default: OS_CLOUD, or the OS_* variables)');
    addTargetOptions(command, kind);
    command.action(async (what: string | undefined, options: PublishOptionValues) => {
      setExitCode(await (await import('./publish-command.ts')).runPublish(kind, what, options, io));
    });
  }
  (publish.command('undeploy') as KilnCommand)
    .summary('take a deployed node back')
    .description('Take a bare-metal node back to "available" and wait until it is.')
    .argument('<node>', 'node by name or id')
    .option('--cloud <name>', 'cloud of clouds.yaml (default: OS_CLOUD, or the OS_* variables)')
    .option('--insecure', 'do not check certificates')
    .option('-v, --verbose', 'say what is done')
    .action(async (node: string, options: PublishOptionValues) =>
      (await import('./publish-undeploy-command.ts')).runUndeploy(node, options, io),
    );
  (publish.command('check') as KilnCommand)
    .summary('check credentials, endpoints and quotas')
    .description(
      'Log in, ask each service something harmless, and say what was found; with an image, whether quotas have room for it. Nothing is changed.',
    )
    .argument('[what]', WHAT)
    .option('--cloud <name>', 'cloud of clouds.yaml (default: OS_CLOUD, or the OS_* variables)')
    .option(
      '--service <type>',
      'image, block-storage, baremetal or compute; repeatable (default: image, or baremetal of an Ironic without Keystone)',
      collect,
    )
    .option('--insecure', 'do not check certificates')
    .option('--json', 'print what was found as JSON')
    .option('-v, --verbose', 'say what is done')
    .action(async (what: string | undefined, options: PublishOptionValues) =>
      (await import('./publish-check-command.ts')).runPublishCheck(what, options, io),
    );
  (publish.command('serve') as KilnCommand)
    .summary('serve a folder by HTTP')
    .description(
      'Serve the files of a folder by HTTP until Ctrl-C, to this host alone unless told otherwise.',
    )
    .argument('<dir>', 'the folder')
    .option('--listen <host:port>', 'where to listen', '127.0.0.1:8080')
    .option('--json', 'one JSON object a line for each request')
    .action(async (dir: string, options: ServeOptions) =>
      (await import('./publish-serve-command.ts')).runPublishServe(dir, options, io),
    );
}

const collect = (value: string, earlier: readonly string[] = []): string[] => [...earlier, value];

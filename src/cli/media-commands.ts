import type { BootstrapOptions } from './bootstrap-media-command.ts';
import type { CliIo } from './cli-io.ts';
import type { KilnCommand } from './kiln-command.ts';

export type InspectOptions = {
  readonly json?: boolean;
  readonly offline?: boolean;
  readonly verbose?: boolean;
};

export type FetchOptions = InspectOptions & {
  readonly checksum?: string;
  readonly checksums?: string;
  readonly signature?: string;
  readonly keyring?: string;
  readonly mirror?: readonly string[];
  readonly output?: string;
};

const JSON_OPTION = ['--json', 'machine-readable output'] as const;
const OFFLINE = ['--offline', 'fetch nothing; use what the cache has'] as const;
const VERBOSE = ['-v, --verbose', 'say what is done'] as const;

/** Declares `kiln media …`. */
export function addMedia(program: KilnCommand, io: CliIo, setExitCode: (code: number) => void): void {
  const media = program
    .command('media')
    .description('Look at install media, fetch and keep them.') as KilnCommand;
  media
    .command('inspect')
    .description('Say which system an ISO, folder or URL installs, why Kiln thinks so, and how it boots.')
    .argument('<media>', 'an ISO image, a folder with an install tree, or a URL of either')
    .option(...JSON_OPTION)
    .option(...OFFLINE)
    .option(...VERBOSE)
    .action(async (from: string, options: InspectOptions) =>
      (await import('./inspect-media-command.ts')).runInspectMedia(from, options, io),
    );
  addFetch(media, io);
  addBootstrap(media, io);
  addCache(media, io, setExitCode);
}

function addFetch(media: KilnCommand, io: CliIo): void {
  media
    .command('fetch')
    .description('Fetch a file into the cache, checked, and print where it lies.')
    .argument('<url>', 'an http, https or ftp address')
    .option('--checksum <sum>', 'sha256:HEX or sha512:HEX the file must have')
    .option('--checksums <file>', 'a list that has it, such as SHA256SUMS or CHECKSUM: path or URL')
    .option(
      '--signature <file>',
      "the list's OpenPGP signature, when it is neither in it nor beside it: path or URL",
    )
    .option('--keyring <file>', 'keys that may sign the list (default: those of distributions on this host)')
    .option('--mirror <url>', 'the same file elsewhere, for when it cannot be had (repeatable)', collect)
    .option('-o, --output <file>', 'copy it there')
    .option(...JSON_OPTION)
    .option(...OFFLINE)
    .option(...VERBOSE)
    .action(async (url: string, options: FetchOptions) =>
      (await import('./fetch-media-command.ts')).runFetchMedia(url, options, io),
    );
}

function addBootstrap(media: KilnCommand, io: CliIo): void {
  media
    .command('bootstrap')
    .description('Make a small image that boots an installer unattended, for clouds that take no kernel.')
    .argument('<media>', 'an installer: ISO, folder or URL of an install tree[,kernel=PATH,initrd=PATH]')
    .requiredOption('-o, --output <file>', 'the image; .iso makes an ISO, any other name a raw disk')
    .option('--format <format>', 'iso or disk, whatever the name says')
    .option('--script <file>', "install script to put into the initrd; without, it is the cloud's user data")
    .option(
      '--kind <kind>',
      'of the script in the user data: kickstart, preseed, autoinstall, autoyast or user-script',
    )
    .option('--os <id>', 'system to install, when the media do not tell')
    .option('-x, --extra-args <text>', 'added to the kernel command line (repeatable)', collect)
    .option('-f, --force', 'replace the file')
    .option(...JSON_OPTION)
    .option(...OFFLINE)
    .option(...VERBOSE)
    .action(async (from: string, options: BootstrapOptions) =>
      (await import('./bootstrap-media-command.ts')).runBootstrapMedia(from, options, io),
    );
}

const collect = (value: string, all: readonly string[] = []): readonly string[] => [...all, value];

function addCache(media: KilnCommand, io: CliIo, setExitCode: (code: number) => void): void {
  const cache = media.command('cache').description('Look after the media that are kept.') as KilnCommand;
  cache
    .command('ls')
    .description('List them, the longest unused first.')
    .option(...JSON_OPTION)
    .action(async (options: { json?: boolean }) =>
      (await import('./media-cache-command.ts')).runListCache(options, io),
    );
  cache
    .command('verify')
    .description('Read all of them and remove what is damaged. Ends with 4 when something was.')
    .option(...JSON_OPTION)
    .action(async (options: { json?: boolean }) =>
      setExitCode(await (await import('./media-cache-command.ts')).runVerifyCache(options, io)),
    );
  cache
    .command('prune')
    .description('Remove the longest unused until the rest fits; never what is in use.')
    .requiredOption('--max-size <size>', 'what may stay: 20GiB, or 0 for nothing')
    .option('-n, --dry-run', 'only say what would be removed')
    .option(...JSON_OPTION)
    .action(async (options: { maxSize: string; dryRun?: boolean; json?: boolean }) =>
      (await import('./media-cache-command.ts')).runPruneCache(options, io),
    );
}

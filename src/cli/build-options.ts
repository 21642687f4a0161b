import { Option } from 'commander';
import { SpecError } from '../foundation/errors.ts';
import { SECRET_OPTIONS } from '../virt-install/options/suggest-option.ts';
import type { KilnCommand } from './kiln-command.ts';

/** What commander collects for `build` and `plan`: strings as typed, nothing checked yet. */
export type BuildOptionValues = {
  readonly name?: string;
  readonly os?: string;
  readonly memory?: string;
  readonly vcpus?: string;
  readonly cpu?: string;
  readonly disk?: readonly string[];
  readonly cdrom?: string;
  readonly location?: string;
  readonly import?: string;
  readonly ipxe?: boolean;
  readonly mediaChecksum?: string;
  readonly script?: string;
  readonly inject?: string;
  readonly extraArgs?: readonly string[];
  readonly firmware?: string;
  readonly machine?: string;
  readonly virtType?: string;
  readonly network?: string;
  readonly output?: string;
  readonly format?: readonly string[];
  /** false with `--no-publish`. */
  readonly publish?: readonly string[] | false;
  readonly force?: boolean;
  /** `true`: given without a value. */
  readonly keep?: string | true;
  readonly onError?: string;
  readonly connect?: string;
  readonly rootPasswordFile?: string;
  readonly rootPasswordEnv?: string;
  readonly var?: readonly string[];
  readonly timeout?: string;
  readonly stall?: string;
  /** false with `--no-syslog`. */
  readonly syslog?: boolean;
  /** false with `--no-boot-check`. */
  readonly bootCheck?: boolean;
  readonly bootCheckLimit?: string;
  /** false with `--no-edit`. */
  readonly edit?: boolean;
  readonly offline?: boolean;
  readonly json?: boolean;
  readonly junit?: string;
  readonly detach?: boolean;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
  readonly dryRun?: boolean;
  readonly xml?: boolean;
  /** The alias an option was typed as, by its attribute. */
  readonly aliases?: Readonly<Record<string, string>>;
};

/** Every value of an option that may be given several times; its `--no-` form (false) takes back those before it. */
export const collect = (value: string, earlier: readonly string[] | false = []): string[] => [
  ...(earlier || []),
  value,
];

const GUEST = "Virtual machine (virt-install's words):";
const MEDIA = 'Install media and script:';
const RESULT = 'Result:';
export const RUN_GROUP = 'Run:';

/** `repeatable`: every value counts. `once`: collected as well, so that a second one can be refused instead of ignored. */
type TableRow = readonly [group: string, flags: string, text: string, collected?: 'repeatable' | 'once'];

const TABLE: readonly TableRow[] = [
  [GUEST, '--name <name>', "name of the image and, with a prefix, of the domain (default: the template's)"],
  [GUEST, '--os <id>', 'operating system, e.g. debian13 (also --os-variant, --osinfo)'],
  [GUEST, '--memory <size>', 'MiB, or a size such as 4GiB (also --ram)'],
  [GUEST, '--vcpus <count>', 'virtual processors'],
  [
    GUEST,
    '--cpu <model>',
    'host-passthrough, host-model, maximum or a model, then features: Nehalem,+aes,-avx',
  ],
  [
    GUEST,
    '--disk <options>',
    'size=GiB[,bus=virtio|sata|scsi|ide]; the size may have a unit: size=20GiB',
    'once',
  ],
  [GUEST, '--firmware <kind>', 'uefi or bios (also --boot)'],
  [GUEST, '--machine <type>', 'q35 or pc'],
  [GUEST, '--virt-type <type>', 'auto, kvm or tcg (also --accelerator; qemu means tcg)'],
  [GUEST, '--network <kind>', 'user or none'],
  [GUEST, '--connect <uri>', 'libvirt to use, e.g. qemu:///session'],
  [MEDIA, '-c, --cdrom <iso>', 'boot the installer from this ISO'],
  [
    MEDIA,
    '-l, --location <tree>',
    "boot the installer's kernel from this ISO, folder or URL[,kernel=PATH,initrd=PATH]",
  ],
  [MEDIA, '--import <image>', 'install nothing: take over this disk image; it is copied, never written to'],
  [
    MEDIA,
    '--ipxe',
    'let the firmware boot a small iPXE ISO that loads the kernel of a --location (or of the template) over HTTP',
  ],
  [MEDIA, '--media-checksum <sum>', 'sha256:HEX or sha512:HEX the media must have'],
  [
    MEDIA,
    '--script <file>',
    'install script: kickstart, preseed, autoinstall, autoyast or a program with #!',
  ],
  [MEDIA, '--no-edit', 'use the install script as it is: what is missing in it is an error'],
  [
    MEDIA,
    '--inject <method>',
    'how the script reaches the installer: initrd, seed-iso, config-drive, http, metadata or none',
  ],
  [
    MEDIA,
    '-x, --extra-args <text>',
    "added to the installer's kernel command line (with --location)",
    'repeatable',
  ],
  [MEDIA, '--var <name=value>', 'value of a placeholder the install script declares', 'repeatable'],
  [MEDIA, '--root-password-file <file>', 'file with the root password'],
  [MEDIA, '--root-password-env <name>', 'environment variable with the root password'],
  [RESULT, '-o, --output <dir>', 'folder for the image, the manifest and the logs'],
  [
    RESULT,
    '--format <format>',
    'qcow2, raw, vmdk, vhd, vhdx or vdi[,compression=zstd|zlib|none][,kind=partition]',
    'repeatable',
  ],
  [
    RESULT,
    '--publish <target>',
    'glance:CLOUD, cinder:CLOUD, ironic:CLOUD or http:FOLDER, then options: glance:CLOUD,visibility=shared',
    'repeatable',
  ],
  [RESULT, '--no-publish', 'publish nowhere, whatever the template says'],
  [RESULT, '--force', 'replace an earlier result in the output folder'],
  [RESULT, '--keep [when]', 'keep domain, disk and work files: never, on-failure or always (--keep alone)'],
  [RESULT, '--no-boot-check', 'do not boot the finished image once'],
  [
    RUN_GROUP,
    '--timeout <time>',
    'limit of the whole install, e.g. 90m; taken as it is, also under emulation',
  ],
  [RUN_GROUP, '--stall <time>', 'give up when the guest does nothing for this long, e.g. 10m'],
  [
    RUN_GROUP,
    '--boot-check-limit <time>',
    'how long the finished image may take to its login prompt, e.g. 20m',
  ],
  [RUN_GROUP, '--syslog', "receive the installer's log over the network; debian-installer's is anyway"],
  [RUN_GROUP, '--no-syslog', 'do not, whatever the installer'],
  [
    RUN_GROUP,
    '--on-error <what>',
    'when the install fails: abort (default), keep the guest for a look, or ask',
  ],
  [RUN_GROUP, '--detach', 'go on without this terminal; `kiln builds attach ID` shows the build'],
  [RUN_GROUP, '--offline', 'use no network: only local and cached media'],
  [RUN_GROUP, '--json', 'machine-readable output: one JSON object a line'],
  [RUN_GROUP, '--junit <file>', 'write the result as JUnit XML, one test case a stage'],
  [RUN_GROUP, '-v, --verbose', 'say what is done, with the commands that are run'],
  [RUN_GROUP, '-q, --quiet', 'print only the paths of the images'],
];

/** Other names of an option, hidden in the help; the last one given counts, whichever name it has. */
export const ALIASES: readonly (readonly [alias: string, attribute: string])[] = [
  ['os-variant', 'os'],
  ['osinfo', 'os'],
  ['ram', 'memory'],
  ['boot', 'firmware'],
  ['accelerator', 'virtType'],
];

/** Declares the options of `kiln build`, which `kiln plan` shares. */
export function addBuildOptions(command: KilnCommand): KilnCommand {
  for (const [group, flags, text, collected] of TABLE) {
    const option = new Option(flags, collected === 'repeatable' ? `${text}; repeatable` : text);
    if (collected) option.argParser(collect);
    command.addOption(option.helpGroup(group));
    const attribute = option.attributeName();
    if (ALIASES.some(([, aliased]) => aliased === attribute))
      command.on(`option:${option.name()}`, () => rememberAlias(command, attribute, undefined));
  }
  for (const [alias, attribute] of ALIASES) {
    command.addOption(new Option(`--${alias} <value>`).hideHelp());
    command.on(`option:${alias}`, (value: string) => {
      command.setOptionValueWithSource(attribute, value, 'cli');
      rememberAlias(command, attribute, `--${alias}`);
    });
  }
  for (const name of SECRET_OPTIONS) {
    command.addOption(new Option(`--${name} [value]`).hideHelp().argParser(refuseSecret(`--${name}`)));
    command.on(`option:${name}`, refuseSecret(`--${name}`));
  }
  return command;
}

/** The last one typed counts, so the option's own name makes its aliases forgotten. */
function rememberAlias(command: KilnCommand, attribute: string, typed: string | undefined): void {
  const { aliases = {} } = command.opts<BuildOptionValues>();
  const { [attribute]: _, ...others } = aliases;
  const now = typed === undefined ? others : { ...others, [attribute]: typed };
  command.setOptionValueWithSource('aliases', now, 'cli');
}

function refuseSecret(option: string): () => never {
  return () => {
    throw secretOnCommandLine(option);
  };
}

export function secretOnCommandLine(where: string): SpecError {
  return new SpecError(
    'options.secret-on-command-line',
    `${where}: a password on the command line can be read by every user of this host and stays in the shell's history. ` +
      'Write it to a file and use --root-password-file FILE, or put it into an environment variable and use --root-password-env NAME.',
    { details: { option: where } },
  );
}

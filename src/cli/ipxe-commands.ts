import { SpecError } from '../foundation/errors.ts';
import type { CliIo } from './cli-io.ts';
import type { KilnCommand } from './kiln-command.ts';

const collect = (value: string, earlier: readonly string[] = []): string[] => [...earlier, value];
/** Of two the last would count, and nothing tell of the first. */
const once =
  (option: string) =>
  (value: string, earlier?: string): string => {
    if (earlier === undefined) return value;
    throw new SpecError('options.invalid', `${option} is given twice; leave one of them out.`, {
      details: { option },
    });
  };
const sub = (parent: KilnCommand, name: string): KilnCommand => parent.command(name) as KilnCommand;

/** `kiln ipxe …`: what boots an installer over the network. */
export function addIpxe(program: KilnCommand, io: CliIo): void {
  const ipxe = sub(program, 'ipxe').description('Boot installers over the network with iPXE.');
  addIso(ipxe, io);
  addCheck(ipxe, io);
  addMenu(ipxe, io);
  addServe(ipxe, io);
}

function addIso(ipxe: KilnCommand, io: CliIo): void {
  sub(ipxe, 'iso')
    .description(
      'Write a small ISO, for CD and stick, BIOS and UEFI, that loads a menu or installer over the network.',
    )
    .requiredOption('-o, --output <file>', 'the ISO to write')
    .option(
      '--chain <url>',
      'script to load; repeatable, tried in order; without http:// https is tried first',
      collect,
    )
    .option('--script <file>', 'an iPXE script of your own instead of a generated one')
    .option('--firmware <kind>', 'bios or uefi alone (default: both)')
    .option('--tries <count>', 'rounds of asking for an address and of trying all URLs (default: 5)')
    .option('--address <address>', 'static address with its network, e.g. 192.0.2.10/24, instead of DHCP')
    .option('--netmask <mask>', 'network mask, where the address does not have its network with it')
    .option('--gateway <address>', 'router of the static network')
    .option('--dns <address>', 'name server of the static network')
    .option('--device <name>', 'network card, as iPXE counts them: net0')
    .option('--vlan <id>', 'VLAN of all traffic')
    .option('--set <name=value>', 'setting for the scripts that are loaded; repeatable', collect)
    .option(
      '--failsafe-timeout <time>',
      'how long the failsafe menu waits before it boots the local disk (default: 300s)',
    )
    .option('--unattended', 'no failsafe menu: say that it failed, and stop')
    .option('--verify', 'run only signed scripts, where this iPXE can verify signatures')
    .option('--ipxe-dir <folder>', 'folder with other iPXE programs (ipxe.lkrn, ipxe.efi)')
    .option('--offline', 'fetch nothing')
    .option('--json', 'print the result as JSON, with the generated scripts')
    .option('-v, --verbose', 'say what is done, with the commands that are run')
    .action(async (options: import('./ipxe-iso-command.ts').IpxeIsoOptions) =>
      (await import('./ipxe-iso-command.ts')).runIpxeIso(options, io),
    );
}

function addCheck(ipxe: KilnCommand, io: CliIo): void {
  sub(ipxe, 'check')
    .description(
      'Check an iPXE script: labels and form, then let a real iPXE say which commands it does not know.',
    )
    .argument('<script>', 'the script')
    .option('--firmware <kind>', 'ask the iPXE of bios (default) or uefi')
    .option('--static', 'only read the script; start nothing')
    .option('--ipxe-dir <folder>', 'folder with other iPXE programs')
    .option('--offline', 'fetch nothing')
    .option('--json', 'print the findings as JSON')
    .option('-v, --verbose', 'say what is done, with the commands that are run')
    .action(async (script: string, options: import('./ipxe-check-command.ts').CheckOptionValues) =>
      (await import('./ipxe-check-command.ts')).runIpxeCheck(script, options, io),
    );
}

function menuOptions(command: KilnCommand): KilnCommand {
  return command
    .option('--url <url>', 'where the menus will be served', once('--url'))
    .option('--title <text>', 'title of the menus (default: Kiln)')
    .option('--default <entry>', 'entry that is taken when nobody chooses (default: local)')
    .option('--timeout <time>', 'how long the menu waits (default: 300s)')
    .option('--mirror <distribution=url>', 'mirror of a distribution; repeatable', collect)
    .option('--script-url <distribution=url>', 'install script of its unattended entry; repeatable', collect)
    .option('--custom <folder>', 'folder with menu.yaml: your own menus')
    .option(
      '--hosts <folder>',
      'folder with scripts of single machines: MAC-525400123456.ipxe, HOSTNAME-web1.ipxe',
    )
    .option('--json', 'machine-readable output')
    .option('-v, --verbose', 'say what is done') as KilnCommand;
}

function addMenu(ipxe: KilnCommand, io: CliIo): void {
  const menu = sub(ipxe, 'menu').description('Boot menus for a web server of your own.');
  menuOptions(sub(menu, 'export'))
    .description('Write the menus into a folder: all of them or, when anything is in the way, none.')
    .argument('<folder>', 'a new folder, an empty one, or exported menus to replace')
    .option('--sign-key <file>', 'private key (PEM) to sign every file with')
    .option('--sign-cert <file>', 'its certificate (PEM)')
    .option('--sign-chain <file>', 'certificates between it and the authority (PEM)')
    .option('--keep-edited', 'keep files that were edited since the last export, such as boot.cfg')
    .option('--force', 'overwrite them')
    .action(async (folder: string, options: import('./ipxe-menu-export-command.ts').ExportOptionValues) =>
      (await import('./ipxe-menu-export-command.ts')).runMenuExport(folder, options, io),
    );
  sub(menu, 'verify')
    .description('Verify the signatures of exported menus.')
    .argument('<folder>', 'folder of exported menus')
    .requiredOption('--ca <file>', 'certificate of the authority (PEM)')
    .action(async (folder: string, options: { ca: string }) => {
      await (await import('./ipxe-menu-verify-command.ts')).runMenuVerify(folder, options, io);
    });
}

function addServe(ipxe: KilnCommand, io: CliIo): void {
  menuOptions(sub(ipxe, 'serve'))
    .description('Serve the menus over HTTP until it is interrupted, and tell of each request.')
    .option('--listen <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port; 0 takes a free one', '0')
    .option('--token', 'put everything below a path nobody can guess')
    .option('--tree <name=folder>', 'serve a folder as mirror/NAME; repeatable', collect)
    .option('--folder <folder>', 'serve exported menus instead of generated ones')
    .option('--verify-ca <file>', 'verify the signatures of --folder first')
    .action(async (options: import('./ipxe-serve-command.ts').ServeOptionValues) =>
      (await import('./ipxe-serve-command.ts')).runIpxeServe(options, io),
    );
}

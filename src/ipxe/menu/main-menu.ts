import type { NetbootSystem } from '../../os/netboot-table.ts';
import { LOADER_WORD } from '../loader-script.ts';
import { actionLines } from './action-lines.ts';
import type { MenuOptions } from './menu-options.ts';
import { againLines, failedLines, menuLines } from './script-lines.ts';

/** Entries every main menu has, besides the distributions and the user's: the first above them, the others below. */
export const TOOL_ENTRIES = [
  ['local', 'Boot from the local disk'],
  ['memtest', 'Memory test'],
  ['netinfo', 'Network information'],
  ['shell', 'iPXE shell'],
  ['reboot', 'Restart'],
] as const;

/** `kiln_os` with one of these names needs no further choice. */
export function mainMenu(systems: readonly NetbootSystem[], options: MenuOptions): string {
  const { custom, templates } = options;
  const own = custom.slice(0, 1);
  const tools = TOOL_ENTRIES.map(([key, title]) => `item ${key} ${title}`);
  const lines = [
    '#!ipxe',
    `echo ${LOADER_WORD} menus ${options.version}`,
    ...configLines(options.signed),
    ...hostLines(options),
    ':start',
    'isset ${kiln_os} && goto chosen ||',
    `menu ${options.title} ${options.version}  [\${ip}]`,
    ...tools.slice(0, 1),
    'item --gap Install',
    ...systems.map(({ id, title }) => `item ${id} ${title}`),
    ...(templates.length === 0 ? [] : ['item --gap Unattended']),
    ...templates.map(({ key, title }) => `item ${key} ${title}`),
    ...own.map(({ title }) => `item custom ${title}`),
    'item --gap Tools',
    ...tools.slice(1),
    'choose --default ${kiln_default} --timeout ${kiln_timeout} kiln_pick || goto entry_local',
    // A choice by hand is no choice made beforehand: after a failure the menu comes back.
    'goto entry_${kiln_pick}',
    ':chosen',
    'goto entry_${kiln_os} || goto failed',
    ...systems.flatMap(({ id }) => [`:entry_${id}`, ...menuLines(id, options.signed)]),
    ...templates.flatMap((entry) => [`:entry_${entry.key}`, ...actionLines(entry, options.signed)]),
    ...own.flatMap(({ name }) => [':entry_custom', ...menuLines(name, options.signed)]),
    ...toolLines(),
    ...failedLines('again'),
    ...againLines('start'),
  ];
  return `${lines.join('\n')}\n`;
}

/** Settings come first, and count for signatures as scripts do: they name the mirrors. */
function configLines(signed: boolean): string[] {
  const plain = 'chain --autofree boot.cfg || goto failed';
  if (!signed) return [plain];
  return [
    'isset ${kiln_verify} && goto verified_config ||',
    plain,
    'goto configured',
    ':verified_config',
    'imgfetch --name boot.cfg boot.cfg || goto failed',
    'imgverify boot.cfg boot.cfg.sig || goto failed',
    plain,
    ':configured',
  ];
}

/** Scripts of single machines, before anything is asked; one that ends hands over to the menu. */
function hostLines({ hosts, signed }: MenuOptions): string[] {
  const byMac = hosts.some((name) => name.startsWith('MAC-'));
  const byName = hosts.some((name) => name.startsWith('HOSTNAME-'));
  const fetch = (url: string): string =>
    signed ? `isset \${kiln_verify} || chain --autofree ${url} ||` : `chain --autofree ${url} ||`;
  return [
    ...(byMac ? [fetch('hosts/MAC-${mac:hexraw}.ipxe')] : []),
    ...(byName ? [`isset \${hostname} && ${fetch('hosts/HOSTNAME-${hostname}.ipxe')}`] : []),
  ];
}

function toolLines(): string[] {
  return [
    ':entry_local',
    `echo ${LOADER_WORD} local boot`,
    'exit 0',
    ':entry_memtest',
    // Debian's memtest86+ has one program for each firmware.
    'iseq ${platform} efi && set kiln_file memtest64.efi || set kiln_file memtest64.bin',
    'kernel tools/${kiln_file} ${kiln_args} || goto failed',
    'boot || goto failed',
    ':entry_netinfo',
    'ifstat',
    'route',
    'echo mac ${mac}  address ${ip}/${netmask}  router ${gateway}  dns ${dns}',
    'isset ${kiln_os} && exit 0 ||',
    'prompt --timeout 60000 Press a key for the menu ||',
    'goto again',
    ':entry_shell',
    'shell ||',
    'goto again',
    ':entry_reboot',
    'reboot',
  ];
}

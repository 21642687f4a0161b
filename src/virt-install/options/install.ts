import type { ComplexOption, SubOption } from './option-table.ts';

/** Options that describe the installation; none of their sub-options has a place in the XML. */
function installOption(
  name: string,
  rows: readonly SubOption[],
  positional: readonly string[] = [],
  alias: readonly string[] = [],
): ComplexOption {
  return { name, alias, positional, noneIsNothing: name !== 'os-variant', place: '', list: false, rows };
}

export const LOCATION = installOption(
  'location',
  [
    ['location', '', { commas: true }],
    ['kernel', '', { commas: true }],
    ['initrd', '', { commas: true }],
  ],
  ['location'],
);

export const INSTALL = installOption(
  'install',
  [
    ['bootdev', '', { commas: true, values: ['hd', 'cdrom', 'fd', 'network'] }],
    ['kernel', '', { commas: true }],
    ['initrd', '', { commas: true }],
    ['kernel_args', '', { commas: true }],
    ['kernel_args_overwrite', '', { kind: 'switch' }],
    ['os', ''],
    ['no_install', '', { kind: 'switch' }],
  ],
  ['os'],
);

/** `--osinfo debian12` is `name=debian12`; `none` is the generic system, `auto` the default (parse-command-line.ts). */
export const OS_VARIANT = installOption(
  'os-variant',
  [
    ['name', '', { alias: ['short-id'] }],
    ['id', ''],
    ['detect', '', { kind: 'switch' }],
    ['require', '', { kind: 'switch' }],
  ],
  ['name'],
  ['osinfo'],
);

export const CLOUD_INIT = installOption('cloud-init', [
  ['root-password-generate', '', { kind: 'switch' }],
  ['root-password-file', ''],
  ['disable', '', { kind: 'switch' }],
  ['root-ssh-key', '', { alias: ['ssh-key'] }],
  ['clouduser-ssh-key', ''],
  ['user-data', ''],
  ['meta-data', ''],
  ['network-config', ''],
]);

export const UNATTENDED = installOption('unattended', [
  ['profile', ''],
  ['admin-password-file', ''],
  ['user-login', ''],
  ['user-password-file', ''],
  ['product-key', ''],
  ['reg-login', ''],
]);

/** Kiln's own: `--tftp FILE`, or `--tftp FOLDER,bootfile=FILE`, with `--pxe` over user-mode networking. */
export const TFTP = installOption(
  'tftp',
  [
    ['path', '', { commas: true }],
    ['bootfile', '', { commas: true }],
  ],
  ['path'],
);

export const CHECK = installOption('check', [
  ['path_in_use', '', { kind: 'switch' }],
  ['disk_size', '', { kind: 'switch' }],
  ['path_exists', '', { kind: 'switch' }],
  ['mac_in_use', '', { kind: 'switch' }],
  ['all', '', { kind: 'switch' }],
]);

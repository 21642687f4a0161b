import type { ConsolePattern } from './console-pattern.ts';

type Row = readonly [id: string, regex: RegExp, meaning: string, suggestion?: string];

const prompt = ([id, regex, meaning, suggestion]: Row): ConsolePattern => ({
  id: `debian-installer.${id}`,
  family: 'debian-installer',
  kind: 'prompt',
  regex,
  meaning,
  ...(suggestion === undefined ? {} : { suggestion }),
});
const error = (row: Row): ConsolePattern => ({ ...prompt(row), kind: 'error' });

const add = (...lines: string[]): string => `Add to the preseed file:\n    ${lines.join('\n    ')}`;

/**
 * The Debian installer with its text frontend (cdebconf text.c: `!! ERROR: <title>`, `Prompt: '?' for help`,
 * `[Press enter to continue]`). It never gives up by itself: after an error it asks, at any priority. First match counts.
 */
export const DEBIAN_INSTALLER_PATTERNS: readonly ConsolePattern[] = [
  error([
    'preseeded-command',
    /^!! ERROR: Failed to run preseeded command/,
    'a command of the preseed file (early_command, late_command …) ended with an error',
    'Make the command end with exit code 0; its text and exit code are in the console lines that follow.',
  ]),
  error([
    'no-root-file-system',
    /^!! ERROR: No root file system/,
    'partitioning made no root file system: no disk was found, or the recipe names another disk',
    'Check `d-i partman-auto/disk string /dev/vda` against the disk bus of the template, and the recipe.',
  ]),
  error([
    'disk-too-small',
    /^!! ERROR: Failed to partition the selected disk/,
    'the disk is too small for the partitioning recipe',
    'Enlarge the disk in the template, or lower the sizes of partman-auto/expert_recipe.',
  ]),
  error([
    'bad-mirror',
    /^!! ERROR: Bad archive mirror/,
    'the archive mirror did not answer or does not hold this release',
    'Check mirror/http/hostname, mirror/http/directory, mirror/suite and mirror/http/proxy in the preseed file, and the network.',
  ]),
  error([
    'package',
    /^!! ERROR: Unable to install (?!GRUB|the )\S+/,
    'a package could not be installed into the target',
    'Check that the medium or mirror is complete and that the package exists in this release (pkgsel/include).',
  ]),
  error([
    'boot-loader',
    /^!! ERROR: Unable to install GRUB/,
    'the boot loader could not be installed',
    'Check `d-i grub-installer/bootdev string /dev/vda`, and on UEFI that the recipe makes an EFI system partition.',
  ]),
  error([
    'preconfiguration-file',
    /^!! ERROR: (Failed to retrieve|Failed to process) the preconfiguration file/,
    'the preseed file could not be fetched or read',
    'Check the address on the kernel command line and that every line of the file reads `owner name type value`.',
  ]),
  error(['error', /^!! ERROR: \S/, 'the Debian installer reports an error']),
  prompt([
    'root-password',
    /^Root password:$/,
    'it asks for the root password',
    add(
      'd-i passwd/root-password-crypted password <output of mkpasswd -m sha-512>',
      'or: d-i passwd/root-login boolean false',
    ),
  ]),
  prompt([
    'user-fullname',
    /^Full name for the new user:$/,
    'it asks for the name of a first user',
    add(
      'd-i passwd/make-user boolean false',
      'or: d-i passwd/user-fullname string …, passwd/username, passwd/user-password-crypted',
    ),
  ]),
  prompt([
    'user-password',
    /^Choose a password for the new user:$/,
    'it asks for the password of the first user',
    add('d-i passwd/user-password-crypted password <output of mkpasswd -m sha-512>'),
  ]),
  prompt([
    'preseed-location',
    /^Location of initial preconfiguration file:$/,
    'auto=true is on the kernel command line, but no preseed file is named',
    'Give url=, file= or an injected /preseed.cfg; leave auto=true out when only ks= is used.',
  ]),
  prompt([
    'media-mount',
    /^Retry mounting installation media\?$/,
    'the installation media could not be mounted',
    'Two installers on two consoles fight for it when the kernel command line lacks the word "auto" or "url"; otherwise check the media.',
  ]),
  prompt([
    'download',
    /^Downloading a file failed:$/,
    'a file could not be downloaded from the mirror',
    'Check the network and that the mirror holds the files of this installer version.',
  ]),
  prompt([
    'hostname',
    /^Hostname:$/,
    'it asks for the host name',
    add('d-i netcfg/get_hostname string unassigned-hostname'),
  ]),
  prompt([
    'domain-name',
    /^Domain name:$/,
    'it asks for the domain name',
    add('d-i netcfg/get_domain string unassigned-domain'),
  ]),
  prompt([
    'name-server',
    /^Name server addresses:$/,
    'it asks for name servers: the network was not configured by DHCP',
    add('d-i netcfg/get_nameservers string …', 'or let DHCP answer'),
  ]),
  prompt([
    'mirror-country',
    /^Debian archive mirror (country|hostname|directory):$/,
    'it asks for the archive mirror',
    add(
      'd-i mirror/country string manual',
      'd-i mirror/http/hostname string …',
      'd-i mirror/http/directory string /debian',
    ),
  ]),
  prompt([
    'proxy',
    /^HTTP proxy information \(blank for none\):$/,
    'it asks for a proxy',
    add('d-i mirror/http/proxy string'),
  ]),
  prompt([
    'partition-method',
    /^Partitioning method:$/,
    'it asks how to partition',
    add('d-i partman-auto/method string regular', 'd-i partman-auto/choose_recipe select atomic'),
  ]),
  prompt([
    'write-changes',
    /^Write the changes to disks?( and configure LVM)?\?$/,
    'it asks to confirm the partitioning',
    add(
      'd-i partman/confirm boolean true',
      'd-i partman/confirm_nooverwrite boolean true',
      'd-i partman-lvm/confirm boolean true',
    ),
  ]),
  prompt([
    'main-menu',
    /^Debian installer main menu$/,
    'a step failed and the installer fell back to its main menu',
    'The syslog of the installer names the step; a missing package or mirror file is the usual reason.',
  ]),
  {
    ...prompt([
      'press-enter',
      /\[Press enter to continue\]$/,
      'it shows a message and waits for the enter key',
    ]),
    frame: true,
  },
  { ...prompt(['question', /^Prompt: '\?' for help(, default=\S+)?>$/, 'it asks a question']), frame: true },
];

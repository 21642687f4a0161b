import { localeFault, localeToWrite } from '../../foundation/locale.ts';
import { publicText } from '../../foundation/public-url.ts';
import { isTimeZone, timeZoneToWrite } from '../../foundation/time-zone.ts';
import type { InstallScriptKind } from '../../spec/build-spec.ts';
import { HOST_NAME } from '../host-name.ts';
import { isSystemAccount } from '../system-accounts.ts';
import { addressFault } from './address-fault.ts';
import { keyboardFault } from './keyboard-fault.ts';
import { packageFault } from './package-fault.ts';
import { KEY_SEPARATOR, SSH_KEYS_SHAPE, sshKeysFault } from './ssh-keys.ts';

/** A variable that means the same for every distribution whose script of the catalogue asks for it. */
export type CommonOption = {
  readonly name: string;
  readonly initial: string;
  /** For the documents, without a period. */
  readonly about: string;
  readonly example: string;
  /** Shape of a good value; an empty one is good where the initial value is empty. */
  readonly pattern: RegExp;
  /** For the message about a bad one. */
  readonly shape: string;
  /** What is wrong with a value of the right shape, or why one is not of it, as the end of a sentence; undefined when that is not known. */
  readonly fault?: (value: string, kind?: InstallScriptKind) => string | undefined;
};

export const DISK_LAYOUTS = ['plain', 'swap', 'lvm'] as const;
export type DiskLayout = (typeof DISK_LAYOUTS)[number];

const ADDRESS = /^https?:\/\/[\w.:@%[\]-]+(?:\/[\w.:@%~+,/-]*)?$/;

/** The C library has languages of three letters that Unicode's data do not know, such as agr_PE. */
function unknownLocale(locale: string): string | undefined {
  const fault = localeFault(locale);
  if (fault?.wrong === 'country' && fault.code === undefined)
    return `${fault.what}; write ${localeToWrite(locale)}`;
  return fault?.code?.length === 2 ? fault.what : undefined;
}

export const COMMON_OPTIONS: readonly CommonOption[] = [
  {
    name: 'locale',
    initial: 'en_US.UTF-8',
    about: 'language, country and encoding of the system',
    example: 'de_DE.UTF-8',
    pattern: /^[a-z]{2,3}(?:_[A-Z]{2})?(?:\.[\w-]+)?(?:@\w+)?$|^C(?:\.UTF-8)?$|^POSIX$/,
    shape: 'a locale such as en_US.UTF-8',
    fault: unknownLocale,
  },
  {
    name: 'keyboard',
    initial: 'us',
    about: 'keyboard layout; with a variant `de-nodeadkeys`, but for autoinstall',
    example: 'de',
    pattern: /./,
    shape: 'a layout such as us or de',
    fault: (name, kind) => keyboardFault(name, { kind }),
  },
  {
    name: 'timezone',
    initial: 'Etc/UTC',
    about: 'time zone; the hardware clock is in UTC',
    example: 'Europe/Berlin',
    pattern: /^[A-Za-z][\w+-]*(?:\/[\w+-]+)*$/,
    shape: 'a time zone such as Europe/Berlin',
    fault: (zone) =>
      isTimeZone(zone) ? undefined : `is the name of no time zone; write ${timeZoneToWrite(zone)}`,
  },
  {
    name: 'user',
    initial: '',
    about: 'an account that may do everything through sudo, without password; none when empty',
    example: 'admin',
    pattern: /^[a-z_][a-z0-9_-]{0,31}$/,
    shape: 'a user name of small letters, digits, _ and -',
    fault: (name) =>
      isSystemAccount(name)
        ? 'is a user or group that systems have by themselves, so making the user would fail; choose another, such as builder'
        : undefined,
  },
  {
    name: 'ssh_keys',
    initial: '',
    about: 'public keys, separated by semicolons, that may log in as that user, without one as root',
    example: 'ssh-ed25519 AAAAC3… me@desk',
    pattern: SSH_KEYS_SHAPE,
    shape: 'public SSH keys, separated by ;',
    fault: sshKeysFault,
  },
  {
    name: 'packages',
    initial: '',
    about: 'further packages, separated by blanks, by their names in the distribution',
    example: 'vim tmux',
    pattern: /^[A-Za-z0-9@][\w.+:-]*(?: +[A-Za-z0-9@][\w.+:-]*)*$/,
    shape: 'names of packages, separated by blanks',
    fault: packageFault,
  },
  {
    name: 'mirror',
    initial: '',
    about:
      'where packages come from, instead of the media: an install tree (Fedora, Red Hat, SUSE) or an archive (Debian, Ubuntu)',
    example: 'http://mirror.example/fedora/42/os/',
    pattern: ADDRESS,
    shape: 'an http or https address',
    fault: addressFault,
  },
  {
    name: 'proxy',
    initial: '',
    about: 'HTTP proxy of the installer',
    example: 'http://proxy.example:3128/',
    pattern: ADDRESS,
    shape: 'an http or https address',
    fault: addressFault,
  },
  {
    name: 'disk_layout',
    initial: 'plain',
    about: '`plain`: one root file system; `swap`: 1 GiB of swap before it; `lvm`: root on a logical volume',
    example: 'lvm',
    pattern: new RegExp(`^(?:${DISK_LAYOUTS.join('|')})$`),
    shape: DISK_LAYOUTS.join(', '),
  },
];

export type CommonValues = {
  readonly locale: string;
  readonly keyboard: string;
  readonly timezone: string;
  readonly user: string;
  readonly sshKeys: readonly string[];
  readonly packages: readonly string[];
  readonly mirror: string;
  readonly proxy: string;
  readonly diskLayout: DiskLayout;
};

/**
 * What is wrong with the values given, by name.
 * @param kind of the script; left out, what any kind takes is good
 */
export function commonProblems(
  given: Readonly<Record<string, string>>,
  kind?: InstallScriptKind,
): readonly { name: string; problem: string }[] {
  const ofOptions = COMMON_OPTIONS.flatMap(({ name, initial, pattern, shape, fault }) => {
    const value = given[name] ?? initial;
    if (value === '' && initial === '') return [];
    const told = fault?.(value, kind);
    if (told !== undefined && name === 'ssh_keys') return [{ name, problem: told }];
    if (!pattern.test(value)) return [{ name, problem: `"${withoutLogin(value)}" is not ${shape}` }];
    return told === undefined ? [] : [{ name, problem: `"${withoutLogin(value)}" ${told}` }];
  });
  return [...ofOptions, ...hostnameProblems(given)];
}

/** For messages: a proxy is often written as `user:password@host:3128`. */
const withoutLogin = (value: string): string => publicText(value).replace(/^[^\s/]*:[^\s/]*@/, '');

/** No option of the catalogue, but one every script may ask for. */
function hostnameProblems({ hostname }: Readonly<Record<string, string>>) {
  if (hostname === undefined || HOST_NAME.test(hostname)) return [];
  const problem = `"${hostname}" is no host name: letters, digits and hyphens make one, at most 63, no hyphen first or last; a domain may follow`;
  return [{ name: 'hostname', problem }];
}

/** The given values over the initial ones; call `commonProblems` first. */
export function commonValues(given: Readonly<Record<string, string>>): CommonValues {
  const values = new Map(COMMON_OPTIONS.map(({ name, initial }) => [name, given[name] ?? initial]));
  const of = (name: string): string => values.get(name) ?? '';
  const list = (name: string, separator: RegExp | string): string[] =>
    of(name)
      .split(separator)
      .map((word) => word.trim())
      .filter((word) => word !== '');
  return {
    locale: of('locale'),
    keyboard: of('keyboard'),
    timezone: of('timezone'),
    user: of('user'),
    sshKeys: list('ssh_keys', KEY_SEPARATOR),
    packages: list('packages', /\s+/),
    mirror: of('mirror'),
    proxy: of('proxy'),
    diskLayout: DISK_LAYOUTS.find((name) => name === of('disk_layout')) ?? 'plain',
  };
}

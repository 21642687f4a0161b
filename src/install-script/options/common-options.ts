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
};

export const DISK_LAYOUTS = ['plain', 'swap', 'lvm'] as const;
export type DiskLayout = (typeof DISK_LAYOUTS)[number];

/** Between SSH keys, which hold blanks and commas themselves. */
export const KEY_SEPARATOR = ';';

const KEY = String.raw`(?:ssh-(?:ed25519|rsa)|ecdsa-sha2-nistp\d+|sk-[a-z0-9-]+@openssh\.com) [A-Za-z0-9+/]+=*(?: [\w.@:+-]+)*`;
const URL = String.raw`https?://[\w.:@%[\]-]+(?:/[\w.:@%~+,/-]*)?`;

export const COMMON_OPTIONS: readonly CommonOption[] = [
  {
    name: 'locale',
    initial: 'en_US.UTF-8',
    about: 'language, country and encoding of the system',
    example: 'de_DE.UTF-8',
    pattern: /^[a-z]{2,3}(?:_[A-Z]{2})?(?:\.[\w-]+)?(?:@\w+)?$|^C(?:\.UTF-8)?$/,
    shape: 'a locale such as en_US.UTF-8',
  },
  {
    name: 'keyboard',
    initial: 'us',
    about: 'keyboard layout',
    example: 'de',
    pattern: /^[a-z]{2,}(?:-[a-z0-9-]+)*$/,
    shape: 'a layout such as us or de',
  },
  {
    name: 'timezone',
    initial: 'Etc/UTC',
    about: 'time zone; the hardware clock is in UTC',
    example: 'Europe/Berlin',
    pattern: /^[A-Za-z]+(?:[/+-][\w+-]+)*$/,
    shape: 'a time zone such as Europe/Berlin',
  },
  {
    name: 'user',
    initial: '',
    about: 'an account that may do everything through sudo, without password; none when empty',
    example: 'admin',
    pattern: /^[a-z_][a-z0-9_-]{0,31}$/,
    shape: 'a user name of small letters, digits, _ and -',
  },
  {
    name: 'ssh_keys',
    initial: '',
    about: 'public keys, separated by semicolons, that may log in as that user, without one as root',
    example: 'ssh-ed25519 AAAAC3… me@desk',
    pattern: new RegExp(`^${KEY}(?:\\s*${KEY_SEPARATOR}\\s*${KEY})*$`),
    shape: 'public SSH keys, separated by ;',
  },
  {
    name: 'packages',
    initial: '',
    about: 'further packages, separated by blanks, by their names in the distribution',
    example: 'vim tmux',
    pattern: /^[A-Za-z0-9@][\w.+:-]*(?: +[A-Za-z0-9@][\w.+:-]*)*$/,
    shape: 'names of packages, separated by blanks',
  },
  {
    name: 'mirror',
    initial: '',
    about:
      'where packages come from, instead of the media: an install tree (Fedora, Red Hat, SUSE) or an archive (Debian, Ubuntu)',
    example: 'http://mirror.example/fedora/42/os/',
    pattern: new RegExp(`^${URL}$`),
    shape: 'an http or https address',
  },
  {
    name: 'proxy',
    initial: '',
    about: 'HTTP proxy of the installer',
    example: 'http://proxy.example:3128/',
    pattern: new RegExp(`^${URL}$`),
    shape: 'an http or https address',
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

/** What is wrong with the values given, by name. */
export function commonProblems(
  given: Readonly<Record<string, string>>,
): readonly { name: string; problem: string }[] {
  return COMMON_OPTIONS.flatMap(({ name, initial, pattern, shape }) => {
    const value = given[name] ?? initial;
    const good = pattern.test(value) || (value === '' && initial === '');
    return good ? [] : [{ name, problem: `"${value}" is not ${shape}` }];
  });
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

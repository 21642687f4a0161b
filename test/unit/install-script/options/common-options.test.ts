import { describe, expect, it } from 'vitest';
import {
  COMMON_OPTIONS,
  commonProblems,
  commonValues,
} from '../../../../src/install-script/options/common-options.ts';
import { accessCommand, cleanCommand } from '../../../../src/install-script/options/target-commands.ts';
import { scriptValues } from '../../../../src/install-script/script-values.ts';
import { SSH_KEYS } from '../../../support/ssh-keys.ts';

it.each(COMMON_OPTIONS)('the initial value of $name is good', ({ name }) => {
  expect(commonProblems({}).filter((problem) => problem.name === name)).toEqual([]);
});

it.each([
  [
    'locale',
    ['C', 'C.UTF-8', 'POSIX', 'en_US.UTF-8', 'de_DE', 'sr_RS.UTF-8@latin', 'agr_PE', 'eo', 'eo.UTF-8', 'syr'],
    ['german', "x'; rm", '', 'xx_YY.UTF-8', 'de_YY', 'de_ZZ.UTF-8', 'de', 'de.UTF-8'],
  ],
  [
    'keyboard',
    ['us', 'de-latin1', 'de-mac_nodeadkeys', 'uk', 'jp106', 'sv-latin1', 'german'],
    ['US', 'a b', '', 'klingon', 'klingon-de', 'de nodeadkeys', 'us"; x'],
  ],
  [
    'timezone',
    ['UTC', 'America/Argentina/Buenos_Aires', 'Etc/GMT+3', 'EST5EDT'],
    ['/etc/passwd', 'Mars/X', '', 'europe/berlin', 'Europe', 'America/Indiana'],
  ],
  [
    'user',
    ['', 'joe', '_x-1', 'admin'],
    [
      'Joe',
      'a b',
      '1a',
      'root',
      'daemon',
      'adm',
      'sudo',
      'wheel',
      'users',
      'nobody',
      'www-data',
      'systemd-x',
    ],
  ],
  ['hostname', ['web1', 'web1.example.org'], ['a_b', '-a', 'a b']],
  [
    'ssh_keys',
    ['', SSH_KEYS.rsa, `${SSH_KEYS.ed25519} me@x; ${SSH_KEYS.ecdsa} y`],
    ['AAAA', `${SSH_KEYS.rsa} it's`, '-----BEGIN OPENSSH PRIVATE KEY-----', `${SSH_KEYS.rsa}; `],
  ],
  ['packages', ['', 'vim g++ @core', 'libc6:i386'], ['a,b', 'a;b', '-x']],
  ['mirror', ['', 'http://x/y/', 'https://x:8443'], ['ftp://x/', 'x/y', 'http://x/"y']],
  ['disk_layout', ['plain', 'swap', 'lvm'], ['zfs', '']],
] as const)('%s takes %j and not %j', (name, good, bad) => {
  for (const value of good) expect(commonProblems({ [name]: value }), value).toEqual([]);
  for (const value of bad) expect(commonProblems({ [name]: value }), value).toHaveLength(1);
});

it('a language without its country is told with what is meant', () => {
  expect(commonProblems({ locale: 'de' })).toEqual([
    {
      name: 'locale',
      problem: '"de" names no country, and the C library has none without one; write de_DE.UTF-8',
    },
  ]);
});

it('what a time zone might have been is told', () => {
  expect(commonProblems({ timezone: 'europe/berlin' })).toEqual([
    { name: 'timezone', problem: '"europe/berlin" is the name of no time zone; write Europe/Berlin' },
  ]);
});

it('what a layout might have been is told', () => {
  const problemOf = (keyboard: string): string => commonProblems({ keyboard })[0]?.problem ?? '';
  expect(problemOf('klingon')).toMatch(/^"klingon" is no keyboard layout .*such as us or de\.$/);
  expect(problemOf('US')).toContain('Did you mean "us"?');
  expect(problemOf('latm')).toContain('Did you mean "latam"?');
  expect(problemOf('de(nodeadkeys)')).toContain('Did you mean "de-nodeadkeys"?');
  const [ofUbuntu] = commonProblems({ keyboard: 'de nodeadkeys' }, 'autoinstall');
  expect(ofUbuntu?.problem).toContain('Did you mean "de"?');
});

it.each([
  ['autoinstall', 'de-nodeadkeys', /Subiquity takes the layout alone here; write de$/],
  ['autoinstall', 'uk', /is no keyboard layout that the installer knows/],
  ['kickstart', 'german', /is no keyboard layout that the installer knows/],
] as const)('the installer of %s does not know the keyboard %s', (kind, keyboard, problem) => {
  expect(commonProblems({ keyboard })).toEqual([]);
  expect(commonProblems({ keyboard }, kind)).toEqual([
    { name: 'keyboard', problem: expect.stringMatching(problem) },
  ]);
});

it.each([
  ['preseed', 'source_lines', 'd-i mirror/http/hostname string joe:hush@host:81'],
  [
    'kickstart',
    'source_lines',
    'url --url="http://joe:hush@host:81/debian/" --proxy="http://joe:hush@proxy/"',
  ],
  ['autoinstall', 'apt_value', '"uri":"http://joe:hush@host:81/debian/"'],
  ['autoyast', 'repository_elements', 'http://joe:hush@host:81/debian/'],
] as const)('the installer of %s gets the mirror with its login, in {{%s}}', (kind, name, expected) => {
  const variables = { mirror: 'http://joe:hush@host:81/debian/', proxy: 'http://joe:hush@proxy/' };
  const values = scriptValues({ name: 'x', kind, token: 't', passwordHash: undefined, variables });
  expect(values.plain.get(name)).toContain(expected);
});

it('debian-installer, which takes no empty folder of a mirror, gets a slash', () => {
  const variables = { mirror: 'http://mirror.example/' };
  const values = scriptValues({ name: 'x', kind: 'preseed', token: 't', passwordHash: undefined, variables });
  expect(values.plain.get('source_lines')).toMatch(/^d-i mirror\/http\/directory string \/$/m);
});

it('all problems are told together', () => {
  const from = { name: 'x', kind: 'kickstart', token: 't', passwordHash: undefined } as const;
  expect(() => scriptValues({ ...from, variables: { locale: '?', user: '?' } })).toThrowError(
    expect.objectContaining({
      code: 'script.bad-option',
      details: {
        problems: [expect.objectContaining({ name: 'locale' }), expect.objectContaining({ name: 'user' })],
      },
    }),
  );
});

describe.each(['kickstart', 'preseed', 'autoinstall', 'autoyast', 'user-script'] as const)(
  'the commands for %s',
  (kind) => {
    it('stand in a preseed line and in a quoted YAML text', () => {
      const access = accessCommand({ kind }, commonValues({ user: 'joe', ssh_keys: 'ssh-rsa AAAA me' }));
      for (const command of [access, cleanCommand({ kind })]) expect(command).not.toMatch(/["\\$\n#]/);
    });

    it('do nothing for nobody', () => {
      expect(accessCommand({ kind }, commonValues({}))).toBe('true');
    });
  },
);

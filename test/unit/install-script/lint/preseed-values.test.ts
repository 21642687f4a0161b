import { expect, it } from 'vitest';
import { lintScript } from '../../../../src/install-script/lint/lint-script.ts';

const found = (line: string) =>
  lintScript({ text: `# a comment\n${line}\n`, kind: 'preseed', target: {} })
    .filter((finding) => finding.line === 2)
    .map(({ rule, severity, message, fix }) => ({ rule, severity, message, fix }));

it.each([
  ['d-i debian-installer/locale string "en_US.UTF-8"', 'en_US.UTF-8'],
  ['d-i partman-auto/disk string "/dev/vda"', '/dev/vda'],
  [`d-i grub-installer/bootdev string '/dev/vda'`, '/dev/vda'],
  ['d-i netcfg/get_hostname string "web-1"', 'web-1'],
  ['d-i keyboard-configuration/xkb-keymap select "us"', 'us'],
  ['d-i time/zone string "Europe/Berlin"', 'Europe/Berlin'],
  ['d-i base-installer/includes string "a b c"', 'a b c'],
  ['d-i base-installer/kernel/image string "linux-image-amd64"', 'linux-image-amd64'],
  ['d-i partman-auto/choose_recipe select "/my/recipe"', '/my/recipe'],
])('%s: one error, which says that the quotes are the fault', (line, inside) => {
  expect(found(line)).toEqual([
    {
      rule: 'preseed.quoted-value',
      severity: 'error',
      message: expect.stringContaining('in quotes'),
      fix: `write it without the quotes: ${inside}`,
    },
  ]);
});

it.each([
  [`d-i preseed/late_command string 'in-target touch /x'`, 'preseed.quoted-value'],
  ['d-i partman-auto/method string "regular"', 'preseed.bad-value'],
  ['d-i passwd/make-user boolean "true"', 'preseed.bad-boolean'],
  ['d-i passwd/user-fullname string "A Builder"', 'preseed.quoted-text'],
  ['postfix postfix/mailname string "x.example"', 'preseed.quoted-text'],
  ['d-i netcfg/get_hostname string web 1', 'preseed.bad-hostname'],
  ['d-i netcfg/get_hostname string -web', 'preseed.bad-hostname'],
  ['d-i time/zone string Mars/Phobos', 'preseed.unknown-time-zone'],
  ['d-i time/zone string ../../etc/passwd', 'preseed.unknown-time-zone'],
  ['d-i time/zone string europe/berlin', 'preseed.unknown-time-zone'],
  ['d-i time/zone string Europe', 'preseed.unknown-time-zone'],
  ['d-i debian-installer/locale string en-US', 'preseed.unknown-locale'],
  ['d-i debian-installer/locale string de-DE.UTF-8', 'preseed.unknown-locale'],
  ['d-i debian-installer/locale string english', 'preseed.unknown-locale'],
  ['d-i debian-installer/locale string en_us.UTF-8', 'preseed.unknown-locale'],
  ['d-i debian-installer/locale string en_US UTF-8', 'preseed.unknown-locale'],
  ['d-i debian-installer/locale string xx_US', 'preseed.unknown-locale'],
  ['d-i debian-installer/locale string de_ZZ.UTF-8', 'preseed.unknown-locale'],
])('%s: %s', (line, rule) => {
  expect(found(line).map((finding) => finding.rule)).toEqual([rule]);
});

it.each([
  ['en_XX', 'country'],
  ['xx_US', 'language'],
  ['english', 'language'],
])('refuses the locale %s, with which the installer asks for the %s', (written, asked) => {
  expect(found(`d-i debian-installer/locale string ${written}`)).toMatchObject([
    { severity: 'error', message: expect.stringContaining(`asks for the ${asked}`) },
  ]);
});

it.each([
  ['en-US', 'en_US'],
  ['de-DE.UTF-8', 'de_DE.UTF-8'],
  ['en_us.UTF-8', 'en_US.UTF-8'],
  ['EN_us@euro', 'en_US@euro'],
])('knows which locale is meant by %s', (written, meant) => {
  expect(found(`d-i debian-installer/locale string ${written}`)).toMatchObject([{ fix: `write ${meant}` }]);
});

it.each([
  ['C', 'C', 'US'],
  ['POSIX', 'C', 'US'],
  ['C.UTF-8', 'en', 'US'],
  ['eo', 'en', 'US'],
  ['de_DE@euro', 'en', 'DE'],
  ['sr_RS.UTF-8@latin', 'en', 'RS'],
])(
  'with the locale %s the installer needs language %s and country %s besides',
  (locale, language, country) => {
    const line = `d-i debian-installer/locale string ${locale}`;
    const besides = [
      `d-i debian-installer/language string ${language}`,
      `d-i debian-installer/country string ${country}`,
    ];
    expect(found(line)).toMatchObject([
      { rule: 'preseed.serial-language', severity: 'error', fix: `add: ${besides.join(', ')}` },
    ]);
    expect(found([...besides, line].join('\n'))).toEqual([]);
    // The country is not taken from the locale where a language is given.
    expect(found([besides[0], line].join('\n'))).toMatchObject([{ fix: `add: ${besides[1]}` }]);
  },
);

it.each([
  ['en', 'unknown-locale'],
  ['de', 'unknown-locale'],
  ['de_DE.utf8', 'installer-language'],
])('the installer does not take the locale %s', (locale, rule) => {
  expect(found(`d-i debian-installer/locale string ${locale}`)).toMatchObject([
    { rule: `preseed.${rule}`, severity: 'error' },
  ]);
});

const besideLanguage = (locale: string): readonly string[] =>
  found(
    `d-i debian-installer/locale string ${locale}\nd-i debian-installer/language string en\nd-i debian-installer/country string DE`,
  ).map(({ rule, fix }) => `${rule}: ${fix}`);

it.each([
  ['de_DE.UTF-9', 'de_DE.UTF-8'],
  ['de_DE.UTF_8', 'de_DE.UTF-8'],
  ['de_CH.UTF8', 'de_CH.UTF-8'],
  ['fr_FR.ISO-8859-1', 'fr_FR.UTF-8'],
  ['fr_FR.KOI8-R', 'fr_FR.UTF-8'],
  ['de_DE.ISO-8859-15@euro', 'de_DE@euro'],
])('%s has a charset that the C library has not for it, which has %s', (locale, meant) => {
  expect(besideLanguage(locale)).toEqual([`preseed.installer-language: write ${meant}`]);
});

it.each(['ru_RU.KOI8-R', 'sv_SE.ISO-8859-15', 'hy_AM.ARMSCII-8', 'zh_TW.EUC-TW', 'fr_FR', 'de_DE@euro'])(
  '%s: the C library has it',
  (locale) => {
    expect(besideLanguage(locale)).toEqual([]);
  },
);

it('says how an empty value is written', () => {
  expect(found('d-i mirror/http/proxy string ""')).toMatchObject([{ fix: 'write nothing behind the type' }]);
});

it('shows no password, whose quotes it names', () => {
  const text = JSON.stringify(found('d-i passwd/root-password password "geheim"'));
  expect(text).toContain('preseed.quoted-text');
  expect(text).not.toContain('geheim');
});

it.each([
  `d-i preseed/late_command string "/usr/bin/env" 'A=1' true`,
  'd-i preseed/late_command string "/usr/bin/true"',
  `d-i preseed/late_command string "a b" && echo "c d"`,
  'd-i passwd/user-fullname string Nick "the build" Builder',
  'd-i netcfg/get_hostname string web-1.example.org',
  'd-i netcfg/get_hostname string {{hostname}}',
  'd-i time/zone string Etc/GMT+5',
  'd-i debian-installer/locale string en_GB.utf8',
  'd-i debian-installer/locale select {{locale}}',
  'd-i debian-installer/locale string {{language}}_US',
  'd-i debian-installer/locale string',
  'd-i time/zone string America/Argentina/Buenos_Aires',
])('%s: nothing', (line) => {
  expect(found(line)).toEqual([]);
});

it('says what each missing answer is for, and nothing twice', () => {
  const text = 'd-i partman-auto/method string lvm\n';
  const messages = lintScript({ text, kind: 'preseed', target: {} }).map(({ message }) => message);
  expect(messages.filter((message) => message.includes('LVM'))).toHaveLength(2);
  expect(new Set(messages).size).toBe(messages.length);
});

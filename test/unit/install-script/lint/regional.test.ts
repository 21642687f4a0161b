import { expect, it } from 'vitest';
import { lintScript } from '../../../../src/install-script/lint/lint-script.ts';
import type { InstallScriptKind } from '../../../../src/spec/build-spec.ts';

const WRITE: Readonly<Record<string, (text: string) => string>> = {
  autoinstall: (text) => `#cloud-config\nautoinstall:\n  ${text}\n`,
  autoyast: (text) => `<profile>\n\n${text}\n</profile>\n`,
  kickstart: (text) => `#\n#\n${text}\n`,
  preseed: (text) => `#\n#\n${text}\n`,
};

const found = (kind: string, text: string) =>
  lintScript({ text: WRITE[kind]?.(text) ?? '', kind: kind as InstallScriptKind, target: {} })
    .filter(({ rule }) => /unknown-(time-zone|locale|keyboard)/.test(rule))
    .map(({ rule, severity, line, fix }) => [rule, severity, line, fix]);

it.each([
  ['autoinstall', 'timezone: europe/berlin', 'unknown-time-zone', 'error', 'write Europe/Berlin'],
  [
    'autoyast',
    '<timezone><timezone>Europe/Berln</timezone></timezone>',
    'unknown-time-zone',
    'warning',
    'write Europe/Berlin',
  ],
  ['kickstart', 'timezone Europe/Berln --utc', 'unknown-time-zone', 'warning', 'write Europe/Berlin'],
  ['preseed', 'd-i time/zone string Europe/Berln', 'unknown-time-zone', 'warning', 'write Europe/Berlin'],
  ['autoinstall', 'locale: en-US.UTF-8', 'unknown-locale', 'warning', 'write en_US.UTF-8'],
  ['autoyast', '<language><language>de-DE</language></language>', 'unknown-locale', 'warning', 'write de_DE'],
  ['kickstart', 'lang de-DE.UTF-8', 'unknown-locale', 'warning', 'write de_DE.UTF-8'],
  ['kickstart', 'lang de', 'unknown-locale', 'warning', 'write de_DE.UTF-8'],
  ['autoinstall', 'locale: de', 'unknown-locale', 'warning', 'write de_DE.UTF-8'],
  ['preseed', 'd-i debian-installer/locale string de', 'unknown-locale', 'error', 'write de_DE.UTF-8'],
  ['autoinstall', 'keyboard: {layout: german}', 'unknown-keyboard', 'warning', 'write one such as us or de.'],
  [
    'autoyast',
    '<keyboard><keymap>klingon</keymap></keyboard>',
    'unknown-keyboard',
    'warning',
    'write one such as us or de.',
  ],
  [
    'kickstart',
    'keyboard --xlayouts=us,xq',
    'unknown-keyboard',
    'warning',
    expect.stringContaining('write one such as'),
  ],
])('%s: %s', (kind, text, rule, severity, fix) => {
  expect(found(kind, text)).toEqual([[`${kind}.${rule}`, severity, 3, fix]]);
});

it.each([
  ['autoinstall', 'timezone: geoip'],
  ['autoinstall', 'timezone: "{{timezone}}"'],
  ['autoinstall', 'locale: C.UTF-8'],
  ['autoinstall', 'keyboard: {layout: de, variant: nodeadkeys}'],
  ['autoyast', '<keyboard><keymap>english-us</keymap></keyboard>'],
  ['autoyast', '<language><language>en_US</language></language>'],
  ['autoyast', '<timezone><hwclock>UTC</hwclock></timezone>'],
  ['kickstart', `keyboard --vckeymap=us --xlayouts='us','cz (qwerty)'`],
  ['kickstart', 'keyboard de-latin1-nodeadkeys'],
  ['kickstart', 'timezone --utc'],
])('says nothing of %s: %s', (kind, text) => {
  expect(found(kind, text)).toEqual([]);
});

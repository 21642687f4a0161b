import { expect, it } from 'vitest';
import { kindOf } from '../../../../src/install-script/detect-kind.ts';
import { lintScript } from '../../../../src/install-script/lint/lint-script.ts';

const lint = (text: string, kind: Parameters<typeof lintScript>[0]['kind'], os?: string) =>
  lintScript({ text, kind, target: os === undefined ? {} : { os } });
const errorsOf = (...given: Parameters<typeof lint>) =>
  lint(...given)
    .filter(({ severity }) => severity === 'error')
    .map(({ rule, line }) => [rule, line]);

it.each([
  ['%packages --nobase --frobnicate', 'rocky9', ['--nobase', '--frobnicate']],
  ['%packages --nobase --frobnicate', 'rhel6.4', ['--frobnicate']],
  ['%packages --instLangs=en --excludeWeakdeps', 'rocky10', ['--instLangs', '--excludeWeakdeps']],
  ['%packages --instLangs=en --excludeWeakdeps --exclude-weakdeps', 'rocky9', []],
  ['%packages --ignoremissing --excludedocs', 'rhel5.9', []],
  ['%post --erroronfail --frob', 'fedora42', ['--frob']],
  ['%pre --erroronfial', 'fedora42', ['--erroronfial']],
  ['%post --nochroot --log=/root/x --interpreter=/bin/bash', 'fedora42', []],
  ['%addon com_redhat_kdump --enable', 'rocky9', []],
])('%s on %s', (header, os, bad) => {
  const found = lint(`text\n${header}\n%end\n`, 'kickstart', os).filter(
    ({ rule }) => rule === 'kickstart.unknown-option',
  );
  expect(found.map(({ line, message }) => [line, /no option (\S+)/.exec(message)?.[1]])).toEqual(
    bad.map((option) => [2, option]),
  );
});

const answers = '#cloud-config\nautoinstall:\n  version: 1\n  user-data: {disable_root: false}\n';

it.each([
  ['- curl -H X-Auth: http://10.0.2.2/done', [['autoinstall.bad-shape', 6]]],
  ['- [sh, -c, {a: b}]', [['autoinstall.bad-shape', 6]]],
  ["- 'curl -H X-Auth: http://10.0.2.2/done'", []],
  ['- [sh, -c, "a: b"]', []],
])('a late-command %s', (command, wanted) => {
  const found = errorsOf(`${answers}  late-commands:\n    ${command}\n`, 'autoinstall');
  expect(found.filter(([rule]) => rule === 'autoinstall.bad-shape')).toEqual(wanted);
});

it.each([
  `storage: ${'['.repeat(100_000)}`,
  `storage: ${'{a: '.repeat(100_000)}`,
  `storage:\n    ${'- '.repeat(100_000)}x`,
])('a text nested too deep is one error', (storage) => {
  const begun = performance.now();
  const found = lint(`${answers}  ${storage}\n`, 'autoinstall').filter(
    ({ severity }) => severity === 'error',
  );
  expect(found.map(({ rule }) => rule)).toEqual(['script.no-marker', 'autoinstall.syntax']);
  expect(performance.now() - begun).toBeLessThan(3000);
});

it('a profile with declarations of its own is told apart, and refused with the line', () => {
  const profile = (type: string) =>
    `<?xml version="1.0"?>\n${type}\n<profile xmlns="http://www.suse.com/1.0/yast2ns"><a>&x;</a></profile>\n`;
  const text = profile('<!DOCTYPE profile [\n<!ENTITY x "y">\n]>');
  expect(kindOf(text)).toBe('autoyast');
  expect(errorsOf(text, 'autoyast').filter(([rule]) => rule === 'autoyast.syntax')).toEqual([
    ['autoyast.syntax', 2],
  ]);
  expect(kindOf(profile('<!DOCTYPE profile>'))).toBe('autoyast');
});

it('an anchor behind the word autoinstall changes nothing', () => {
  expect(kindOf('#cloud-config\nautoinstall: &a\n  version: 1\n')).toBe('autoinstall');
});

it.each([
  ['vnc --password=x', 'rocky9', /takes no hash/],
  ['rootpw x', 'rocky9', /--iscrypted/],
])('%s: the remedy can be followed', (line, os, fix) => {
  const found = lint(`${line}\n`, 'kickstart', os).find(({ rule }) => rule === 'kickstart.clear-password');
  expect(found?.fix).toMatch(fix);
});

it.each([
  ['passwd/user-password password x', /passwd\/user-password-crypted/],
  ['passwd/root-password password x', /passwd\/root-password-crypted/],
  ['network-console/password password x', /remove it/],
])('d-i %s: the remedy is about that password', (answer, fix) => {
  const found = lint(`d-i ${answer}\n`, 'preseed').find(({ rule }) => rule === 'preseed.clear-password');
  expect(found?.fix).toMatch(fix);
});

it.each(['upgrade', 'rdp'])('%s is not proposed in its own place', (name) => {
  const found = lint(`${name}\n`, 'kickstart', 'rocky9').find(
    ({ rule }) => rule === 'kickstart.unknown-command',
  );
  expect(found?.message).toBe(`${name} is no kickstart command of rocky9.`);
});

it('of a text that is not YAML nothing is missed', () => {
  const text = '#cloud-config\nautoinstall:\n  version: 1\n\tlocale: C\n';
  expect(lint(text, 'autoinstall').map(({ rule }) => rule)).not.toContain('autoinstall.no-identity');
  expect(lint(text, 'autoinstall').map(({ rule }) => rule)).not.toContain('autoinstall.no-ending');
});

it('a long value is not repeated', () => {
  const found = lint(`d-i base-installer/includes string "${'x'.repeat(10_000)}"\n`, 'preseed');
  expect(found.find(({ rule }) => rule === 'preseed.quoted-value')?.fix).toBe('write it without the quotes');
});

it.each([
  ['authconfig --enableshadow', 'rocky8', 'kickstart.deprecated-command'],
  ['auth --enableshadow', 'rocky9', 'kickstart.deprecated-command'],
  ['timezone --isUtc Etc/UTC', 'rocky9', 'kickstart.deprecated-option'],
  ['timezone --ntpservers=a.example Etc/UTC', 'rocky9', 'kickstart.deprecated-option'],
])('%s is deprecated on %s', (line, os, rule) => {
  expect(lint(`${line}\n`, 'kickstart', os).map((finding) => finding.rule)).toContain(rule);
});

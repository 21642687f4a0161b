import { expect, it } from 'vitest';
import { lintScript } from '../../../../src/install-script/lint/lint-script.ts';

const RULES = ['autoinstall.bad-answer', 'autoinstall.ignored-key', 'autoinstall.bad-username'];

const found = (answer: string, os?: string) =>
  lintScript({
    ...{ text: `#cloud-config\nautoinstall:\n  ${answer}\n`, kind: 'autoinstall' },
    target: os === undefined ? {} : { os },
  })
    .filter(({ rule }) => RULES.includes(rule))
    .map(({ rule, severity, line, fix }) => [rule.replace('autoinstall.', ''), severity, line, fix]);

it.each([
  ['identity: {username: a, password: x}', 'add hostname'],
  ['identity: {hostname: a, usernam: b, username: c, password: x}', 'write username'],
  [
    'identity: {hostname: 12, username: c, password: x}',
    'write a text; in quotes, where it looks like a number',
  ],
  ['ssh: {install-server: maybe}', 'write true or false'],
  ['ssh: {authorized-keys: ssh-rsa AAAA}', 'write a list, each item behind a hyphen'],
  ['keyboard: {variant: intl}', 'add layout'],
  ['storage: {layout: {name: direkt}}', 'write direct'],
  ['storage: {config: [{id: disk, type: disk, ptable: gptt}]}', 'write gpt'],
  ['storage: {config: [{type: disk, ptable: gpt}]}', 'add id'],
  ['storage: {layout: lvm}', 'write a map of keys and values'],
  ['packages: [vim, {name: x}]', 'write a text; in quotes, where it looks like a number'],
  ['updates: everything', 'write security or all'],
  ['network: {ethernets: {}}', 'add version or network'],
  ['snaps: [{channel: stable}]', 'add name'],
  ['apt: {fallback: abbort}', 'write abort'],
])('refuses %s', (answer, fix) => {
  expect(found(answer)).toEqual([['bad-answer', 'error', 3, fix]]);
});

it('warns of keys that are ignored', () => {
  expect(found('ssh: {install_server: true}')).toEqual([
    ['ignored-key', 'warning', 3, 'write install-server'],
  ]);
});

it('refuses the user root where Subiquity does', () => {
  const root = 'identity: {hostname: a, username: root, password: "{{root_password_hash}}"}';
  expect(found(root, 'ubuntu26.04')).toHaveLength(1);
  expect(found(root, 'ubuntu22.04')).toEqual([]);
});

it.each(['The Builder', 'Admin', 'daemon'])('refuses the user %s', (name) => {
  expect(found(`identity: {hostname: a, username: ${name}, password: x}`)).toMatchObject([
    ['bad-username', 'error', 3, 'choose another, such as builder'],
  ]);
});

it.each([
  'identity: {hostname: a, username: b, realname: C, password: "{{root_password_hash}}", groups: [wheel]}',
  'ssh: {install-server: yes, allow-pw: no, authorized-keys: ["ssh-rsa AAAA"]}',
  'keyboard: {layout: us, variant: "", toggle: null}',
  'storage: {layout: {name: lvm, sizing-policy: all, match: {size: largest}}}',
  'storage: {config: [{type: disk, id: d}], swap: {size: 0}}',
  'network: {version: 2, ethernets: {any: {match: {name: en*}, dhcp4: true}}}',
  'network: {network: {version: 2}}',
  'snaps: [{name: lxd, channel: stable, classic: false}]',
  'apt: {primary: [{arches: [default], uri: "http://m/"}], geoip: true, disable_components: [universe]}',
  'source: {id: ubuntu-server, search_drivers: false}',
  'oem: {install: auto}',
])('takes %s', (answer) => {
  expect(found(answer)).toEqual([]);
});

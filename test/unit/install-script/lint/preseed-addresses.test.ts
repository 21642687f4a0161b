import { expect, it } from 'vitest';
import { lintScript } from '../../../../src/install-script/lint/lint-script.ts';

const found = (line: string) =>
  lintScript({ text: `${line}\n`, kind: 'preseed', target: {} })
    .filter(({ rule }) => rule === 'preseed.bad-address')
    .map(({ message }) => message);

it.each([
  ['netcfg/get_ipaddress', '192.0.2.300', 'malformed'],
  ['netcfg/get_ipaddress', '192.0.2.10/255.255.255.0', 'malformed'],
  ['netcfg/get_ipaddress', 'web-1', 'malformed'],
  ['netcfg/get_netmask', '24', 'malformed'],
  ['netcfg/get_netmask', '255.255.255.256', 'malformed'],
  ['netcfg/get_gateway', '192.0.2', 'malformed'],
  ['netcfg/get_nameservers', '192.0.2.1,192.0.2.2', 'finds no names'],
  ['netcfg/get_nameservers', '192.0.2.1 ns.example.org', 'finds no names'],
])('%s string %s', (question, value, what) => {
  expect(found(`d-i ${question} string ${value}`)).toEqual([
    expect.stringMatching(new RegExp(`^${question} does not take "${value}": .*${what}`)),
  ]);
});

it.each([
  ['netcfg/get_ipaddress', '192.0.2.10'],
  ['netcfg/get_ipaddress', '192.0.2.10/24'],
  ['netcfg/get_ipaddress', '2001:db8::10/64'],
  ['netcfg/get_ipaddress', '{{address}}'],
  ['netcfg/get_ipaddress', ''],
  ['netcfg/get_netmask', '255.255.255.0'],
  ['netcfg/get_netmask', 'ffff:ffff:ffff:ffff::'],
  ['netcfg/get_gateway', 'none'],
  ['netcfg/get_gateway', 'fe80::1'],
  ['netcfg/get_nameservers', '192.0.2.1  2001:db8::1'],
])('%s string %s is taken', (question, value) => {
  expect(found(`d-i ${question} string ${value}`)).toEqual([]);
});

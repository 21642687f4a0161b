import { expect, it } from 'vitest';
import { installScript } from '../../../src/ipxe/install-script.ts';
import { netmaskOf, prefixOf } from '../../../src/ipxe/ipv4.ts';
import { hostNameOf, readIpxeUrl, readWholeUrl } from '../../../src/ipxe/ipxe-url.ts';
import { isTitle, readSetting } from '../../../src/ipxe/script-words.ts';
import {
  readStaticNetwork,
  type StaticNetwork,
  staticNetworkArguments,
} from '../../../src/ipxe/static-network.ts';

it.each([
  'http://boot.example/a b',
  'http://boot.example/a\nshell',
  'http://boot.example/"x"',
  'http://boot.example/\u00e9',
  'gopher://boot.example/x',
  'http:/boot.example/x',
  'http:boot.example/x',
  'https:///boot.example/x',
  'http://',
  '',
  '--name',
  '-h',
])('refuses the address %j', (url) => {
  expect(() => readIpxeUrl(url)).toThrow(expect.objectContaining({ code: 'ipxe.bad-url' }));
});

it.each(['http://boot.example/x', 'boot.example/menu.ipxe', 'http://${next-server}/x', 'tftp://192.0.2.1/x'])(
  'takes %s',
  (url) => {
    expect(readIpxeUrl(url)).toBe(url);
  },
);

it.each(['/x', '//boot.example/x', '/'])('takes %s for no whole address', (url) => {
  for (const kind of ['schemeless', 'with-scheme'] as const)
    expect(() => readWholeUrl(url, kind)).toThrow(expect.objectContaining({ code: 'ipxe.bad-url' }));
});

it('takes a server without a scheme where one is tried for it', () => {
  for (const url of ['boot.example/x', 'boot.example:8080/x', 'boot.example:8080']) {
    expect(readWholeUrl(url, 'schemeless')).toBe(url);
    expect(() => readWholeUrl(url, 'with-scheme')).toThrow(expect.objectContaining({ code: 'ipxe.bad-url' }));
  }
  for (const url of ['nfs://192.0.2.1/x', 'file:/x', '${next}/x', 'HTTP://x'])
    expect(readWholeUrl(url, 'with-scheme')).toBe(url);
});

it('knows servers by name from those by address', () => {
  const named = [
    'boot.example/x',
    'boot.example:8080',
    'ftp://boot.example/x',
    'https://boot.example:8443/x',
  ];
  expect(named.map(hostNameOf)).toEqual(named.map(() => 'boot.example'));
  for (const url of [
    '192.0.2.1/x',
    'nfs://192.0.2.1:9/x',
    'http://[2001:db8::1]/x',
    'http://${next-server}/x',
    'file:/x',
  ])
    expect(hostNameOf(url)).toBeUndefined();
});

it.each([
  [
    { address: '192.0.2.10', netmask: '255.0.255.0', gateway: '192.0.2.1' },
    '"255.0.255.0" is no mask of a network',
  ],
  [{ address: '192.0.2.10/33', gateway: '192.0.2.1' }, '/33 is no length of a network'],
  [
    { address: '192.0.2.10/33', netmask: '255.255.255.0', gateway: '192.0.2.1' },
    '/33 is no length of a network',
  ],
  [{ address: '192.0.2.10', gateway: '192.0.2.1' }, 'needs the network'],
])('says of %j what is wrong with the mask', (words, problem) => {
  expect(() => readStaticNetwork(words)).toThrow(
    expect.objectContaining({
      details: { problems: [{ where: expect.any(String), problem: expect.stringContaining(problem) }] },
    }),
  );
});

it.each([
  [{ address: '192.0.2.10/24', gateway: '198.51.100.1' }, '--gateway'],
  [{ address: '192.0.2.10', gateway: '192.0.2.1' }, '--address'],
  [{ address: '192.0.2.0/24', gateway: '192.0.2.1' }, '--address'],
  [{ address: '192.0.2.255/24', gateway: '192.0.2.1' }, '--address'],
  [{ address: '192.0.2.300/24', gateway: '192.0.2.1' }, '--address'],
  [{ address: '192.0.2.0/24' }, '--address'],
  [{ address: '192.0.2.10/24', dns: '198.51.100.53' }, '--gateway'],
  [{ address: '192.0.2.10/24', gateway: '192.0.2.10' }, '--gateway'],
  [{ address: '192.0.2.10/24', netmask: '255.255.0.0', gateway: '192.0.2.1' }, '--netmask'],
  [{ address: '192.0.2.10', netmask: '255.0.255.0', gateway: '192.0.2.1' }, '--netmask'],
  [{ address: '192.0.2.10/24', gateway: '192.0.2.1', dns: 'ns1' }, '--dns'],
])('refuses the network %j because of %s', (words, where) => {
  expect(() => readStaticNetwork(words)).toThrow(
    expect.objectContaining({
      code: 'ipxe.bad-network',
      details: { problems: expect.arrayContaining([expect.objectContaining({ where })]) },
    }),
  );
});

it('a network without a router has no gateway in any dialect', () => {
  const alone = readStaticNetwork({ address: '192.0.2.10/24', dns: '192.0.2.53' });
  expect(alone).toMatchObject({ gateway: '', dns: '192.0.2.53' });
  expect(staticNetworkArguments('dracut', alone)[0]).toBe('ip=192.0.2.10:::255.255.255.0:::none');
  expect(staticNetworkArguments('linuxrc', alone)).toEqual(['ifcfg=*=192.0.2.10/24,,192.0.2.53']);
});

it('knows masks by their length and back', () => {
  for (const [prefix, mask] of [
    [1, '128.0.0.0'],
    [20, '255.255.240.0'],
    [24, '255.255.255.0'],
    [32, '255.255.255.255'],
  ] as const) {
    expect(netmaskOf(prefix)).toBe(mask);
    expect(prefixOf(mask)).toBe(prefix);
  }
  expect(prefixOf('255.0.255.0')).toBeUndefined();
});

const NET: StaticNetwork = readStaticNetwork({
  address: '192.0.2.10/24',
  gateway: '192.0.2.1',
  dns: '192.0.2.53',
});

it.each([
  ['dracut', 'ip=192.0.2.10::192.0.2.1:255.255.255.0:::none nameserver=192.0.2.53'],
  ['casper', 'ip=192.0.2.10::192.0.2.1:255.255.255.0:::off:192.0.2.53'],
  ['linuxrc', 'ifcfg=*=192.0.2.10/24,192.0.2.1,192.0.2.53'],
  [
    'debian-installer',
    'netcfg/disable_autoconfig=true netcfg/get_ipaddress=192.0.2.10 netcfg/get_netmask=255.255.255.0 ' +
      'netcfg/get_gateway=192.0.2.1 netcfg/get_nameservers=192.0.2.53 netcfg/confirm_static=true',
  ],
] as const)('tells %s of a static network in its own words', (dialect, words) => {
  expect(staticNetworkArguments(dialect, NET).join(' ')).toBe(words);
});

it('takes settings of one plain line', () => {
  expect(readSetting('kiln_os=debian')).toEqual(['kiln_os', 'debian']);
  for (const word of [
    'kiln_os',
    'Kiln=x',
    'a=',
    'a=${b}',
    'a=x || shell',
    'a="x"',
    'a=x\nshell',
    'a=# x',
    'a=x #y',
  ])
    expect(() => readSetting(word), word).toThrow(expect.objectContaining({ code: 'ipxe.bad-setting' }));
});

it('takes titles that are neither options nor comments to iPXE', () => {
  for (const title of ['Lab', 'Lab 2 - west', 'C# tools', 'x'.repeat(200)])
    expect(isTitle(title), title).toBe(true);
  for (const title of ['-x', ' --name x', '# Lab', 'Lab #2', 'a || b', 'a && b', 'a ; b', 'x'.repeat(201)])
    expect(isTitle(title), title).toBe(false);
});

it('refuses a kernel argument that iPXE takes for a comment', () => {
  const script = (kernelArguments: readonly string[]) =>
    installScript({ title: 'web', kernel: 'linux', initrd: 'initrd', kernelArguments });
  expect(script(['quiet', 'x=a#b'])).toContain('quiet x=a#b || goto failed');
  // As QEMU hands them over, too: quotes are the kernel's own.
  expect(script(['x="a b"', 'y=\\z'])).toContain(' x="a b" y=\\z || goto failed');
  for (const word of ['a ; b', ';', '|| shell', '${ip}'])
    expect(() => script(['quiet', word])).toThrow(expect.objectContaining({ code: 'ipxe.cannot' }));
  expect(() => script(['quiet', '#debug'])).toThrow(expect.objectContaining({ code: 'ipxe.cannot' }));
});

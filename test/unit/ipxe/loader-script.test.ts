import { describe, expect, it } from 'vitest';
import { scriptsFor } from '../../../src/build/make-ipxe-iso.ts';
import type { IpxeCapabilities } from '../../../src/ipxe/capabilities.ts';
import { checkScript } from '../../../src/ipxe/check-script.ts';
import { type LoaderOptions, loaderScript } from '../../../src/ipxe/loader-script.ts';
import { readStaticNetwork } from '../../../src/ipxe/static-network.ts';

const OLD: IpxeCapabilities = {
  version: '1.0',
  platform: 'pcbios',
  schemes: [],
  commands:
    'chain dhcp echo exit goto ifopen imgfree inc iseq isset item choose menu sanboot set shell sleep reboot'.split(
      ' ',
    ),
};
const NEW: IpxeCapabilities = {
  ...OLD,
  version: '2.0',
  platform: 'efi',
  schemes: ['https', 'nfs'],
  commands: [...OLD.commands, 'poweroff', 'vcreate', 'imgverify', 'imgfetch'],
};
const OPTIONS: LoaderOptions = {
  title: 'loader',
  network: { kind: 'dhcp' },
  chain: ['boot.example/menu.ipxe'],
  tries: 3,
  failsafe: { kind: 'menu', seconds: 300 },
};
const STATIC = {
  kind: 'static',
  ...readStaticNetwork({ address: '192.0.2.10/24', gateway: '192.0.2.1', dns: '192.0.2.53' }),
} as const;

it.each([
  ['DHCP', OPTIONS],
  ['static', { ...OPTIONS, network: STATIC }],
  ['unattended', { ...OPTIONS, failsafe: { kind: 'fail' } }],
  ['signed', { ...OPTIONS, verify: true }],
] as const)('%s: labels fit and only commands the program has are used', (_, options) => {
  for (const can of [OLD, NEW])
    expect(checkScript(loaderScript(options, can).text, can.commands)).toEqual([]);
});

describe('the addresses', () => {
  const fetched = (can: IpxeCapabilities, chain = OPTIONS.chain): string[] =>
    [...loaderScript({ ...OPTIONS, chain }, can).text.matchAll(/^chain --autofree (\S+)/gm)].map(
      ([, url = '']) => url,
    );

  it('are tried with https first where the program has it', () => {
    expect(fetched(NEW)).toEqual(['https://boot.example/menu.ipxe', 'http://boot.example/menu.ipxe']);
    expect(fetched(OLD)).toEqual(['http://boot.example/menu.ipxe']);
  });

  it('with https are left out, and said so, where it has not', () => {
    const chain = ['https://a.example/x', 'http://b.example/x'];
    expect(fetched(OLD, chain)).toEqual(['http://b.example/x']);
    expect(loaderScript({ ...OPTIONS, chain }, OLD).leftOut).toEqual([
      'https://a.example/x: iPXE 1.0 has no https',
    ]);
    expect(() => loaderScript({ ...OPTIONS, chain: ['https://a.example/x'] }, OLD)).toThrow(
      expect.objectContaining({ code: 'ipxe.cannot' }),
    );
  });
});

it.each(['ftp', 'nfs', 'file'])('%s is for programs that have it', (scheme) => {
  const chain = [`${scheme}://192.0.2.1/x`, 'http://b.example/x'];
  const { text, leftOut } = loaderScript({ ...OPTIONS, chain }, OLD);
  expect(text).not.toContain(scheme);
  expect(leftOut).toEqual([`${scheme}://192.0.2.1/x: iPXE 1.0 has no ${scheme}`]);
  const has = { ...OLD, schemes: [scheme] } as IpxeCapabilities;
  expect(loaderScript({ ...OPTIONS, chain }, has).text).toContain(
    `chain --autofree ${scheme}://192.0.2.1/x `,
  );
  expect(() => loaderScript({ ...OPTIONS, chain: chain.slice(0, 1) }, OLD)).toThrow(
    expect.objectContaining({
      code: 'ipxe.cannot',
      message: expect.stringContaining(`cannot do ${scheme}.`),
    }),
  );
});

it('names the firmware whose program can what the other cannot', () => {
  const make = (can: IpxeCapabilities) => loaderScript({ ...OPTIONS, vlan: 7 }, can);
  expect(() => scriptsFor(['bios', 'uefi'], { bios: OLD, uefi: NEW }, make)).toThrow(
    expect.objectContaining({ code: 'ipxe.cannot', message: expect.stringContaining('--firmware uefi.') }),
  );
  expect(() => scriptsFor(['bios', 'uefi'], { bios: OLD, uefi: OLD }, make)).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('--firmware') }),
  );
});

it('makes a VLAN or says that the program cannot', () => {
  expect(loaderScript({ ...OPTIONS, vlan: 7 }, NEW).text).toMatch(
    /^vcreate --tag 7 net0.*\n[\s\S]*^dhcp net0-7 /m,
  );
  expect(() => loaderScript({ ...OPTIONS, vlan: 7 }, OLD)).toThrow(
    expect.objectContaining({ code: 'ipxe.cannot' }),
  );
});

it('never asks: nothing reads a line, and unattended there is no menu', () => {
  const { text } = loaderScript({ ...OPTIONS, network: STATIC, failsafe: { kind: 'fail' } }, OLD);
  expect(text).not.toMatch(/^(read|prompt|choose|menu|shell)\b/m);
  expect(text).toContain(
    'set net0/ip 192.0.2.10\nset net0/netmask 255.255.255.0\nset net0/gateway 192.0.2.1\nset net0/dns 192.0.2.53',
  );
});

it('verifies signatures where it can and says where it cannot', () => {
  expect(loaderScript({ ...OPTIONS, verify: true }, NEW).text).toContain(
    'imgverify kiln_next https://boot.example/menu.ipxe.sig',
  );
  expect(loaderScript({ ...OPTIONS, verify: true }, OLD).leftOut).toEqual([
    'signatures: iPXE 1.0 has no imgverify',
  ]);
});

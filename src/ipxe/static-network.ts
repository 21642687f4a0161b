import { isIPv4 } from 'node:net';
import { type Problem, SpecError } from '../foundation/errors.ts';
import type { KernelDialect } from '../os/operating-system.ts';
import { inSameNetwork, isReserved, netmaskOf, prefixOf } from './ipv4.ts';

/** An IPv4 configuration without DHCP. */
export type StaticNetwork = {
  readonly address: string;
  readonly netmask: string;
  /** Length of the network part; some installers want it instead of the mask. */
  readonly prefix: string;
  /** Empty where there is no router. */
  readonly gateway: string;
  /** Empty where names are not needed. */
  readonly dns: string;
};

export type StaticWords = {
  /** `192.0.2.10/24`, or without the prefix beside `netmask`. */
  readonly address: string;
  readonly netmask?: string | undefined;
  readonly gateway?: string | undefined;
  readonly dns?: string | undefined;
};

/** @throws SpecError `ipxe.bad-network` with every problem */
export function readStaticNetwork(words: StaticWords): StaticNetwork {
  const [address = '', length] = words.address.split('/');
  const problems: Problem[] = [];
  const add = (where: string, problem: string): void => void problems.push({ where, problem });
  const { gateway, dns, netmask } = words;
  if (!isIPv4(address)) add('--address', `"${address}" is no IPv4 address such as 192.0.2.10/24`);
  const prefix = length === undefined ? prefixOf(netmask ?? '') : readPrefix(length);
  if (prefix === undefined) {
    if (length !== undefined) add('--address', `/${length} is no length of a network; it is from 1 to 32`);
    else if (netmask !== undefined)
      add('--netmask', `"${netmask}" is no mask of a network, such as 255.255.255.0: ones, then zeros`);
    else add('--address', 'needs the network: 192.0.2.10/24, or --netmask 255.255.255.0');
  }
  if (length !== undefined && prefix !== undefined && netmask !== undefined && prefix !== prefixOf(netmask))
    add('--netmask', `${netmask} is not the mask of /${length}; give one of the two`);
  if (gateway !== undefined && !isIPv4(gateway)) add('--gateway', `"${gateway}" is no IPv4 address`);
  if (dns !== undefined && !isIPv4(dns)) add('--dns', `"${dns}" is no IPv4 address`);
  if (problems.length === 0 && prefix !== undefined)
    for (const found of placeProblems({ address, prefix, gateway, dns })) add(...found);
  if (problems.length > 0 || prefix === undefined) throw badNetwork(problems);
  return {
    address,
    netmask: netmaskOf(prefix),
    prefix: String(prefix),
    gateway: gateway ?? '',
    dns: dns ?? '',
  };
}

type Places = Pick<StaticWords, 'address' | 'gateway' | 'dns'> & { readonly prefix: number };

/** What is wrong with addresses that are each well written: which option, and why. */
function placeProblems({ address, prefix, gateway, dns }: Places): readonly (readonly [string, string])[] {
  const network = `${address}/${prefix}`;
  const reserved = (where: string, one: string): readonly [string, string][] =>
    isReserved(one, prefix)
      ? [[where, `${one} is the network's own or broadcast address in /${prefix}`]]
      : [];
  if (gateway === undefined)
    return [
      ...reserved('--address', address),
      ...(dns === undefined || inSameNetwork(address, dns, prefix)
        ? []
        : [
            [
              '--gateway',
              `is missing; without a router ${dns}, which lies outside ${network}, cannot be reached`,
            ] as const,
          ]),
    ];
  return [
    ...(inSameNetwork(address, gateway, prefix)
      ? []
      : [
          [
            '--gateway',
            `${gateway} lies outside ${network}, so it cannot be reached; correct one of them`,
          ] as const,
        ]),
    ...reserved('--address', address),
    ...reserved('--gateway', gateway),
    ...(address === gateway ? [['--gateway', 'is the machine itself'] as const] : []),
  ];
}

function readPrefix(text: string): number | undefined {
  const value = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return value >= 1 && value <= 32 ? value : undefined;
}

function badNetwork(problems: readonly Problem[]): SpecError {
  const lines = problems.map(({ where, problem }) => `  ${where}: ${problem}`);
  return new SpecError('ipxe.bad-network', `The static network cannot be used:\n${lines.join('\n')}`, {
    details: { problems },
  });
}

/**
 * The same network in the words of each installer's kernel command line. Values may be iPXE settings (`\${net0/ip}`).
 *
 * Anaconda: dracut.cmdline(7). debian-installer: installation guide, 5.3.2 and B.4.3. Subiquity's casper: initramfs-tools(7), `ip=`.
 * AutoYaST: linuxrc's `ifcfg=` wants a prefix; with a mask it falls back to /32.
 */
export function staticNetworkArguments(dialect: KernelDialect, net: StaticNetwork): readonly string[] {
  const { address, netmask, prefix, gateway, dns } = net;
  switch (dialect) {
    case 'dracut':
      return [`ip=${address}::${gateway}:${netmask}:::none`, ...(dns === '' ? [] : [`nameserver=${dns}`])];
    case 'debian-installer':
      return [
        'netcfg/disable_autoconfig=true',
        `netcfg/get_ipaddress=${address}`,
        `netcfg/get_netmask=${netmask}`,
        `netcfg/get_gateway=${gateway}`,
        ...(dns === '' ? [] : [`netcfg/get_nameservers=${dns}`]),
        'netcfg/confirm_static=true',
      ];
    case 'casper':
      return [`ip=${address}::${gateway}:${netmask}:::off${dns === '' ? '' : `:${dns}`}`];
    case 'linuxrc':
      return [`ifcfg=*=${address}/${prefix},${gateway}${dns === '' ? '' : `,${dns}`}`];
    default:
      return [];
  }
}

/** What the installers get on a network with DHCP. */
export function dhcpArguments(dialect: KernelDialect): readonly string[] {
  if (dialect === 'dracut' || dialect === 'casper') return ['ip=dhcp'];
  return dialect === 'linuxrc' ? ['netsetup=dhcp'] : [];
}

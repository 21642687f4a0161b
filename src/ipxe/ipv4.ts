import { isIPv4 } from 'node:net';

/** Dotted quads as numbers; arithmetic instead of bit operations keeps them positive. */
const numberOf = (address: string): number =>
  address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

const quadOf = (value: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');

/** `24` → `255.255.255.0` */
export function netmaskOf(prefix: number): string {
  return quadOf(2 ** 32 - 2 ** (32 - prefix));
}

/** `255.255.255.0` → 24; undefined when the ones do not stand in a row. */
export function prefixOf(netmask: string): number | undefined {
  if (!isIPv4(netmask)) return undefined;
  const prefix = 32 - Math.log2(2 ** 32 - numberOf(netmask));
  return Number.isInteger(prefix) && prefix >= 1 ? prefix : undefined;
}

export function inSameNetwork(one: string, other: string, prefix: number): boolean {
  const size = 2 ** (32 - prefix);
  return Math.floor(numberOf(one) / size) === Math.floor(numberOf(other) / size);
}

/** The network's own address or its broadcast address, which no machine may have (RFC 3021 excepts /31). */
export function isReserved(address: string, prefix: number): boolean {
  if (prefix >= 31) return false;
  const size = 2 ** (32 - prefix);
  const place = numberOf(address) % size;
  return place === 0 || place === size - 1;
}

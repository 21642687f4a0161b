import { isIPv6 } from 'node:net';
import { invalidOption } from './invalid-option.ts';
import { safeLine } from './safe-text.ts';

/** @throws SpecError `options.invalid` */
export function readPort(word: string): number {
  const port = /^\d{1,5}$/.test(word) ? Number(word) : Number.NaN;
  if (port <= 65_535) return port;
  throw invalidOption('--port', `takes a port number, not "${safeLine(word)}"`);
}

/**
 * A name or an address without a port; an IPv6 address may stand in the brackets that it has in a URL.
 * @throws SpecError `options.invalid`
 */
export function readListenHost(word: string): string {
  const host = /^\[(.*)\]$/.exec(word)?.[1] ?? word;
  if (!host.includes(':') || isIPv6(host)) return host;
  throw invalidOption('--listen', `takes an address alone, not "${safeLine(word)}"; the port is --port's`);
}

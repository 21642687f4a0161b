import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { bracketed } from '../http-server/listen-on.ts';
import { ownAddresses } from '../http-server/own-address.ts';
import type { HttpServer } from '../http-server/start-http-server.ts';
import { invalidOption } from './invalid-option.ts';

/** By which addresses a server that listens on `listen` answers. */
export type Reach = {
  readonly listen: string;
  /** For others, or on loopback for this host. */
  readonly host: string;
  /** Guests behind QEMU's user networking see this host's 127.0.0.1 as 10.0.2.2, and none of its other addresses by that one. */
  readonly guests: boolean;
};

const EVERY = ['0.0.0.0', '::'];

/**
 * @param isTold whether somebody has said already where the menus will be
 * @throws SpecError `options.invalid` when all addresses are listened on and nothing tells which of them others should use
 */
export async function reachOf(word: string, isTold: boolean): Promise<Reach> {
  const listen = isIP(word) === 0 ? await addressOf(word) : word;
  if (!EVERY.includes(listen)) return { listen, host: listen, guests: listen === '127.0.0.1' };
  const { best, all } = await ownAddresses();
  if (best === undefined && !isTold) {
    const which = all.length === 0 ? 'none but loopback' : `several, ${all.join(', ')}, and no default route`;
    throw invalidOption(
      '--url',
      `is missing: the menus name the server they come from, and this host has ${which}; write --url http://ADDRESS:PORT/ with --port PORT`,
    );
  }
  return { listen, host: best ?? '127.0.0.1', guests: true };
}

/** What cannot be resolved is left to the server to refuse. */
async function addressOf(name: string): Promise<string> {
  return lookup(name).then(
    ({ address }) => address,
    () => name,
  );
}

/** @returns the same place as the server's `url`, by an address at which it answers */
export function urlAt({ url }: HttpServer, { host }: Reach): string {
  return Object.assign(new URL(url), { hostname: bracketed(host) }).href;
}

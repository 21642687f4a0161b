import { createSocket } from 'node:dgram';
import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';

/** Addresses of this host, as others may know it. */
export type OwnAddresses = {
  /** The one to be reached by: from which the default route leads away, or else the only one. */
  readonly best?: string;
  readonly all: readonly string[];
};

/** Nobody's (RFC 5737), so the default route leads there. */
const ELSEWHERE = '203.0.113.1';

export async function ownAddresses(): Promise<OwnAddresses> {
  const all = Object.values(networkInterfaces())
    .flatMap((of) => of ?? [])
    .filter(({ internal, address }) => !internal && !/^fe80:/i.test(address))
    .map(({ address }) => address);
  const v4 = all.filter((address) => isIPv4(address));
  const [only, another] = v4.length === 0 ? all : v4;
  const best = (await sourceAddress()) ?? (another === undefined ? only : undefined);
  return { all, ...(best === undefined ? {} : { best }) };
}

/** Where packets to elsewhere would come from. A datagram socket that is connected has its route chosen and sends nothing (udp(7)). */
function sourceAddress(): Promise<string | undefined> {
  return new Promise((settle) => {
    const socket = createSocket('udp4');
    const end = (address?: string): void => {
      socket.close();
      settle(address);
    };
    socket.once('error', () => end());
    socket.once('connect', () => end(socket.address().address));
    socket.connect(9, ELSEWHERE);
  });
}

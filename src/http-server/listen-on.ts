import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HostError } from '../foundation/errors.ts';

/** A host as URLs have it. */
export const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/**
 * @param port 0 takes a free one
 * @returns the port it listens on
 * @throws HostError `host.cannot-listen`
 */
export function listenOn(server: Server, host: string, port: number): Promise<number> {
  return new Promise((settle, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = WHY_NOT[cause.code ?? ''] ?? `it failed with ${cause.code ?? cause.message}`;
      const message = `No web server can listen on ${bracketed(host)}:${port}: ${why}.`;
      reject(new HostError('host.cannot-listen', message, { cause, details: { host, port } }));
    });
    // A TCP server that listens has an address.
    server.listen(port, host, () => settle((server.address() as AddressInfo).port));
  });
}

const WHY_NOT: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program has this port. Choose another one, or none to get a free one',
  EADDRNOTAVAIL: 'this host does not have the address',
  EACCES: 'this user may not; choose a port above 1023',
  ENOTFOUND: 'the name has no address',
};

import koffi from 'koffi';
import type { NativeFailure } from './libvirt-error.ts';
import type { LibvirtLibrary } from './libvirt-library.ts';
import type { ConnectionHandle } from './native.ts';

/** struct _virError (virterror.h): int code, int domain, char *message, then fields we do not read; 80 bytes in all. */
const VIR_ERROR_BYTES = 80;
const DOMAIN_OFFSET = 4;
const MESSAGE_OFFSET = 8;

export function decodeFailure(error: bigint | Uint8Array): NativeFailure {
  const message: unknown = koffi.decode(error, MESSAGE_OFFSET, 'str');
  return {
    code: Number(koffi.decode(error, 0, 'int')),
    domain: Number(koffi.decode(error, DOMAIN_OFFSET, 'int')),
    message: typeof message === 'string' ? message : 'no message from libvirt',
  };
}

/**
 * The failure of the connection's last call. libvirt keeps one per thread, which is of no use when calls run on
 * worker threads, and one per connection, which is right as long as the connection makes one call at a time.
 */
export function lastFailure(library: LibvirtLibrary, connection: ConnectionHandle): NativeFailure {
  const copy = new Uint8Array(VIR_ERROR_BYTES);
  library.virConnCopyLastError(connection, copy);
  const failure = decodeFailure(copy);
  library.virResetError(copy);
  return failure;
}

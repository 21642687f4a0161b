import { setTimeout as delay } from 'node:timers/promises';
import type { Call } from './domain-calls.ts';
import type { GuestConsole } from './libvirt.ts';
import type { LibvirtLibrary } from './libvirt-library.ts';
import type { ConnectionHandle, DomainHandle, StreamHandle } from './native.ts';

const STREAM_NONBLOCK = 1; // VIR_STREAM_NONBLOCK
/** What virStreamSend and virStreamRecv answer instead of waiting; no failure. */
const WOULD_BLOCK = -2;
const CHUNK_BYTES = 16 * 1024;
const RETRY_MS = 20;

/** virDomainOpenConsole on the first console. Not blocking: a call that waits would keep the connection's other calls waiting. */
export async function openGuestConsole(
  library: LibvirtLibrary,
  connection: ConnectionHandle,
  domain: DomainHandle,
  call: Call,
): Promise<GuestConsole> {
  const stream = await call('virStreamNew', () => library.virStreamNew.blocking(connection, STREAM_NONBLOCK));
  try {
    await call('virDomainOpenConsole', () => library.virDomainOpenConsole.blocking(domain, null, stream, 0));
  } catch (error) {
    library.virStreamFree(stream);
    throw error;
  }
  return consoleOn(library, stream, call);
}

function consoleOn(library: LibvirtLibrary, stream: StreamHandle, call: Call): GuestConsole {
  const count = async (name: string, attempt: () => Promise<number>): Promise<number> => {
    const answer = await call(name, async () => {
      const length = await attempt();
      return length === WOULD_BLOCK ? { length } : length < 0 ? length : { length };
    });
    return typeof answer === 'number' ? answer : answer.length;
  };
  let closing: Promise<void> | undefined;
  return {
    read: async () => {
      const chunk = new Uint8Array(CHUNK_BYTES);
      const length = await count('virStreamRecv', () =>
        library.virStreamRecv.blocking(stream, chunk, chunk.length),
      );
      if (length === 0) return 'end';
      return length === WOULD_BLOCK ? undefined : chunk.subarray(0, length);
    },
    write: async (bytes) => {
      for (let rest = bytes; rest.length > 0; ) {
        const sent = await count('virStreamSend', () =>
          library.virStreamSend.blocking(stream, rest, rest.length),
        );
        if (sent === WOULD_BLOCK) await delay(RETRY_MS);
        else rest = rest.subarray(sent);
      }
    },
    close: () => {
      closing ??= call('virStreamAbort', async () => {
        const answer = await library.virStreamAbort.blocking(stream);
        library.virStreamFree(stream);
        return answer;
      }).then(() => undefined);
      return closing;
    },
  };
}

import type { Call } from './domain-calls.ts';
import type { Screenshot } from './libvirt.ts';
import type { LibvirtLibrary } from './libvirt-library.ts';
import type { ConnectionHandle, DomainHandle, StreamHandle } from './native.ts';

const CHUNK_BYTES = 256 * 1024;
const FIRST_SCREEN = 0;

/** virDomainScreenshot: the picture comes through a libvirt stream. */
export async function takeScreenshot(
  library: LibvirtLibrary,
  connection: ConnectionHandle,
  domain: DomainHandle,
  call: Call,
): Promise<Screenshot> {
  const stream = await call('virStreamNew', () => library.virStreamNew.blocking(connection, 0));
  try {
    const mimeType = await call('virDomainScreenshot', () =>
      library.virDomainScreenshot.blocking(domain, stream, FIRST_SCREEN, 0),
    );
    const data = await receiveAll(library, stream, call);
    await call('virStreamFinish', () => library.virStreamFinish.blocking(stream));
    return { mimeType, data };
  } catch (error) {
    await library.virStreamAbort.blocking(stream);
    throw error;
  } finally {
    library.virStreamFree(stream);
  }
}

async function receiveAll(library: LibvirtLibrary, stream: StreamHandle, call: Call): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  while (true) {
    const chunk = new Uint8Array(CHUNK_BYTES);
    const length = await call('virStreamRecv', () =>
      library.virStreamRecv.blocking(stream, chunk, chunk.length),
    );
    if (length === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, length));
  }
}

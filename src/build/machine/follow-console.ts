import { appendFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { LibvirtConnection } from '../../libvirt/libvirt.ts';

const IDLE_MS = 100;

/**
 * Copies what a guest elsewhere says on its console into a local file until `stop`: libvirt's own log of it lies on that host.
 * @throws LibvirtError when the console cannot be opened
 */
export async function followConsole(
  connection: LibvirtConnection,
  uuid: string,
  serialLog: string,
): Promise<{ stop(): Promise<void> }> {
  const console = await connection.openConsole(uuid);
  let isOver = false;
  const copy = async (): Promise<void> => {
    while (!isOver) {
      const bytes = await console.read();
      if (bytes === 'end') return;
      if (bytes === undefined) await delay(IDLE_MS);
      else await appendFile(serialLog, bytes);
    }
  };
  // The guest's end cuts the stream, and the watch knows that end by itself.
  const copied = copy().catch(() => undefined);
  return {
    stop: async () => {
      isOver = true;
      await copied;
      await console.close().catch(() => undefined);
    },
  };
}

import { appendFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { GuestConsole, LibvirtConnection } from '../../libvirt/libvirt.ts';

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
  let console = await connection.openConsole(uuid);
  let isOver = false;
  const copy = async (): Promise<void> => {
    while (!isOver) {
      const bytes = await console.read();
      if (bytes === 'end') return;
      if (bytes === undefined) await delay(IDLE_MS);
      else await appendFile(serialLog, bytes);
    }
  };
  const copyOn = async (): Promise<void> => {
    for (;;) {
      // The guest's end cuts the stream, and so does the loss of the connection, which is made anew.
      await copy().catch(() => undefined);
      await close(console);
      if (isOver) return;
      await delay(IDLE_MS);
      console = await connection.openConsole(uuid);
    }
  };
  // Of a guest that has ended no console is opened, and the watch knows that end by itself.
  const copied = copyOn().catch(() => undefined);
  return {
    stop: async () => {
      isOver = true;
      await copied;
      await close(console);
    },
  };
}

const close = (console: GuestConsole): Promise<void> => console.close().catch(() => undefined);

import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { openConsole } from '../build/open-console.ts';
import type { OpenGuest } from '../build/open-guest.ts';
import { KilnError } from '../foundation/errors.ts';
import { ifMissing } from '../foundation/if-missing.ts';
import type { GuestConsole } from '../libvirt/libvirt.ts';
import { LibvirtError } from '../libvirt/libvirt-error.ts';
import { createLimitedSequences } from '../watch/limited-sequences.ts';
import { createTailFile } from '../watch/tail-file.ts';
import { createLastBytes } from './last-bytes.ts';
import type { LiveSocket } from './live-socket.ts';
import type { ConsoleMessage, ConsoleRequest } from './page-messages.ts';

export type ConsoleChannel = {
  readonly live: LiveSocket;
  /** What the guest's serial port says, as a file. */
  readonly log: string;
  readonly openGuest: () => Promise<OpenGuest>;
};

/** Shown of what was said before, and kept for a browser that cannot follow. */
export const BACKLOG_BYTES = 256 * 1024;
const POLL_MS = 100;

/**
 * `live/ID/console`: what the guest says comes from its log, so that any number may look and a guest that has ended can be looked at too;
 * keys go to the console itself, which libvirt gives to one at a time, while the page asks for that.
 */
export async function showConsole({ live, log, openGuest }: ConsoleChannel): Promise<void> {
  const keys = createKeys(live, openGuest);
  live.onMessage((message, isBinary) => (isBinary ? keys.type(message) : keys.ask(parseRequest(message))));
  const start = Math.max(0, (await sizeOf(log)) - BACKLOG_BYTES);
  const tail = createTailFile(log, start);
  const waiting = createLastBytes(BACKLOG_BYTES);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const limited = createLimitedSequences();
  try {
    if (start > 0) await live.tell({ type: 'left-out', bytes: start } satisfies ConsoleMessage);
    while (!live.signal.aborted) {
      await tail.readNew(waiting.add);
      const { bytes, leftOut } = waiting.take();
      if (leftOut > 0) await live.tell({ type: 'left-out', bytes: leftOut } satisfies ConsoleMessage);
      const text = limited(decoder.decode(bytes, { stream: true }));
      if (bytes.length > 0) await live.tell(Buffer.from(text));
      else await delay(POLL_MS, undefined, { signal: live.signal }).catch(() => undefined);
    }
  } finally {
    await tail.close();
    await keys.close();
  }
}

async function sizeOf(path: string): Promise<number> {
  const info = await stat(path).catch(ifMissing(undefined));
  return info?.size ?? 0;
}

/** Anything but the one thing it may say turns the keys off. */
function parseRequest(message: Uint8Array): ConsoleRequest {
  try {
    const value = JSON.parse(Buffer.from(message).toString('utf8')) as Partial<ConsoleRequest> | null;
    return { type: 'input', on: value?.type === 'input' && value.on === true };
  } catch (error) {
    if (error instanceof SyntaxError) return { type: 'input', on: false };
    throw error;
  }
}

type OpenKeys = { readonly guest: OpenGuest; readonly console: GuestConsole };

function createKeys(live: LiveSocket, openGuest: () => Promise<OpenGuest>) {
  let opened: OpenKeys | undefined;
  const answer = (on: boolean, why?: string): Promise<void> =>
    live.tell({ type: 'input', on, ...(why === undefined ? {} : { why }) } satisfies ConsoleMessage);
  const close = async (): Promise<void> => {
    const closing = opened;
    opened = undefined;
    if (closing === undefined) return;
    await closing.console.close().finally(() => closing.guest.libvirt.close());
  };
  /** The guest's words come from the log; what the console repeats of them must be read so that it does not fill. */
  const drain = async (keys: OpenKeys): Promise<void> => {
    while (opened === keys) {
      const bytes = await keys.console.read();
      if (bytes === 'end') {
        await close();
        await answer(false, 'The guest has ended.');
      } else if (bytes === undefined) await delay(POLL_MS);
    }
  };
  const failed = async (error: unknown): Promise<void> => {
    const known = error instanceof KilnError || error instanceof LibvirtError;
    await close().catch(() => undefined);
    await answer(false, known ? error.message : 'The console is gone.');
    if (!known) throw error;
  };
  const openKeys = async (): Promise<void> => {
    const guest = await openGuest();
    try {
      opened = { guest, console: await openConsole(guest) };
    } catch (error) {
      await guest.libvirt.close();
      throw error;
    }
    if (live.signal.aborted) return close();
    drain(opened)
      .catch(failed)
      .catch(() => undefined);
    await answer(true);
  };
  return {
    close,
    ask: async ({ on }: ConsoleRequest): Promise<void> => {
      if (on) await (opened === undefined ? openKeys().catch(failed) : answer(true));
      else {
        await close();
        await answer(false);
      }
    },
    type: async (bytes: Uint8Array): Promise<void> => {
      await opened?.console.write(bytes).catch(failed);
    },
  };
}

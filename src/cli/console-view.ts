import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { ifMissing } from '../foundation/if-missing.ts';
import type { GuestConsole } from '../libvirt/libvirt.ts';
import type { CliIo, Keyboard } from './cli-io.ts';
import { safeText } from './safe-text.ts';

/** Ctrl-], as in virsh and telnet. */
const ESCAPE = 0x1d;
const IDLE_MS = 30;
/** So much of what was said before is shown first. */
const BEFORE_BYTES = 2048;

/** The end of what the guest said until now; nothing where nothing was kept. */
export async function saidBefore(serialLog: string): Promise<string> {
  const content = await readFile(serialLog).catch(ifMissing(Buffer.alloc(0)));
  return safeText(content.subarray(Math.max(0, content.length - BEFORE_BYTES)).toString('utf8'));
}

/**
 * Gives the terminal to the guest: its console is shown, the keyboard is its own, until Ctrl-], its end or the signal.
 * @returns why it ended
 */
export async function viewConsole(
  console: GuestConsole,
  keyboard: Keyboard,
  { out }: Pick<CliIo, 'out'>,
  signal?: AbortSignal,
): Promise<string> {
  const decoder = new TextDecoder();
  let isLeft = false;
  let typing: Promise<void> = Promise.resolve();
  let fault: unknown;
  const stop = keyboard((keys) => {
    const end = keys.indexOf(ESCAPE);
    isLeft ||= end >= 0;
    const meant = end < 0 ? keys : keys.subarray(0, end);
    typing = typing
      .then(() => console.write(meant))
      .catch((error: unknown) => {
        fault = error;
      });
  });
  try {
    while (!isLeft && !out.closed.aborted && signal?.aborted !== true) {
      if (fault !== undefined) throw fault;
      const bytes = await console.read();
      if (bytes === 'end') return 'The guest has ended.';
      if (bytes === undefined) await delay(IDLE_MS);
      else out.writeRaw(decoder.decode(bytes, { stream: true }));
    }
    await typing;
    return 'The console is closed; the guest goes on.';
  } finally {
    stop();
  }
}

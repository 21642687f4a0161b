import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { followConsole } from '../../../src/build/machine/follow-console.ts';
import type { GuestConsole, LibvirtConnection } from '../../../src/libvirt/libvirt.ts';
import { libvirtLost } from '../../../src/libvirt/libvirt-error.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-console-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const lost = libvirtLost('qemu+ssh://elsewhere/system', 'end-of-file');

/** A console that says `text`; then its connection breaks or the guest is off. */
function consoleOf(text: string, last: 'end' | Error): GuestConsole {
  const answers = [Buffer.from(text), last];
  const read = async (): Promise<Uint8Array | 'end'> => {
    const answer = answers.shift() ?? 'end';
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { read, write: async () => undefined, close: async () => undefined };
}

it('goes on with the console that the connection has after it was made anew', async () => {
  const serialLog = join(folder, 'serial.log');
  writeFileSync(serialLog, '');
  const consoles = [consoleOf('before ', lost), consoleOf('after', 'end')];
  let opened = 0;
  const openConsole = async (): Promise<GuestConsole> => {
    opened += 1;
    const next = consoles.shift();
    if (next === undefined) throw new Error('domain is not running');
    return next;
  };
  const followed = await followConsole({ openConsole } as unknown as LibvirtConnection, 'x', serialLog);
  await expect.poll(() => readFileSync(serialLog, 'utf8')).toBe('before after');
  await expect.poll(() => opened).toBe(3);
  await followed.stop();
});

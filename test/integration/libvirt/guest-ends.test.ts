import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ChosenLibvirt, chooseLibvirt } from '../../../src/libvirt/choose-uri.ts';
import type { LibvirtConnection } from '../../../src/libvirt/libvirt.ts';
import { LIBVIRT_ERRORS, LibvirtError } from '../../../src/libvirt/libvirt-error.ts';
import { eventsUntil, makeTinyGuest, processesWith } from './tiny-guest.ts';

/** How each end of a real guest looks through libvirt: what the watching of an installation rests on. */
describe('a guest', () => {
  let folder: string; // mode 0700, so this also shows that QEMU may read there
  let chosen: ChosenLibvirt;
  let libvirt: LibvirtConnection;
  const started: string[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kiln-guest-'));
    chosen = await chooseLibvirt({ env: {}, runtimeDir: join(folder, 'r') });
    libvirt = chosen.connection;
  });
  afterAll(async () => {
    for (const uuid of started) {
      await libvirt.destroy(uuid); // does something only after a failed test
      await libvirt.undefine(uuid);
    }
    await chosen.close();
    rmSync(folder, { recursive: true });
  });

  async function start(does: 'powerOff' | 'reset' | 'halt') {
    const guest = makeTinyGuest(folder, does);
    started.push(guest.uuid);
    const events = await libvirt.subscribe(guest.uuid);
    await libvirt.createXml(guest.xml);
    await libvirt.defineXml(guest.xml); // so that the reason can be read afterwards
    return { guest, events };
  }

  async function saidHello(serialLog: string): Promise<void> {
    await expect.poll(() => readFileSync(serialLog, 'utf8'), { timeout: 60_000 }).toBe('K\n');
  }

  test('that powers itself off says so three times', async () => {
    const { guest, events } = await start('powerOff');
    const seen = await eventsUntil(events, 'lifecycle stopped');
    expect(seen).toEqual(
      expect.arrayContaining([
        'lifecycle started/booted',
        'monitor-shutdown guest-shutdown',
        'lifecycle shutdown/guest',
        'lifecycle stopped/shutdown',
      ]),
    );
    expect(seen.indexOf('monitor-shutdown guest-shutdown')).toBeLessThan(
      seen.indexOf('lifecycle stopped/shutdown'),
    );
    expect(await libvirt.getState(guest.uuid)).toEqual({ state: 'shutoff', reason: 'shutdown' });
    expect(readFileSync(guest.serialLog, 'utf8')).toBe('K\n');
    await libvirt.undefine(guest.uuid);
  });

  test('that resets itself with on_reboot=destroy differs in what QEMU says', async () => {
    const { guest, events } = await start('reset');
    const seen = await eventsUntil(events, 'lifecycle stopped');
    expect(seen).toContain('monitor-shutdown guest-reset');
    expect(seen).not.toContain('monitor-shutdown guest-shutdown');
    expect(seen.at(-1)).toBe('lifecycle stopped/shutdown');
    await libvirt.undefine(guest.uuid);
  });

  test('that we destroy is "destroyed"', async () => {
    const { guest, events } = await start('halt');
    await saidHello(guest.serialLog);
    await libvirt.destroy(guest.uuid);
    const seen = await eventsUntil(events, 'lifecycle stopped');
    expect(seen.at(-1)).toBe('lifecycle stopped/destroyed');
    expect(seen.some((text) => text.startsWith('monitor-shutdown guest'))).toBe(false);
    expect(await libvirt.getState(guest.uuid)).toEqual({ state: 'shutoff', reason: 'destroyed' });
    await libvirt.undefine(guest.uuid);
  });

  test('whose QEMU is killed stops as "failed" and is "crashed", without a word from QEMU', async () => {
    const { guest, events } = await start('halt');
    await saidHello(guest.serialLog);
    const [pid, ...others] = processesWith('qemu-system', `guest=${guest.name}`);
    expect(others).toEqual([]);
    process.kill(Number(pid), 'SIGKILL');
    const seen = await eventsUntil(events, 'lifecycle stopped');
    expect(seen.at(-1)).toBe('lifecycle stopped/failed');
    expect(seen.some((text) => text.startsWith('monitor-shutdown'))).toBe(false);
    expect(await libvirt.getState(guest.uuid)).toEqual({ state: 'shutoff', reason: 'crashed' });
    await libvirt.undefine(guest.uuid);
  });

  test('answers questions while it runs', async () => {
    const { guest } = await start('halt');
    await saidHello(guest.serialLog);
    expect(await libvirt.getState(guest.uuid)).toMatchObject({ state: 'running' });
    expect((await libvirt.diskCounters(guest.uuid, 'vda'))?.readBytes).toBeGreaterThanOrEqual(512);
    expect(await libvirt.networkCounters(guest.uuid, '52:54:00:12:34:56')).toBeUndefined();
    const { mimeType, data } = await libvirt.screenshot(guest.uuid);
    expect(mimeType).toMatch(/^image\//);
    expect(data.length).toBeGreaterThan(1000);
    // The server of RFC 6143 speaks first; nothing but this connection leads to it.
    const screen = await libvirt.openGraphics(guest.uuid, 0);
    const [greeting] = (await once(screen, 'data')) as [Buffer];
    expect(greeting.toString('latin1')).toMatch(/^RFB 003\.00[38]\n$/);
    screen.destroy();
    await expect(libvirt.openGraphics(guest.uuid, 1)).rejects.toBeInstanceOf(LibvirtError);
    await expect(libvirt.start(guest.uuid)).rejects.toMatchObject({ code: LIBVIRT_ERRORS.operationInvalid });
    await libvirt.destroy(guest.uuid);
    await libvirt.undefine(guest.uuid);
    expect(await libvirt.lookupByUuid(guest.uuid)).toBeUndefined();
  });
});

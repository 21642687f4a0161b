import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import {
  fileContent,
  firstOf,
  memoryContent,
  type ServedContent,
} from '../../src/http-server/served-content.ts';
import { USER_NETWORK } from '../../src/ipxe/user-network.ts';
import { Guest, type GuestOptions } from '../support/bare-guest.ts';
import { type IpxeScene, ipxeScene, type WatchedServer } from '../support/ipxe-scene.ts';
import { speakingKernel } from '../support/kernel-images.ts';
import { generateMenus } from '../support/menu-entries.ts';

/** The menus' tools as somebody at the machine uses them, by keys, and the scripts of single machines. */
let scene: IpxeScene;
const guests: Guest[] = [];

beforeAll(async () => {
  scene = await ipxeScene(['bios', 'uefi']);
});
afterEach(async () => {
  for (const guest of guests.splice(0)) await guest.end();
});
afterAll(() => scene.remove());

/** Menus that wait for somebody, and what lies beside them on the same server. */
async function hostMenus(beside: ServedContent, hostsFolder?: string): Promise<WatchedServer> {
  const files = new Map<string, string>();
  const server = await scene.serve(firstOf(memoryContent(files), beside));
  const more = { timeoutSeconds: 300, ...(hostsFolder === undefined ? {} : { hostsFolder }) };
  for (const { path, text } of await generateMenus(server.guestUrl, more)) files.set(path, text);
  return server;
}

async function bootMenus(
  { guestUrl }: WatchedServer,
  settings: Readonly<Record<string, string>> = {},
  options: Partial<GuestOptions> = {},
): Promise<Guest> {
  const network = { kind: 'static', ...USER_NETWORK } as const;
  const chain = [`${guestUrl}menu.ipxe`];
  const iso = await scene.iso(
    { chain, settings, ...(options.hostname === undefined ? { network } : {}) },
    options.firmware,
  );
  const guest = await Guest.start({ folder: scene.folder, cdroms: [iso], screenOnSerial: true, ...options });
  guests.push(guest);
  return guest;
}

const UP = '\x1b[A';

/** The bar begins at the shell. More keys than a few would not fit into the BIOS's buffer. */
async function choose(guest: Guest, above: number): Promise<void> {
  await guest.waitFor('iPXE shell');
  guest.press(`${UP.repeat(above)}\r`);
}

it('network information, shell and memory test, chosen by keys', async () => {
  const menus = await hostMenus(fileContent('tools/memtest64.bin', '/boot/memtest86+x64.bin'));
  const guest = await bootMenus(menus, { kiln_default: 'shell', kiln_args: 'console=ttyS0,115200' });
  await choose(guest, 1);
  await guest.waitFor('[Link:up');
  await guest.waitFor(/mac 52:54:00.*address 10\.0\.2\.15.*router 10\.0\.2\.2/);
  await guest.waitFor('Press a key for the menu');
  guest.press('\r');
  await choose(guest, 0);
  await guest.waitFor('iPXE>');
  guest.press('ifstat\r');
  await guest.waitFor('[Link:up');
  guest.press('exit\r');
  await choose(guest, 2);
  await guest.waitFor(/Memtest86\+ v\d/);
  // Its own clock runs: it tests.
  await guest.waitFor(/0:00:0[1-9]/);
  expect(menus.requests).toContain('200 tools/memtest64.bin');
});

it('memory test by UEFI', async () => {
  const menus = await hostMenus(fileContent('tools/memtest64.efi', '/boot/memtest86+x64.efi'));
  const settings = { kiln_default: 'memtest', kiln_args: 'console=ttyS0,115200' };
  const guest = await bootMenus(menus, settings, { firmware: 'uefi', cpus: 1 });
  await guest.waitFor('Memory test');
  guest.press('\r');
  await guest.waitFor(/Memtest86\+ v\d/);
  await guest.waitFor(/0:00:0[1-9]/);
  expect(menus.requests).toContain('200 tools/memtest64.efi');
});

it('one server, two machines: each runs its own script, by MAC address and by name', async () => {
  const hosts = join(scene.folder, 'hosts');
  mkdirSync(hosts);
  const lines = ['#!ipxe', 'set kiln_os debian', 'set kiln_release trixie', 'set kiln_variant auto'];
  const script = (name: string): string =>
    [...lines, `set kiln_script http://${name}.example/`, ''].join('\n');
  writeFileSync(join(hosts, 'MAC-525400aabb01.ipxe'), script('by-mac'));
  writeFileSync(join(hosts, 'HOSTNAME-web2.ipxe'), script('by-name'));
  const kernel = speakingKernel();
  const mirror: ServedContent = ({ path }) =>
    path.startsWith('mirror/') ? { kind: 'bytes', content: kernel } : undefined;
  const menus = await hostMenus(mirror, hosts);
  const machines = [
    [{ macAddress: '52:54:00:aa:bb:01', hostname: 'web1' }, 'url=http://by-mac.example/'],
    [{ macAddress: '52:54:00:aa:bb:02', hostname: 'web2' }, 'url=http://by-name.example/'],
  ] as const;
  for (const [machine, word] of machines) {
    const guest = await bootMenus(menus, {}, machine);
    await guest.waitFor(/KERNEL initrd .*\n/);
    expect(guest.console).toContain(word);
    await guest.end();
  }
  expect(menus.requests.filter((line) => line.includes('hosts/'))).toEqual([
    '200 hosts/MAC-525400aabb01.ipxe',
    '404 hosts/HOSTNAME-web1.ipxe',
    '404 hosts/MAC-525400aabb02.ipxe',
    '200 hosts/HOSTNAME-web2.ipxe',
  ]);
});

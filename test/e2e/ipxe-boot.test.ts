import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryContent } from '../../src/http-server/served-content.ts';
import { checkInIpxe } from '../../src/ipxe/check-in-ipxe.ts';
import { type IpxeScene, ipxeScene } from '../support/ipxe-scene.ts';
import { generateMenus } from '../support/menu-entries.ts';

/** Real iPXE from the generated ISO, in QEMU, against our own server. Each run costs seconds, so each shows several things. */
let scene: IpxeScene;

beforeAll(async () => {
  scene = await ipxeScene();
});
afterAll(() => scene.remove());

/** A boot sector that prints its text and halts. */
function bootableDisk(name: string, text: string): string {
  const path = join(scene.folder, `${name}.img`);
  const code = [
    0xfa, 0x31, 0xc0, 0x8e, 0xd8, 0xbe, 0x1a, 0x7c, 0xac, 0x84, 0xc0, 0x74, 0x09, 0xb4, 0x0e, 0xbb, 0x07,
    0x00,
  ];
  const rest = [0xcd, 0x10, 0xeb, 0xf2, 0xf4, 0xeb, 0xfd, 0x90];
  const sector = Buffer.alloc(2 ** 20);
  sector.set([...code, ...rest]);
  // SeaBIOS keeps the last character back from the serial port until something follows it.
  sector.write(`\r\n${text}\r\n.\r\n.\r\n\0`, 0x1a, 'latin1');
  sector.set([0x55, 0xaa], 510);
  writeFileSync(path, sector);
  return path;
}

it('asks the installed iPXE what it can', () => {
  const can = scene.tools.capabilities.bios;
  expect(can).toMatchObject({ platform: 'pcbios' });
  expect(can?.commands).toEqual(expect.arrayContaining(['chain', 'dhcp', 'menu', 'sanboot', 'inc']));
});

describe.concurrent('when nobody chooses or nothing works', () => {
  it('tries its addresses again, and goes on when one answers', async () => {
    let asked = 0;
    const { guestUrl, requests } = await scene.serve(() => {
      asked += 1;
      return asked < 3 ? undefined : { kind: 'bytes', content: '#!ipxe\necho AT LAST\nsleep 600\n' };
    });
    const chain = [`${guestUrl}one.ipxe`, `${guestUrl}two.ipxe`];
    const { text } = await scene.boot({ chain, tries: 3 }, /^AT LAST|gave up/);
    expect(text).toContain('AT LAST');
    expect(requests.slice(0, 3)).toEqual(['404 one.ipxe', '404 two.ipxe', '200 one.ipxe']);
  });

  it('unattended it says that it failed, and asks nothing', async () => {
    const { text } = await scene.boot(
      { chain: ['http://10.0.2.2:9/dead.ipxe'], tries: 2 },
      /^KILN-IPXE failed/,
    );
    expect(text).toContain('KILN-IPXE gave up after 2 tries');
  });

  it('boots the local disk after the time-out of the menu, from a stick', async () => {
    const files = new Map<string, string>();
    const { guestUrl } = await scene.serve(memoryContent(files));
    for (const { path, text } of await generateMenus(guestUrl)) files.set(path, text);
    const disk = bootableDisk('stick', 'LOCAL DISK SPEAKING');
    const settings = { kiln_drive: '0x81' };
    const chain = [`${guestUrl}menu.ipxe`];
    const { text: console } = await scene.boot(
      { chain, settings },
      /LOCAL DISK SPEAKING|no local disk boots/,
      {
        disk,
        as: 'stick',
      },
    );
    expect(console).toContain('KILN-IPXE local boot');
    expect(console).toContain('LOCAL DISK SPEAKING');
    expect(console).toContain('Test menus 9.9');
  });

  it('tries DHCP again, then shows the failsafe menu, then boots the local disk', async () => {
    const { text: console } = await scene.boot(
      { chain: ['http://10.0.2.2:9/x'], tries: 2, failsafe: { kind: 'menu', seconds: 2 } },
      /LOCAL DISK SPEAKING|no local disk boots/,
      { network: 'silent', disk: bootableDisk('failsafe', 'LOCAL DISK SPEAKING') },
    );
    expect(console).toContain('no address by DHCP, try 1 of 2');
    expect(console).toContain('no address by DHCP, try 2 of 2');
    expect(console).toContain('gave up after 2 tries');
    expect(console).toContain('LOCAL DISK SPEAKING');
  });
});

it('finds unknown commands and missing labels by asking iPXE, with their lines', async () => {
  const text = ['#!ipxe', 'dhcp || goto nowhere', 'frobnicate net0 ||', ':here', 'goto here', ''].join('\n');
  const findings = await checkInIpxe(text, { ...scene.tools, firmware: 'bios', host: scene.host });
  expect(findings).toEqual([
    { line: 2, problem: expect.stringContaining('nowhere') },
    { line: 3, problem: expect.stringContaining('frobnicate') },
  ]);
});

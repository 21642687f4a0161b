import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { ipxeAsks, readIpxeScreen } from '../../../src/watch/ipxe-console.ts';
import { renderScreen } from '../../../src/watch/screen.ts';
import { settle, startWatch, untilDecided, type WatchRun } from './support.ts';

let run: WatchRun | undefined;
afterEach(async () => {
  await run?.close();
  run = undefined;
});

const recorded = (name: string): Promise<string> =>
  readFile(new URL(`../../../fixtures/consoles/ipxe-${name}.raw.log`, import.meta.url), 'utf8');

it.each([
  ['menu', 'firmware.ipxe-menu', 'iPXE menu: Boot menu of the lab', 30],
  ['login', 'firmware.ipxe-form', 'iPXE form: login', 30],
  ['config', 'firmware.ipxe-form', 'iPXE form: iPXE configuration settings', 30],
  ['read', 'firmware.ipxe-question', 'iPXE asks: Hostname:', 70],
  ['prompt', 'firmware.ipxe-question', 'iPXE asks: Please press a key to go on...', 70],
  ['shell', 'firmware.ipxe-shell', 'iPXE>', 30],
])('an image that stops at its %s is told as %s', async (name, patternId, line, seconds) => {
  run = await startWatch();
  run.guest.print(await recorded(name));
  expect(await untilDecided(run, seconds)).toMatchObject({
    kind: 'failed',
    cause: 'prompt',
    patternId,
    line,
    suggestion: expect.stringContaining('--ipxe'),
  });
});

it('names the items of a menu, without the seconds that are left', async () => {
  const screen = await renderScreen((await recorded('menu')).replace('Debian 13     ', 'Debian 13 (586)'));
  expect(readIpxeScreen(screen)).toEqual({
    title: 'iPXE menu: Boot menu of the lab',
    text: ['Installers', 'Debian 13', 'Fedora', 'iPXE shell'],
  });
});

it('is no question while iPXE fetches, nor on the screen of another program', async () => {
  for (const text of [
    'http://10.0.2.2:8080/linux... 45%',
    'http://boot.example/initrd.gz... ok',
    'Configuring (net0 52:54:00:12:34:56)......',
    'Configuring [dhcp] (net0 52:54:00:12:34:56)....',
    'Waiting for link-up on net0...',
    'iPXE initialising devices...',
    'linux...',
    'http://192.0.2.80:8080/linux.... [connecting]',
    '...',
    '',
  ])
    expect(ipxeAsks(text), text).toBeUndefined();
  expect(readIpxeScreen(await renderScreen('Loading /ipxe.lkrn... ok\r\nhttp://x/ ok\r\n'))).toBeUndefined();
  run = await startWatch();
  for (const text of [
    'http://10.0.2.2:8080/linux...  45%',
    '\rhttp://10.0.2.2:8080/linux... ok\r\n',
    'Name:',
  ])
    run.guest.print(text.startsWith('http') ? `${await recorded('read')}\r\n${text}` : text);
  expect(await untilDecided(run, 70)).toMatchObject({ patternId: 'firmware.ipxe-question' });
  await run.close();
  run = await startWatch();
  // The kernel has a serial console: what follows is not iPXE's.
  run.guest.print(`${await recorded('read')}\r\n[    0.000000] Linux version 6.12.1\r\nFavourite colour:`);
  expect(await untilDecided(run, 70)).toMatchObject({ patternId: 'generic.question' });
});

it('is the installer that asks once it has shown progress, though its kernel was quiet', async () => {
  run = await startWatch();
  run.guest.print(
    `${await recorded('read')}\r\nDetecting network hardware  ... 2%... 95%... 100%\r\nHostname:`,
  );
  expect(await untilDecided(run, 30)).toMatchObject({ patternId: 'debian-installer.netcfg/get_hostname' });
});

it("names iPXE's shell as iPXE writes itself, and says what keeps a script out of it", async () => {
  run = await startWatch();
  run.guest.print(await recorded('shell'));
  expect(await untilDecided(run, 30)).toMatchObject({
    reason: "iPXE's shell waits for commands.",
    suggestion: expect.stringContaining('shell'),
  });
});

it("is Kiln's own loader that failed, though the shell is what is left", async () => {
  run = await startWatch();
  run.guest.print('iPXE initialising devices...ok\r\nKILN-IPXE failed\r\niPXE> ');
  expect(await untilDecided(run, 30)).toMatchObject({
    cause: 'installer-error',
    patternId: 'firmware.ipxe-loader',
  });
});

it('takes a phase from a whole line, also from one that is broken at the width of the console', async () => {
  run = await startWatch();
  run.guest.print('iPXE initialising devices...ok\r\nKILN-IPXE loading the inst');
  run.guest.print(
    'aller\r\nKILN-IPXE fetching http://10.0.2.2:44175/b8ca1ad07ab0b2a6eeefedbd7ba08c24/boot.i',
  );
  run.guest.print('\r\npxe\r\nKILN-IPXE starting the installe');
  run.guest.print('r\r\nInstalling the base system  ... 17%');
  await settle();
  expect(run.progress.map(({ phase }) => phase)).toEqual([
    'iPXE: loading the installer',
    'iPXE: fetching http://10.0.2.2:44175/b8ca1ad07ab0b2a6eeefedbd7ba08c24/boot.ipxe',
    'iPXE: starting the installer',
    'Installing the base system',
  ]);
});

it.each([
  'Press a key...',
  'Hit Ctrl-B now...',
  'Loading menu ...',
  'Waiting for you...',
  'Configuring it...',
])('asks when a script has printed %j and nothing follows', async (text) => {
  run = await startWatch();
  run.guest.print(`iPXE initialising devices...ok\r\n${text}`);
  await run.clock.advance(28);
  expect(run.outcome()).toBeUndefined();
  expect(await untilDecided(run, 40)).toMatchObject({ cause: 'prompt', line: `iPXE asks: ${text}` });
});

it.each([
  ['the time of a prompt has passed', `Press a key to go on...${'\b \b'.repeat(23)}`],
  ['a kernel starts', 'Probing EDD (edd=off to disable)... '],
  ['a kernel resets the terminal', 'Probing EDD (edd=off to disable)... o\x1bc\x1b[?7lk'],
  ['a disk is booted that says nothing', 'Booting from Hard Disk...'],
  ['a disk is booted by the script', 'Booting from SAN device 0x80\r\nStarting up...'],
])('is no question once %s', async (_what, text) => {
  run = await startWatch();
  run.guest.print('iPXE initialising devices...ok\r\n');
  for (const part of text.match(/[\s\S]{1,5}/g) ?? []) run.guest.print(part);
  await run.clock.advance(120);
  expect(run.outcome()).toBeUndefined();
});

describe('an iPXE that ended without starting anything', () => {
  it.each([
    [
      'ended',
      'http://10.0.2.2:8081/nothere.ipxe... No such file or directory (http://ipxe.org/2d0c613b)',
      'No bootable device.',
    ],
    ['ended-uefi', undefined, 'Shell>'],
  ])('is told instead of the firmware that finds nothing more: %s', async (name, error, line) => {
    run = await startWatch();
    run.guest.print(await recorded(name));
    expect(await untilDecided(run, 30)).toMatchObject({
      cause: 'not-booted',
      patternId: 'firmware.ipxe-ended',
      reason: `iPXE ended without starting anything${error === undefined ? '' : `: ${error}`}.`,
      line,
      suggestion: expect.stringContaining('script'),
    });
  });

  const NOTHING =
    'Booting from Hard Disk...\r\nBoot failed: not a bootable disk\r\n\r\nNo bootable device.\r\n';
  const BANNER = 'iPXE initialising devices...ok\r\niPXE 1.21.1 -- Open Source Network Boot Firmware\r\n';

  it.each([
    ['a kernel ran', '[    0.000000] Linux version 6.12.1\r\n'],
    ['a quiet kernel ran', 'Probing EDD (edd=off to disable)... ok\r\n'],
    ['a boot loader ran', 'Welcome to GRUB!\r\n'],
    ['a disk was booted by the script', 'Booting from SAN device 0x80\r\n'],
    ['an installer has shown progress', 'Detecting network hardware  ... 2%... 100%\r\n'],
    ['the machine was started again', 'SeaBIOS (version 1.16.2)\r\n'],
  ])('is not told where %s since', async (_what, between) => {
    run = await startWatch();
    run.guest.print(`${BANNER}${between}${NOTHING}`);
    expect(await untilDecided(run, 30)).toMatchObject({ patternId: 'firmware.seabios-no-device' });
  });

  it.each([
    [
      'a disk that does not boot',
      'Booting from SAN device 0x80\r\nBoot from SAN device 0x80 failed: Error (http://ipxe.org/0b8080a0)',
    ],
    ['an unknown command', 'c: command not found'],
  ])('names %s', async (_what, error) => {
    run = await startWatch();
    run.guest.print(`${BANNER}${error}\r\n${NOTHING}`);
    expect(await untilDecided(run, 30)).toMatchObject({
      reason: `iPXE ended without starting anything: ${error.split('\r\n').at(-1)}.`,
    });
  });

  it('leaves out what an earlier one said', async () => {
    run = await startWatch();
    run.guest.print(`${BANNER}http://x/a... Error (http://ipxe.org/2d0c613b)\r\n${BANNER}bye\r\n${NOTHING}`);
    expect(await untilDecided(run, 30)).toMatchObject({ reason: 'iPXE ended without starting anything.' });
  });
});

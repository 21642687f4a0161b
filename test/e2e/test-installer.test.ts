import { mkdtemp, open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { FILE_TYPE, writeCpio } from '../../src/foundation/cpio-newc.ts';
import { runCommand } from '../../src/process/run-command.ts';
import { Guest, type GuestOptions } from '../support/bare-guest.ts';
import { buildTestInstaller, type TestInstaller } from '../support/test-installer.ts';

const ROOT_PARTITION_OFFSET = 542720 * 512;
const KICKSTART = `
lang en_US.UTF-8
network --bootproto=dhcp --hostname=built-by-ks
rootpw --plaintext s3cret
ignoredisk --only-use=DISK
clearpart --all
autopart
bootloader --timeout=0 --append="kiln.test=1"
poweroff
%packages
@core
%end
%post
echo kickstart > /etc/installed-by
echo KILN-MARKER > /dev/ttyS0
%end
`;
const PRESEED = `
d-i netcfg/get_hostname string built-by-preseed
d-i passwd/root-password password s3cret
d-i debian-installer/exit/poweroff boolean true
d-i preseed/late_command string in-target sh -c "echo preseed > /etc/installed-by"; \\
  echo KILN-MARKER > /dev/ttyS0
`;

let installer: TestInstaller;
let folder: string;
const guests: Guest[] = [];

beforeAll(async () => {
  installer = await buildTestInstaller();
  folder = await mkdtemp(join(tmpdir(), 'kiln-'));
});
afterEach(async () => {
  await Promise.all(guests.splice(0).map((guest) => guest.end()));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function startGuest(options: Omit<GuestOptions, 'folder'>): Promise<Guest> {
  const guest = await Guest.start({ folder, ...options });
  guests.push(guest);
  return guest;
}

async function emptyDisk(megabytes = 1024): Promise<string> {
  const path = join(folder, 'disk.raw');
  await writeFile(path, '');
  await truncate(path, megabytes * 2 ** 20);
  return path;
}

async function oemdrv(kickstart: string): Promise<string> {
  const script = join(folder, 'ks.cfg');
  await writeFile(script, kickstart);
  const iso = join(folder, 'oemdrv.iso');
  await runCommand('xorriso', ['-as', 'mkisofs', '-quiet', '-V', 'OEMDRV', '-o', iso, script]);
  return iso;
}

/** The initrd with the script put into its root, as virt-install's --initrd-inject does. */
async function injected(name: string, script: string): Promise<string> {
  const archive = writeCpio([{ path: name, mode: FILE_TYPE.file | 0o644, content: Buffer.from(script) }]);
  const path = join(folder, 'injected.img');
  await writeFile(path, Buffer.concat([await readFile(installer.initrd), archive]));
  return path;
}

async function startDirect(name: string, script: string, disk?: GuestOptions['disk']): Promise<Guest> {
  const initrd = await injected(name, script);
  return startGuest({ direct: { kernel: installer.kernel, initrd }, ...(disk ? { disk } : {}) });
}

async function logIn(guest: Guest, hostname: string): Promise<void> {
  await guest.waitFor(`${hostname} login: `);
  guest.type('root');
  await guest.waitFor('Password: ');
  guest.type('s3cret');
  await guest.waitFor('# ');
}

async function answer(guest: Guest, command: string, expected: RegExp): Promise<void> {
  guest.type(command);
  await guest.waitFor(expected);
}

/** e2fsck -n changes nothing and ends with 0 for a clean file system only. */
function rootIsClean(disk: string): Promise<boolean> {
  return runCommand('e2fsck', ['-f', '-n', `${disk}?offset=${ROOT_PARTITION_OFFSET}`]).then(
    () => true,
    () => false,
  );
}

async function bytesAt(disk: string, position: number, length: number): Promise<Buffer> {
  const file = await open(disk);
  try {
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, position);
    return buffer;
  } finally {
    await file.close();
  }
}

test('installs by BIOS from the CD with the kickstart of an OEMDRV volume, and the disk boots', async () => {
  const disk = { path: await emptyDisk(), bus: 'virtio' } as const;
  const seed = await oemdrv(KICKSTART.replace('DISK', 'vda'));
  const install = await startGuest({ disk, cdroms: [installer.iso, seed] });
  await install.waitFor('KILN TEST INSTALLER 1.0 starting');
  await install.waitFor('Install script: kickstart from hd:LABEL=OEMDRV:/ks.cfg');
  await install.waitFor(/Installing: base system \.\.\. 25%/);
  await install.waitFor('KILN-MARKER');
  await install.waitFor('KILN TEST INSTALLER finished, action: poweroff');
  await install.ended;
  expect(await rootIsClean(disk.path)).toBe(true);
  expect((await bytesAt(disk.path, 510, 2)).toString('hex')).toBe('55aa');

  const system = await startGuest({ disk });
  await logIn(system, 'built-by-ks');
  await answer(system, 'cat /etc/installed-by', /^kickstart$/m);
  await answer(system, 'cat /proc/cmdline', / kiln\.test=1/);
  await answer(system, '. /etc/os-release; echo "ID is $ID"', /ID is kiln-test/);
  system.type('poweroff');
  await system.ended;
  expect(await rootIsClean(disk.path)).toBe(true);
});

test('installs from kernel and initrd alone with an injected preseed, onto a SATA disk', async () => {
  const disk = { path: await emptyDisk(), bus: 'sata' } as const;
  const install = await startDirect('preseed.cfg', PRESEED, disk);
  await install.waitFor('Install script: preseed from file:/preseed.cfg');
  await install.waitFor('partitioning /dev/sda');
  await install.waitFor('KILN-MARKER');
  await install.waitFor('finished, action: poweroff');
  await install.ended;

  const system = await startGuest({ disk: { ...disk, bus: 'scsi' } });
  await logIn(system, 'built-by-preseed');
  await answer(system, 'cat /etc/installed-by', /^preseed$/m);
});

test('asks for a disk when there is no install script', async () => {
  const guest = await startGuest({ direct: installer });
  await guest.waitFor('Please choose the disk to install to: ');
  expect(guest.running).toBe(true);
});

test('fetches a kickstart over HTTP, reports what is wrong with the machine and stays up', async () => {
  const disk = { path: await emptyDisk(50), bus: 'virtio' } as const;
  const server = createServer((_request, response) => response.end(KICKSTART.replace('DISK', 'vda')));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo; // a TCP server's address is never a string
    const script = `inst.ks=http://10.0.2.2:${port}/ks.cfg`; // QEMU's name for the host
    const guest = await startGuest({ disk, direct: { ...installer, arguments: script } });
    await guest.waitFor('Install script: kickstart from http://');
    await guest.waitFor(
      /KILN TEST INSTALLER ERROR: the disk \/dev\/vda is too small \(50 MiB, \d+ MiB needed\)/,
    );
    await guest.waitFor('# ');
    expect(guest.running).toBe(true);
  } finally {
    server.close();
  }
});

// The faults are tested where they matter: in test/integration/build.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildDirectory } from '../../../../src/build/build-directory.ts';
import { asInstalled, type InstalledGround } from '../../../../src/build/machine/installed-machine.ts';
import { disksOf } from '../../../../src/build/machine/machine-xml.ts';
import { makeFolder } from '../../../../src/foundation/make-folder.ts';
import { FakeLibvirt } from '../../../fakes/fake-libvirt.ts';

const uuid = '11111111-2222-4333-8444-555555555555';
const xmlWith = (disk: string): string =>
  `<domain type="qemu"><name>vm</name><uuid>${uuid}</uuid><devices>${disk}</devices></domain>`;
const final = xmlWith(
  `<disk type="file" device="disk"><driver name="qemu" type="raw" cache="none"/><source file="/p/vm.img"/><target dev="vda" bus="virtio"/></disk>
   <disk type="file" device="cdrom"><target dev="sda" bus="sata"/></disk>`,
);
const ready = { name: 'vm', uuid, install: undefined, final, first: final, served: undefined };

let folder = '';
let connection: FakeLibvirt;
let told: string[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-installed-'));
  connection = new FakeLibvirt({ uri: 'qemu:///session' });
  told = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const directory = () => buildDirectory(folder, 'b');
const ground = (transient = false): InstalledGround => ({
  libvirt: { connection, privateDaemon: false, close: async () => undefined } as InstalledGround['libvirt'],
  directory: directory(),
  run: { reporter: { notice: (text) => told.push(text) } },
  request: { life: { transient } },
});

test('a machine as it was defined stays as it is', async () => {
  await connection.defineXml(final);
  expect(await asInstalled(ground(), ready)).toBe(ready);
  expect(told).toEqual([]);
});

test('the file that a snapshot moved the guest to is its disk, also in the definition that is kept', async () => {
  await makeFolder(directory().logs);
  await connection.defineXml(
    xmlWith(
      `<disk type="file" device="disk"><driver name="qemu" type="qcow2" cache="none"/><source file="/p/vm.snap1" index="2"/>
       <backingStore type="file"><format type="raw"/><source file="/p/vm.img"/></backingStore><target dev="vda" bus="virtio"/></disk>
       <disk type="file" device="cdrom"><source file="/other.iso"/><target dev="sda" bus="sata"/></disk>`,
    ),
  );
  const installed = await asInstalled(ground(), ready);
  const [disk, drive] = disksOf(installed.final);
  expect(disk).toMatchObject({ target: 'vda', path: '/p/vm.snap1', format: 'qcow2', bus: 'virtio' });
  expect(drive).not.toHaveProperty('path');
  expect(installed.final).toContain('cache="none"');
  expect(await readFile(directory().finalXml, 'utf8')).toBe(installed.final);
  expect(told).toEqual([expect.stringMatching(/disk vda of vm is \/p\/vm\.snap1 .* Keep \/p\/vm\.img/)]);
});

test('one that was undefined meanwhile is an error that says how to have it again', async () => {
  await expect(asInstalled(ground(), ready)).rejects.toMatchObject({
    code: 'install.machine-undefined',
    exitCode: 5,
    message: expect.stringMatching(
      /undefined it .*\/p\/vm\.img.*`virsh -c qemu:\/\/\/session define .*domain-final\.xml`/,
    ),
  });
});

test('a transient one is never defined', async () => {
  expect(await asInstalled(ground(true), ready)).toBe(ready);
});

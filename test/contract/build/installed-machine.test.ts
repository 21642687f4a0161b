import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildDirectory } from '../../../src/build/build-directory.ts';
import { asInstalled, type InstalledGround } from '../../../src/build/machine/installed-machine.ts';
import { disksOf } from '../../../src/build/machine/machine-xml.ts';
import { makeFolder } from '../../../src/foundation/make-folder.ts';
import { bytes } from '../../../src/foundation/size.ts';
import { qemuImg } from '../../../src/qemu-img/qemu-img.ts';
import { FakeLibvirt } from '../../fakes/fake-libvirt.ts';

const uuid = '11111111-2222-4333-8444-555555555555';
const xmlWith = (disk: string): string =>
  `<domain type="qemu"><name>vm</name><uuid>${uuid}</uuid><devices>${disk}</devices></domain>`;
let folder = '';
const at = (name: string): string => join(folder, name);
const definition = (type: string, file: string, medium = ''): string =>
  xmlWith(
    `<disk type="file" device="disk"><driver name="qemu" type="${type}" cache="none"/><source file="${file}" index="2"/>
     <target dev="vda" bus="virtio"/></disk>
     <disk type="file" device="cdrom">${medium}<target dev="sda" bus="sata"/></disk>`,
  );
const machine = () => {
  const final = definition('qcow2', at('vm.qcow2'));
  return { name: 'vm', uuid, install: undefined, final, first: final, served: undefined };
};
/** What `virsh snapshot-create-as --disk-only` makes. */
const snapshot = (name: string, below: string) =>
  qemuImg().create({ path: at(name), format: 'qcow2', backing: { path: at(below), format: 'qcow2' } });

let connection: FakeLibvirt;
let told: string[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-installed-'));
  connection = new FakeLibvirt({ uri: 'qemu:///session' });
  told = [];
  await makeFolder(directory().logs);
  await qemuImg().create({ path: at('vm.qcow2'), format: 'qcow2', size: bytes(2 ** 20) });
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
  const ready = machine();
  await connection.defineXml(ready.final);
  expect(await asInstalled(ground(), ready)).toBe(ready);
  expect(told).toEqual([]);
});

test('the file that a snapshot moved the guest to is its disk, also in the definition that is kept', async () => {
  await snapshot('vm.snap1', 'vm.qcow2');
  await snapshot('vm.snap2', 'vm.snap1');
  await connection.defineXml(definition('qcow2', at('vm.snap2'), '<source file="/other.iso"/>'));
  const installed = await asInstalled(ground(), machine());
  const [disk, drive] = disksOf(installed.final);
  expect(disk).toMatchObject({ target: 'vda', path: at('vm.snap2'), format: 'qcow2', bus: 'virtio' });
  expect(drive).not.toHaveProperty('path');
  expect(installed.final).toContain('cache="none"');
  expect(await readFile(directory().finalXml, 'utf8')).toBe(installed.final);
  expect(told).toEqual([expect.stringContaining(`disk vda of vm is ${at('vm.snap2')} by now`)]);
  expect(told[0]).toContain(`Keep ${at('vm.qcow2')}, `);
});

test.each(['raw', 'qcow2'])(
  'another disk for the next start (%s) is none the guest wrote to',
  async (format) => {
    await connection.defineXml(definition(format, at('other.img')));
    const ready = machine();
    expect(await asInstalled(ground(), ready)).toBe(ready);
  },
);

test('one that was undefined meanwhile is an error that says how to have it again', async () => {
  await expect(asInstalled(ground(), machine())).rejects.toMatchObject({
    code: 'install.machine-undefined',
    exitCode: 5,
    message: expect.stringMatching(
      /undefined it .*vm\.qcow2.*`virsh -c qemu:\/\/\/session define .*domain-final\.xml`/,
    ),
  });
});

test('a transient one is never defined', async () => {
  const ready = machine();
  expect(await asInstalled(ground(true), ready)).toBe(ready);
});

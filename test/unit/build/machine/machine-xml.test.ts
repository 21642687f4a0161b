import { describe, expect, test } from 'vitest';
import {
  bootCheckXml,
  disksOf,
  macAddressesOf,
  machineFacts,
  withBootFiles,
  withCdrom,
  withKilnParts,
} from '../../../../src/build/machine/machine-xml.ts';
import { parseXml } from '../../../../src/foundation/parse-xml.ts';
import { childOf, childrenOf, nodeAt, textAt } from '../../../../src/foundation/xml-node.ts';

const domain = (devices: string, more = ''): string => `<domain type="qemu"><name>vm</name>
  <uuid>11111111-2222-4333-8444-555555555555</uuid><memory unit="KiB">1048576</memory><vcpu>2</vcpu>
  <os><type arch="x86_64" machine="pc-q35-7.2">hvm</type><kernel>/x</kernel><initrd>/y</initrd></os>${more}
  <devices><emulator>/usr/bin/qemu</emulator>${devices}</devices></domain>`;
const DISK = `<disk type="file" device="disk"><driver name="qemu" type="qcow2"/><source file="/p/vm.qcow2"/><target dev="vda" bus="virtio"/></disk>`;
const CDROM = `<disk type="file" device="cdrom"><source file="/a.iso"/><target dev="sda" bus="sata"/></disk>`;
const CONSOLE = `<console type="pty"/>`;
const parts = { buildId: '0a1b2c3d', serialLog: '/logs/serial.log' };

test('disks and addresses are read as libvirt writes them', () => {
  const xml = domain(`${DISK}${CDROM}<interface type="user"><mac address="52:54:00:AB:00:01"/></interface>`);
  expect(disksOf(xml)).toEqual([
    { target: 'vda', bus: 'virtio', device: 'disk', type: 'file', path: '/p/vm.qcow2', format: 'qcow2' },
    { target: 'sda', bus: 'sata', device: 'cdrom', type: 'file', path: '/a.iso' },
  ]);
  expect(macAddressesOf(xml)).toEqual(['52:54:00:ab:00:01']);
});

test('facts for the plan', () => {
  const facts = machineFacts(domain(DISK, `<cpu mode="host-passthrough"/>`));
  expect(facts).toMatchObject({ accelerator: 'tcg', vcpus: 2, memoryMiB: 1024, cpuMode: 'host-passthrough' });
  expect(machineFacts(domain('').replace('<os>', '<os firmware="efi">')).isUefi).toBe(true);
});

describe('what Kiln adds', () => {
  test.each([
    ['a serial port', `<serial type="tcp"/>`, 'serial'],
    ['a console', CONSOLE, 'console'],
    ['no port at all', '', 'serial'],
  ])('the text of %s goes into the log', (_what, devices, name) => {
    const devicesNode = childOf(parseXml(withKilnParts(domain(devices), parts)), 'devices');
    const port = devicesNode && childOf(devicesNode, name);
    expect(port && childOf(port, 'log')?.attributes.get('file')).toBe('/logs/serial.log');
  });

  test('metadata, and an owner where QEMU is somebody else', () => {
    const root = parseXml(withKilnParts(domain(DISK), { ...parts, owner: { uid: 5, gid: 6 } }));
    expect(nodeAt(root, 'metadata', 'kiln:build')?.attributes.get('id')).toBe('0a1b2c3d');
    expect(textAt(root, 'seclabel', 'label')).toBe('+5:+6');
  });

  test('a label of the user’s own stays alone', () => {
    const own = `<seclabel type="dynamic" model="dac"/>`;
    const root = parseXml(withKilnParts(domain(DISK, own), { ...parts, owner: { uid: 5, gid: 6 } }));
    expect(childrenOf(root, 'seclabel')).toHaveLength(1);
  });
});

test('a seed gets a drive of its own, on a free name', () => {
  const disks = disksOf(withCdrom(domain(DISK + CDROM), '/seed.iso'));
  expect(disks.at(-1)).toMatchObject({ target: 'sdb', bus: 'sata', device: 'cdrom', path: '/seed.iso' });
});

test('kernel and initrd are put where they really are', () => {
  const root = parseXml(withBootFiles(domain(''), { kernel: '/w/kernel', initrd: '/w/initrd' }));
  expect([textAt(root, 'os', 'kernel'), textAt(root, 'os', 'initrd')]).toEqual(['/w/kernel', '/w/initrd']);
});

describe('the boot check', () => {
  const overlays = new Map([['/p/vm.qcow2', '/w/o.qcow2']]);
  const check = (xml: string) =>
    bootCheckXml(xml, { ...parts, name: 'vm-check', overlays, nvram: '/w/nvram' });

  test('has another name and UUID, the overlay, a serial file, and leaves out other disks', () => {
    const other = DISK.replace('/p/vm.qcow2', '/dev/other').replace('vda', 'vdb');
    const { xml, uuid } = check(domain(DISK + other + CDROM + CONSOLE));
    const root = parseXml(xml);
    expect(textAt(root, 'uuid')).toBe(uuid);
    expect(uuid).not.toBe('11111111-2222-4333-8444-555555555555');
    expect(textAt(root, 'name')).toBe('vm-check');
    expect(disksOf(xml).map(({ path }) => path)).toEqual(['/w/o.qcow2', '/a.iso']);
    expect(nodeAt(root, 'devices', 'serial', 'source')?.attributes.get('path')).toBe('/logs/serial.log');
    expect(childOf(childOf(root, 'devices') ?? root, 'console')).toBeUndefined();
  });

  test('does not touch the machine’s firmware variables', () => {
    const xml = domain(DISK).replace('</os>', '<nvram>/var/vm_VARS.fd</nvram></os>');
    expect(textAt(parseXml(check(xml).xml), 'os', 'nvram')).toBe('/w/nvram');
  });
});

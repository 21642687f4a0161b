import { expect, it } from 'vitest';
import { parseFirmwareDescriptor } from '../../../src/host/firmware-descriptor.ts';

const DEBIAN = {
  'interface-types': ['uefi'],
  mapping: {
    device: 'flash',
    executable: { filename: '/f/CODE.fd', format: 'raw' },
    'nvram-template': { filename: '/f/VARS.fd', format: 'raw' },
  },
  targets: [{ architecture: 'x86_64', machines: ['pc-i440fx-*', 'pc-q35-*'] }],
  features: ['acpi-s3', 'verbose-dynamic'],
};

const parse = (changes: object) => parseFirmwareDescriptor(JSON.stringify({ ...DEBIAN, ...changes }));

it('reads files and features', () => {
  expect(parse({})).toEqual({
    code: '/f/CODE.fd',
    varsTemplate: '/f/VARS.fd',
    secureBoot: false,
    enrolledKeys: false,
  });
  const secure = parse({ features: ['secure-boot', 'enrolled-keys', 'requires-smm'] });
  expect(secure).toMatchObject({ secureBoot: true, enrolledKeys: true });
});

it.each([
  ['another architecture', { targets: [{ architecture: 'aarch64', machines: ['virt-*'] }] }],
  ['another machine', { targets: [{ architecture: 'x86_64', machines: ['microvm'] }] }],
  ['BIOS', { 'interface-types': ['bios'] }],
  ['memory-mapped firmware', { mapping: { device: 'memory', filename: '/f/OVMF.fd' } }],
  ['one file for code and variables', { mapping: { ...DEBIAN.mapping, mode: 'combined' } }],
  ['qcow2', { mapping: { ...DEBIAN.mapping, executable: { filename: '/f/CODE.qcow2', format: 'qcow2' } } }],
])('passes over %s', (_, changes) => {
  expect(parse(changes)).toBeUndefined();
});

it('passes over a damaged file', () => {
  expect(parseFirmwareDescriptor('{"interface-types":')).toBeUndefined();
  expect(parseFirmwareDescriptor('')).toBeUndefined();
});

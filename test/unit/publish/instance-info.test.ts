import { expect, it } from 'vitest';
import { bytes } from '../../../src/foundation/size.ts';
import type { ImageSource } from '../../../src/publish/image-source.ts';
import {
  hasInstanceInfo,
  instanceInfo,
  instanceInfoArguments,
} from '../../../src/publish/ironic/instance-info.ts';

const source: ImageSource = {
  path: '/x.qcow2',
  name: 'x',
  format: 'qcow2',
  imageKind: 'partition',
  size: bytes(1),
  virtualSize: bytes(2 ** 30),
  firmware: 'uefi',
};

it('tells Ironic kernel, ramdisk and root size of a partition image, and the firmware Glance knows of', () => {
  const info = instanceInfo(source, { source: 'r', kernel: 'k', ramdisk: 'i', rootGb: 3 });
  expect(info).toEqual({
    image_source: 'r',
    kernel: 'k',
    ramdisk: 'i',
    root_gb: 3,
    capabilities: { boot_mode: 'uefi' },
  });
  expect(instanceInfoArguments(info)).toContain('capabilities={"boot_mode":"uefi"}');
});

it('tells Ironic nothing about a kernel for a whole disk', () => {
  const info = instanceInfo(
    { ...source, imageKind: 'whole-disk' },
    { source: 'file:///x.qcow2', sha512: 'aa' },
  );
  expect(info).toMatchObject({ image_type: 'whole-disk', image_os_hash_value: 'aa' });
  expect(Object.keys(info)).not.toEqual(expect.arrayContaining(['kernel']));
  expect(Object.keys(info)).not.toEqual(expect.arrayContaining(['ramdisk']));
});

it('knows what a node has by its content, whether capabilities are an object or a text, and no text is too odd', () => {
  const info = instanceInfo(source, { source: 'r' });
  const withCapabilities = (capabilities: unknown) => ({
    image_source: 'r',
    image_url: 'added',
    capabilities,
  });
  expect(hasInstanceInfo(withCapabilities({ boot_mode: 'uefi' }), info)).toBe(true);
  expect(hasInstanceInfo(withCapabilities('{"boot_mode": "uefi"}'), info)).toBe(true);
  for (const other of ['{"boot_mode": "bios"}', '{', 'boot_mode:uefi', 1, undefined])
    expect(hasInstanceInfo(withCapabilities(other), info)).toBe(false);
});

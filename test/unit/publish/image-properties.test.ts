import { expect, it } from 'vitest';
import type { Manifest } from '../../../src/artifact/manifest-schema.ts';
import { bytes } from '../../../src/foundation/size.ts';
import { imageProperties } from '../../../src/publish/image-properties.ts';
import type { ImageSource } from '../../../src/publish/image-source.ts';

const lone: ImageSource = {
  path: '/x.qcow2',
  name: 'x',
  format: 'qcow2',
  imageKind: 'whole-disk',
  size: bytes(1),
  virtualSize: bytes(2 ** 30),
  sha512: 'a'.repeat(128),
};

function built(firmware: 'bios' | 'uefi', secureBoot = false): ImageSource {
  const manifest = {
    buildId: 'b1',
    host: { arch: 'x86_64' },
    plan: {
      machine: 'q35',
      network: 'user',
      disk: { bus: 'virtio' },
      firmware: { kind: firmware, secureBoot },
    },
    verification: { firmware, os: { id: 'debian', versionId: '13', prettyName: 'Debian' } },
  };
  return { ...lone, manifest: manifest as unknown as Manifest }; // only what is looked at
}

it('tells Nova what the build knows', () => {
  expect(imageProperties(built('bios'), 'kvm', {})).toEqual({
    architecture: 'x86_64',
    os_type: 'linux',
    os_distro: 'debian',
    os_version: '13',
    kiln_build_id: 'b1',
    hw_firmware_type: 'bios',
    hw_machine_type: 'q35',
    hw_disk_bus: 'virtio',
    hw_vif_model: 'virtio',
  });
  expect(imageProperties(built('uefi', true), 'kvm', {})).toMatchObject({
    hw_firmware_type: 'uefi',
    os_secure_boot: 'required',
  });
});

it('marks images for Ironic by kind and firmware', () => {
  expect(imageProperties(built('uefi'), 'ironic', {})).toMatchObject({
    img_type: 'whole-disk',
    hw_firmware_type: 'uefi',
  });
});

it('has the two properties of Xen clouds', () => {
  expect(imageProperties(lone, 'xen', { xenapi_use_agent: 'true' })).toEqual({
    vm_mode: 'hvm',
    xenapi_use_agent: 'true',
  });
});

it('guesses nothing about an image it knows nothing of', () => {
  expect(imageProperties(lone, 'kvm', { a: 'b' })).toEqual({ a: 'b' });
});

it('never gives a whole-disk image a kernel', () => {
  expect(() => imageProperties(lone, 'kvm', { kernel_id: 'x' })).toThrow(/partition image/);
});

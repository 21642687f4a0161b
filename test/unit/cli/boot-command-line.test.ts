import { expect, test } from 'vitest';
import type { ImageKind } from '../../../src/artifact/artifact.ts';
import { type BootFacts, bootArguments, bootImageOf } from '../../../src/cli/boot-command-line.ts';
import { RESULT } from './scripted-build.ts';

const FACTS: BootFacts = {
  emulator: '/usr/bin/qemu-system-x86_64',
  accelerator: 'tcg',
  machine: 'q35',
  firmware: { kind: 'bios' },
  cpu: { mode: 'maximum', features: [{ name: 'cx16', policy: 'disable' }] },
  vcpus: 2,
  memoryMiB: 1024,
  disk: { bus: 'virtio', target: 'vda', sizeBytes: 1 },
  network: 'user',
};
const IMAGE = { path: '/out/a,b.qcow2', format: 'qcow2' } as const;

const command = (facts: Partial<BootFacts>): string => bootArguments({ ...FACTS, ...facts }, IMAGE).join(' ');

test('the same machine, CPU and memory; the image is left as it is', () => {
  expect(command({})).toBe(
    '-machine q35,accel=tcg -cpu max,cx16=off -m 1024 -smp 2 ' +
      '-drive file=/out/a,,b.qcow2,format=qcow2,snapshot=on,if=virtio -nic user,model=virtio-net-pci -nographic',
  );
});

test('KVM, a named model', () => {
  const text = command({
    accelerator: 'kvm',
    cpu: { mode: 'custom', model: 'Nehalem', features: [{ name: 'aes', policy: 'require' }] },
  });
  expect(text).toContain('accel=kvm -cpu Nehalem,aes=on');
});

test("a mode without a model is QEMU's default; the host's model has no word in QEMU", () => {
  expect(command({ cpu: { mode: 'custom', features: [] } })).toContain('-cpu qemu64 ');
  expect(command({ cpu: { mode: 'host-model', features: [] } })).toContain('-cpu max ');
  expect(command({ accelerator: 'kvm', cpu: { mode: 'host-model', features: [] } })).toContain('-cpu host ');
});

test('UEFI: both flash images, the variables in a snapshot; Secure Boot needs SMM', () => {
  const firmware = { kind: 'uefi', code: '/c.fd', varsTemplate: '/v.fd', secureBoot: true } as const;
  const text = command({ firmware });
  expect(text).toContain('q35,accel=tcg,smm=on');
  expect(text).toContain('if=pflash,unit=0,format=raw,readonly=on,file=/c.fd');
  expect(text).toContain('if=pflash,unit=1,format=raw,snapshot=on,file=/v.fd');
});

test.each([
  ['ide', 'if=ide'],
  ['sata', 'ide-hd,drive=disk0'],
  ['scsi', 'scsi-hd,drive=disk0'],
] as const)('a disk on %s', (bus, expected) => {
  expect(command({ disk: { ...FACTS.disk, bus } })).toContain(expected);
});

test('no network', () => {
  expect(command({ network: 'none' })).toContain('-nic none');
});

test('a file system is started by its kernel, without the firmware of the machine it was installed in', () => {
  const [whole] = RESULT.artifacts;
  if (whole === undefined) throw new Error('the scripted build has an image');
  const part = (imageKind: ImageKind) => ({ ...whole, imageKind, path: `/out/web-${imageKind}` });
  const parts = [part('kernel'), part('partition'), part('initrd')];
  const image = bootImageOf(parts);
  if (image === undefined) throw new Error('there is a partition image');
  const firmware = { kind: 'uefi', code: '/c.fd', varsTemplate: '/v.fd', secureBoot: true } as const;
  const words = bootArguments({ ...FACTS, firmware }, image);
  expect(words.join(' ')).toContain(
    '-kernel /out/web-kernel -initrd /out/web-initrd -append root=/dev/vda ro console=ttyS0',
  );
  expect(words.join(' ')).toContain('file=/out/web-partition,');
  expect(words.join(' ')).not.toMatch(/pflash|smm/);
  expect(bootImageOf([...parts, whole])).toBe(whole);
  expect(bootImageOf([])).toBeUndefined();
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  diskNamedBy,
  installTarget,
  readDiskState,
  writtenSince,
} from '../../../../src/build/machine/disk-writes.ts';
import { FakeLibvirt } from '../../../fakes/fake-libvirt.ts';

const disk = (target: string, more: Partial<{ device: string; bootOrder: number; path: string }> = {}) => ({
  target,
  bus: 'virtio',
  device: 'disk',
  type: 'file',
  path: `/p/${target}`,
  ...more,
});

describe('the disk an install script names', () => {
  test.each([
    ['vdb', 'lang en_US\nignoredisk --only-use=vdb\n'],
    ['sda', 'clearpart --all --drives=sda,sdb\n'],
    ['vdb', 'bootloader --location=mbr --boot-drive=vdb\n'],
    ['vdc', 'd-i partman-auto/disk string /dev/vdc\n'],
    ['vdb', '<drive><device>/dev/vdb</device></drive>'],
    ['sdb', 'storage:\n  config:\n    - path: /dev/sdb\n'],
    [undefined, 'clearpart --all --initlabel\nautopart\n'],
    [undefined, 'd-i partman-auto/disk string /dev/disk/by-id/x\n'],
  ])('%s', (expected, script) => expect(diskNamedBy(script)).toBe(expected));
});

test('the target: as the script says, else by boot order, else the first that is a disk', () => {
  const cdrom = disk('sda', { device: 'cdrom' });
  expect(installTarget([cdrom, disk('vda'), disk('vdb')], undefined)?.target).toBe('vda');
  expect(installTarget([cdrom, disk('vda'), disk('vdb')], 'vdb')?.target).toBe('vdb');
  expect(
    installTarget([disk('vda', { bootOrder: 2 }), disk('vdb', { bootOrder: 1 })], undefined)?.target,
  ).toBe('vdb');
  expect(installTarget([cdrom], undefined)).toBeUndefined();
});

test('a write to a file and a volume that grew are noticed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kiln-writes-'));
  try {
    const connection = new FakeLibvirt();
    const { storage } = connection;
    await storage.definePool(`<pool><name>p</name><target><path>/far/away</path></target></pool>`);
    await storage.startPool('p');
    const path = join(folder, 'a.img');
    writeFileSync(path, 'a');
    await storage.createVolume(
      'p',
      '<volume><name>b</name><capacity>9</capacity><allocation>0</allocation></volume>',
    );
    const disks = [
      disk('vda', { path }),
      disk('vdb', { path: '/far/away/b' }),
      disk('vdc', { path: '/absent' }),
    ];
    const before = await readDiskState(connection, disks);
    expect(writtenSince(before, await readDiskState(connection, disks))).toEqual([]);
    writeFileSync(path, 'aa'.repeat(10_000));
    await storage.deleteVolume({ pool: 'p', name: 'b' });
    await storage.createVolume(
      'p',
      '<volume><name>b</name><capacity>9</capacity><allocation>7</allocation></volume>',
    );
    expect(writtenSince(before, await readDiskState(connection, disks))).toEqual(['vda', 'vdb']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

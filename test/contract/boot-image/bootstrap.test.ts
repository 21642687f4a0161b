import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBootstrap } from '../../../src/boot-image/bootstrap/make-bootstrap.ts';
import { openIsoImage } from '../../../src/media/iso9660/iso-image.ts';

let folder: string;
const KERNEL = 'a kernel';
const INITRD = 'i'.repeat(3_000_000);
const entry = {
  title: 'Kiln: unattended',
  kernelArguments: ['inst.ks=http://169.254.169.254/latest/user-data'],
};

const make = async (format: 'iso' | 'disk', name: string): Promise<string> => {
  const path = join(folder, name);
  const files = { kernelPath: join(folder, 'kernel'), initrdPath: join(folder, 'initrd') };
  await makeBootstrap({ ...files, entry, format, isPrivate: false }, path, {});
  return path;
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-bootstrap-'));
  writeFileSync(join(folder, 'kernel'), KERNEL);
  writeFileSync(join(folder, 'initrd'), INITRD);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the ISO', () => {
  it('has kernel, initrd and both menus, and boots by both firmwares from CD and stick', async () => {
    const path = await make('iso', 'b.iso');
    const report = execFileSync(
      'xorriso',
      ['-indev', path, '-report_el_torito', 'plain', '-report_system_area', 'plain'],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    expect(report).toMatch(/El Torito boot img : +1 +BIOS +y/);
    expect(report).toMatch(/El Torito boot img : +2 +UEFI +y/);
    expect(report).toMatch(/isohybrid/);
    const iso = await openIsoImage(path);
    try {
      const text = async (name: string): Promise<string> => {
        const record = await iso.find(name);
        return record === undefined ? '' : (await iso.read(record, 2 ** 24)).toString();
      };
      expect(await text('boot/vmlinuz')).toBe(KERNEL);
      expect(await text('boot/initrd.gz')).toBe(INITRD);
      expect(await text('isolinux/isolinux.cfg')).toContain(entry.kernelArguments[0]);
      expect(await text('boot/grub/grub.cfg')).toContain(entry.kernelArguments[0]);
    } finally {
      await iso.close();
    }
  });
});

describe('the disk', () => {
  it('has one active EFI system partition with everything, and a boot record', async () => {
    const path = await make('disk', 'b.img');
    const table = JSON.parse(execFileSync('sfdisk', ['--json', path], { encoding: 'utf8' }));
    expect(table.partitiontable).toMatchObject({
      label: 'dos',
      partitions: [{ start: 2048, type: 'ef', bootable: true }],
    });
    const mtype = (name: string): string =>
      execFileSync('mtype', ['-i', `${path}@@1M`, `::/${name}`], { encoding: 'latin1', maxBuffer: 2 ** 24 });
    expect(mtype('boot/vmlinuz')).toBe(KERNEL);
    expect(mtype('boot/initrd.gz')).toBe(INITRD);
    expect(mtype('syslinux.cfg')).toContain(entry.kernelArguments[0]);
    expect(mtype('boot/grub/grub.cfg')).toContain(entry.kernelArguments[0]);
    expect(mtype('EFI/BOOT/BOOTX64.EFI').slice(0, 2)).toBe('MZ');
    expect(mtype('ldlinux.sys').length).toBeGreaterThan(1000);
    const boot = readFileSync(path).subarray(0, 440);
    expect(boot.some((byte) => byte !== 0)).toBe(true);
    const fsck = execFileSync(
      'sh',
      ['-c', `tail -c +1048577 "$1" > "$1.fat" && fsck.vfat -n "$1.fat"`, 'sh', path],
      { encoding: 'utf8' },
    );
    // SYSLINUX leaves the copy of the boot sector alone, which is all that may be said.
    expect(fsck).toMatch(/\d+ files, \d+\/\d+ clusters/);
    expect(fsck).not.toMatch(/FATs differ|wrong|orphaned|bad/i);
  });
});

it('leaves nothing but the images', () => {
  expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
});

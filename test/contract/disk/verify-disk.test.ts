import { cp, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CheckName, DiskReport, Firmware } from '../../../src/disk/disk-report.ts';
import { assertVerified, verifyDisk } from '../../../src/disk/verify-disk.ts';
import { runCommand } from '../../../src/process/run-command.ts';
import { SECTOR, writeMbr } from '../../unit/disk/disk-builder.ts';
import { debugRoot, ESP_AT, makeBootableDisk, makeLvmDisk, patchFile, ROOT_AT } from './bootable-disk.ts';

const TOKEN = 'token-of-this-build';
const MIB = 2 ** 20;

let shared: string;
let good: string;
beforeAll(async () => {
  shared = await mkdtemp(join(tmpdir(), 'kiln-verify-'));
  good = await makeBootableDisk(shared);
});
afterAll(() => rm(shared, { recursive: true }));

let folder: string;
let disk: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-verify-'));
  disk = join(folder, 'disk.raw');
});
afterEach(() => rm(folder, { recursive: true }));

const copy = () => cp(good, disk);
const verify = (path: string, firmware: Firmware = 'bios', expectMarker = TOKEN) =>
  verifyDisk(path, { firmware, expectMarker });

function resultOf(report: DiskReport, name: CheckName): string | undefined {
  return report.checks.find((check) => check.name === name)?.result;
}

async function failsWith(code: string, firmware: Firmware = 'bios'): Promise<void> {
  const report = await verify(disk, firmware);
  expect(() => assertVerified(report)).toThrowError(expect.objectContaining({ code }));
}

describe('a good disk', () => {
  it.each(['bios', 'uefi'] as const)('passes every check for %s', async (firmware) => {
    const report = await verify(good, firmware);
    expect(report.checks.filter(({ result }) => result !== 'pass')).toEqual([]);
    expect(report).toMatchObject({
      partitionTable: 'gpt',
      os: { id: 'debian', versionId: '13', prettyName: 'Debian GNU/Linux 13 (trixie)' },
    });
    expect(report.volumes.map(({ fileSystem }) => fileSystem)).toEqual(['unknown', 'vfat', 'ext4']);
    assertVerified(report);
  });

  it('is looked at in far less than a second', async () => {
    const start = performance.now();
    await verify(good);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it('is not changed', async () => {
    await copy();
    await verify(disk);
    await runCommand('cmp', [good, disk]);
  });

  it('may have its root on LVM', async () => {
    const report = await verify(await makeLvmDisk(folder));
    expect(report.volumes.map(({ name, fileSystem }) => [name, fileSystem])).toEqual([
      ['logical volume debian-vg/root', 'ext4'],
      ['logical volume debian-vg/swap_1', 'empty'],
    ]);
    expect(report.os?.id).toBe('debian');
    expect(['marker', 'file-systems'].map((name) => resultOf(report, name as CheckName))).toEqual([
      'pass',
      'pass',
    ]);
  });

  it('needs no marker when none is expected', async () => {
    const report = await verifyDisk(good, { firmware: 'bios' });
    expect(resultOf(report, 'marker')).toBeUndefined();
  });

  it.each(['ext2', 'ext3'] as const)('may have its root on %s, with a large directory', async (type) => {
    const path = await makeBootableDisk(folder, {
      type,
      fill: async (root) => {
        await mkdir(join(root, 'etc'));
        const names = Array.from({ length: 800 }, (_, index) =>
          join(root, 'etc', `a-rather-long-file-name-${index}`),
        );
        await Promise.all(names.map((name) => writeFile(name, '')));
        await writeFile(join(root, 'etc/os-release'), `${'# padding\n'.repeat(1000)}ID=padded\n`);
      },
    });
    const report = await verify(path);
    expect(report.os?.id).toBe('padded');
    expect(report.volumes.at(-1)?.fileSystem).toBe(type);
    expect(resultOf(report, 'file-systems')).toBe('pass');
  });
});

describe('a disk that is not fit', () => {
  it('is empty', async () => {
    await writeFile(disk, '');
    await truncate(disk, 64 * MIB);
    await failsWith('disk.empty');
    await writeFile(disk, 'a text\n');
    const report = await verify(disk);
    expect(() => assertVerified(report, 'import')).toThrow(
      /no partition table\. Import the image of a whole disk.*`--no-capture`/,
    );
  });

  it('is not there', async () => {
    await expect(verify(join(folder, 'none'))).rejects.toMatchObject({ code: 'disk.not-found' });
  });

  it('has partitions without an operating system', async () => {
    await copy();
    await debugRoot(disk, 'rm /usr/lib/os-release');
    await failsWith('disk.no-os');
  });

  it('has no boot code', async () => {
    await copy();
    await patchFile(disk, 0, Buffer.alloc(440));
    await failsWith('disk.not-bootable');
  });

  it("lacks GRUB's second stage", async () => {
    await copy();
    await patchFile(disk, MIB, Buffer.alloc(SECTOR));
    await failsWith('disk.not-bootable');
  });

  it('has no loader for UEFI', async () => {
    await copy();
    const esp = `${disk}@@${ESP_AT}`;
    await runCommand('mdel', ['-i', esp, '::/EFI/BOOT/BOOTX64.EFI']);
    const report = await verify(disk, 'uefi');
    expect(resultOf(report, 'boot-loader')).toBe('unknown'); // the vendor's is left, which needs a boot entry
    await runCommand('mdel', ['-i', esp, '::/EFI/debian/shimx64.efi']);
    await failsWith('disk.not-bootable', 'uefi');
  });

  it('was cut off while its root was mounted', async () => {
    await copy();
    await debugRoot(disk, 'feature needs_recovery');
    await failsWith('disk.dirty');
  });

  it('was cut off while its EFI system partition was mounted', async () => {
    await copy();
    await patchFile(disk, ESP_AT + 0x41, Buffer.from([1]));
    await failsWith('disk.dirty');
  });

  it('has a damaged root file system', async () => {
    await copy();
    await debugRoot(disk, 'clri /var');
    await failsWith('disk.dirty');
  });

  it('was installed by another build, or not to the end', async () => {
    const report = await verify(good, 'bios', 'another token');
    expect(() => assertVerified(report)).toThrowError(expect.objectContaining({ code: 'disk.no-marker' }));
    await copy();
    await debugRoot(disk, 'rm /var/lib/kiln/installed');
    await failsWith('disk.no-marker');
  });
});

describe('what cannot be told is unknown, not passed', () => {
  it('a root file system that Kiln cannot look into', async () => {
    await copy();
    await patchFile(disk, ROOT_AT, Buffer.alloc(2048));
    await patchFile(disk, ROOT_AT, Buffer.from('XFSB'));
    const report = await verify(disk);
    expect(['os', 'marker', 'file-systems'].map((name) => resultOf(report, name as CheckName))).toEqual([
      'unknown',
      'unknown',
      'unknown',
    ]);
    assertVerified(report);
  });
});

describe("syslinux's way to start", () => {
  async function syslinuxDisk(active: boolean): Promise<void> {
    const content = Buffer.alloc(4 * MIB);
    content.write('Missing operating system.', 300, 'latin1');
    writeMbr(content, [{ type: 0x83, first: 2048, count: 2048, active }]);
    content.write('EXTLINUX', MIB + 3, 'latin1');
    await writeFile(disk, content);
  }

  it('needs an active partition', async () => {
    await syslinuxDisk(true);
    expect(resultOf(await verify(disk), 'boot-loader')).toBe('pass');
    await syslinuxDisk(false);
    expect(resultOf(await verify(disk), 'boot-loader')).toBe('fail');
  });
});

describe('a hostile disk does no harm', () => {
  it('with every byte of its structures at random', async () => {
    await copy();
    let seed = 7;
    const random = (): number => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      return seed;
    };
    for (let round = 0; round < 40; round += 1) {
      const place = [ROOT_AT + 1024, ROOT_AT + 4096, ESP_AT, SECTOR, 0][round % 5] ?? 0;
      await patchFile(disk, place + (random() % 1024), Buffer.from([random() % 256, random() % 256]));
      const report = await verifyDisk(disk, { firmware: 'uefi', expectMarker: TOKEN, fsckTimeoutMs: 0 });
      expect(report.checks).toHaveLength(5);
    }
  });

  it('with a link that points to the host', async () => {
    const path = await makeBootableDisk(folder, {
      fill: async (root) => {
        await mkdir(join(root, 'etc'));
        await runCommand('ln', ['-s', '../../../../../../etc/os-release', join(root, 'etc/os-release')]);
      },
    });
    expect(resultOf(await verify(path), 'os')).toBe('fail');
  });

  it('with escape sequences in its own name', async () => {
    const path = await makeBootableDisk(folder, {
      fill: async (root) => {
        await mkdir(join(root, 'etc'));
        await writeFile(join(root, 'etc/os-release'), 'ID=x\nPRETTY_NAME="\u001b]0;owned\u0007"\n');
      },
    });
    const report = await verify(path);
    expect(JSON.stringify(report)).not.toMatch(/\\u001b|\\u0007/);
    expect(report.os?.prettyName).toBe('?]0;owned?');
  });
});

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findIsolinux } from '../../../src/boot-image/isolinux-files.ts';
import { HostError } from '../../../src/foundation/errors.ts';
import { asKilnError } from '../../../src/foundation/system-error.ts';
import { findIpxePrograms } from '../../../src/ipxe/ipxe-programs.ts';
import { type IpxeIso, LARGEST_SCRIPT, writeIpxeIso } from '../../../src/ipxe/write-ipxe-iso.ts';
import { openIsoImage } from '../../../src/media/iso9660/iso-image.ts';
import { recogniseMedia } from '../../../src/media/recognise-media.ts';
import { isoTree } from '../../../src/media/tree/iso-tree.ts';
import { mayMount, mountSmall } from '../disk/small-mount.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-ipxe-iso-'));
  mkdirSync(join(folder, 'out'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const output = (): string => join(folder, 'out', 'boot.iso');

/** The host's program for BIOS, and for UEFI one as large as Debian 13's. */
async function isoWith(script: string): Promise<IpxeIso> {
  const programs = join(folder, 'programs');
  mkdirSync(programs);
  writeFileSync(join(programs, 'ipxe.efi'), 'autoexec.ipxe'.padEnd(1_050_000));
  return {
    programs: await findIpxePrograms([programs, '/usr/lib/ipxe', '/usr/share/ipxe']),
    isolinux: await findIsolinux(),
    firmware: ['bios', 'uefi'],
    scripts: { bios: script, uefi: script },
  };
}

it('is at most 3 MB, boots by BIOS and UEFI, is known as iPXE', async () => {
  const iso = await isoWith('#!ipxe\nshell\n'.padEnd(20_000, '#'));
  await writeIpxeIso(iso, output());
  const { size } = statSync(output());
  expect(size).toBeLessThan(3_000_000);
  const image = await openIsoImage(output());
  try {
    const facts = await recogniseMedia(isoTree(image, 'boot.iso'));
    expect(facts).toMatchObject({ family: 'ipxe', boots: { bios: true, uefi: true } });
    expect(await isoTree(image, 'boot.iso').readText('autoexec.ipxe')).toMatch(/^#!ipxe\nshell\n/);
  } finally {
    await image.close();
  }
  expect(readdirSync(join(folder, 'out'))).toEqual(['boot.iso']);
});

it('refuses a script larger than fits, and writes nothing', async () => {
  const iso = await isoWith(`#!ipxe\n${'#'.repeat(LARGEST_SCRIPT)}`);
  await expect(writeIpxeIso(iso, output())).rejects.toMatchObject({ code: 'ipxe.script-too-large' });
  expect(readdirSync(join(folder, 'out'))).toEqual([]);
});

it('removes what an earlier one that was killed has left beside the output', async () => {
  const script = `import { newOwnFolder } from ${JSON.stringify(resolve('src/foundation/own-folder.ts'))};
    await newOwnFolder(process.argv[1], '.ipxe-'); process.kill(process.pid, 'SIGKILL');`;
  const loader = ['--import', resolve('test/support/typescript-loader.js'), '--input-type=module'];
  spawnSync(process.execPath, [...loader, '--eval', script, join(folder, 'out')]);
  expect(readdirSync(join(folder, 'out'))).toEqual([expect.stringMatching(/^\.ipxe-/)]);
  await writeIpxeIso({ ...(await isoWith('#!ipxe\n')), firmware: ['bios'] }, output());
  expect(readdirSync(join(folder, 'out'))).toEqual(['boot.iso']);
});

describe.runIf(await mayMount())('a full disk', () => {
  it.each([0, 64, 600])('is told as one, with %i KiB left', async (left) => {
    const out = join(folder, 'out');
    const unmount = await mountSmall(out);
    try {
      writeFileSync(join(out, 'ballast'), Buffer.alloc((3072 - left) * 1024));
      await expect(writeIpxeIso(await isoWith('#!ipxe\n'), output())).rejects.toSatisfy(
        (error) =>
          asKilnError(error) instanceof HostError &&
          (asKilnError(error) as HostError).code === 'host.no-space',
      );
      expect(readdirSync(out)).toEqual(['ballast']);
    } finally {
      await unmount?.();
    }
  });
});

it('makes no folder for the output', async () => {
  rmSync(join(folder, 'out'), { recursive: true });
  const iso = { ...(await isoWith('#!ipxe\n')), firmware: ['bios'] } as const;
  await expect(writeIpxeIso(iso, output())).rejects.toMatchObject({ code: 'ENOENT', path: output() });
  expect(readdirSync(folder)).toEqual(['programs']);
});

it('says which package is missing, and when the program for UEFI is too old to be given a script', async () => {
  const iso = await isoWith('#!ipxe\n');
  const old = join(folder, 'old');
  mkdirSync(old);
  writeFileSync(join(old, 'ipxe.efi'), 'knows nothing of scripts');
  const none = { ...iso, programs: await findIpxePrograms([old]) };
  await expect(writeIpxeIso({ ...none, firmware: ['bios'] }, output())).rejects.toMatchObject({
    code: 'ipxe.not-installed',
    message: expect.stringContaining('Debian: package ipxe'),
  });
  await expect(writeIpxeIso({ ...none, firmware: ['uefi'] }, output())).rejects.toMatchObject({
    code: 'ipxe.no-uefi-script',
  });
  expect(readdirSync(folder).sort()).toEqual(['old', 'out', 'programs']);
});

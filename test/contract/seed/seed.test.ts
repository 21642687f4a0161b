import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openIsoImage } from '../../../src/media/iso9660/iso-image.ts';
import { runCommand } from '../../../src/process/run-command.ts';
import { appendToInitrd } from '../../../src/seed/append-to-initrd.ts';
import { createSeedIso } from '../../../src/seed/create-seed-iso.ts';

/** Things an install script may hold that shells, cpio or mkisofs might trip over. */
const HOSTILE = '#!/bin/sh\n`id` $(id) "quotes\' \\\n-o /etc/passwd\n\0\r\n{{kiln.x}} ümlaut\n';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-seed-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('appendToInitrd', () => {
  it('adds an archive that cpio unpacks over the first, at a multiple of four', async () => {
    const original = join(folder, 'initrd.gz');
    await writeFile(original, gzipSync('not looked at'));
    const { size } = await stat(original);
    await appendToInitrd(
      original,
      [
        { name: 'preseed.cfg', content: HOSTILE },
        { name: 'a/b/c', content: '1' },
      ],
      join(folder, 'out'),
    );
    const result = await readFile(join(folder, 'out'));
    expect(result.subarray(0, size).equals(await readFile(original))).toBe(true);
    const start = Math.ceil(size / 4) * 4;
    expect([...result.subarray(size, start)].every((byte) => byte === 0)).toBe(true);
    await writeFile(join(folder, 'second'), gunzipSync(result.subarray(start)));
    await mkdir(join(folder, 'x'));
    await runCommand('cpio', ['-idm', '--quiet', '-F', join(folder, 'second')], { cwd: join(folder, 'x') });
    expect(await readFile(join(folder, 'x/preseed.cfg'), 'utf8')).toBe(HOSTILE);
    expect(await readFile(join(folder, 'x/a/b/c'), 'utf8')).toBe('1');
    expect((await stat(join(folder, 'x/preseed.cfg'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'out'))).mode & 0o077).toBe(0);
  });

  it('gives the same bytes for the same input', async () => {
    await writeFile(join(folder, 'initrd'), 'abc');
    for (const name of ['one', 'two']) {
      await appendToInitrd(join(folder, 'initrd'), [{ name: 'ks.cfg', content: 'x' }], join(folder, name));
    }
    expect((await readFile(join(folder, 'one'))).equals(await readFile(join(folder, 'two')))).toBe(true);
  });

  it('refuses a name that leaves the initrd and leaves no file', async () => {
    await writeFile(join(folder, 'initrd'), 'abc');
    const attempt = appendToInitrd(
      join(folder, 'initrd'),
      [{ name: '../x', content: '' }],
      join(folder, 'out'),
    );
    await expect(attempt).rejects.toThrow(RangeError);
    expect(await readdir(folder)).toEqual(['initrd']);
  });
});

describe('createSeedIso', () => {
  it('writes label and files, and the same bytes each time', async () => {
    const seed = {
      label: 'cidata',
      files: [
        { name: 'user-data', content: HOSTILE },
        { name: 'meta-data', content: '' },
      ],
    };
    await createSeedIso(seed, join(folder, 'one.iso'));
    const second = Math.floor(Date.now() / 1000);
    // ISO 9660 knows whole seconds: a date of now would only show in the next one.
    await vi.waitUntil(() => Math.floor(Date.now() / 1000) > second, { timeout: 5000, interval: 20 });
    await createSeedIso(seed, join(folder, 'two.iso'));
    expect((await readFile(join(folder, 'one.iso'))).equals(await readFile(join(folder, 'two.iso')))).toBe(
      true,
    );
    expect((await readdir(folder)).sort()).toEqual(['one.iso', 'two.iso']);
    const image = await openIsoImage(join(folder, 'one.iso'));
    expect(image.volumeLabel).toBe('cidata');
    const record = await image.find('user-data');
    expect(record && (await image.read(record, 10_000)).toString()).toBe(HOSTILE);
    expect((await image.find('meta-data'))?.kind).toBe('file');
    await image.close();
  });

  it.each(['../x', '/etc/x', '.'])('refuses the name %s', async (name) => {
    await expect(
      createSeedIso({ label: 'OEMDRV', files: [{ name, content: '' }] }, join(folder, 's.iso')),
    ).rejects.toThrow(RangeError);
    expect(await readdir(folder)).toEqual([]);
  });
});

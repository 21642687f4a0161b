import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type IsoImage, openIsoImage } from '../../../src/media/iso9660/iso-image.ts';
import { makeIso } from './make-iso.ts';

const LONG = `a-name-that-is-far-longer-than-iso9660-allows-${'x'.repeat(180)}.cfg`;
const BIG = Buffer.alloc(3 * 2 ** 20 + 17, 'kiln');
const MANY = Object.fromEntries(
  Array.from({ length: 120 }, (_, n) => [`many/file-number-${n}.udeb`, `${n}`]),
);

let folder: string;
let path: string;
let image: IsoImage;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-iso-'));
  path = join(folder, 'test.iso');
  await makeIso(
    path,
    {
      '.disk/info': 'Debian GNU/Linux 13',
      'install.amd/vmlinuz': BIG,
      [LONG]: 'long',
      'MixedCase/File.TXT': 'mixed',
      'empty.txt': '',
      'boot.img': Buffer.alloc(2048),
      'efi.img': Buffer.alloc(4096),
      ...MANY,
    },
    {
      label: 'KILN TEST',
      links: { stable: 'install.amd', loop: 'loop', outside: '../../etc', there: 'stable/vmlinuz' },
      biosImage: 'boot.img',
      efiImage: 'efi.img',
    },
  );
  image = await openIsoImage(path);
});
afterAll(async () => {
  await image.close();
  await rm(folder, { recursive: true, force: true });
});

async function text(name: string): Promise<string | undefined> {
  const record = await image.find(name);
  return record && (await image.read(record, 1000)).toString();
}

describe('openIsoImage', () => {
  it('reads label, boot catalogue and files that xorriso wrote', async () => {
    expect(image.volumeLabel).toBe('KILN TEST');
    expect(image.boots).toEqual({ bios: true, uefi: true });
    expect(await text('.disk/info')).toBe('Debian GNU/Linux 13');
    expect(await text('/MixedCase/File.TXT')).toBe('mixed');
    expect(await text(LONG)).toBe('long');
    expect(await text('empty.txt')).toBe('');
  });

  it('lists a folder of several sectors', async () => {
    const names = (await image.list('many')).map(({ name }) => name);
    expect(names).toHaveLength(120);
    expect(await text('many/file-number-119.udeb')).toBe('119');
  });

  it('extracts a file byte for byte', async () => {
    const record = await image.find('install.amd/vmlinuz');
    expect(record?.kind).toBe('file');
    if (record) await image.extract(record, join(folder, 'vmlinuz'));
    expect((await readFile(join(folder, 'vmlinuz'))).equals(BIG)).toBe(true);
  });

  it('follows links inside the image, and only there', async () => {
    expect((await image.find('stable/vmlinuz'))?.kind).toBe('file');
    expect((await image.find('there'))?.kind).toBe('file');
    expect(await image.find('loop')).toBeUndefined();
    expect(await image.find('outside/passwd')).toBeUndefined();
  });

  it('has no file where there is none', async () => {
    expect(await image.find('install.amd/nothing')).toBeUndefined();
    expect(await image.find('empty.txt/below')).toBeUndefined();
  });

  it('reads media without Rock Ridge by their short names', async () => {
    const plain = join(folder, 'plain.iso');
    await makeIso(plain, { 'LINUX.IMG': 'kernel' }, { rockRidge: false });
    const opened = await openIsoImage(plain);
    expect((await opened.find('linux.img'))?.kind).toBe('file');
    expect(opened.boots).toEqual({ bios: false, uefi: false });
    await opened.close();
  });

  it('tells UEFI media from BIOS media', async () => {
    const uefi = join(folder, 'uefi.iso');
    await makeIso(uefi, { 'efi.img': Buffer.alloc(4096) }, { efiImage: 'efi.img' });
    const opened = await openIsoImage(uefi);
    expect(opened.boots).toEqual({ bios: false, uefi: true });
    await opened.close();
  });
});

describe('openIsoImage refuses', () => {
  const refusal = (name: string): Promise<unknown> =>
    openIsoImage(join(folder, name)).catch((error: unknown) => error);

  it('what is not there', async () => {
    expect(await refusal('none.iso')).toMatchObject({ code: 'media.not-found' });
  });

  it('an empty file', async () => {
    await writeFile(join(folder, 'empty.iso'), '');
    expect(await refusal('empty.iso')).toMatchObject({ code: 'media.empty' });
  });

  it('a disk image, and says that it is one', async () => {
    await writeFile(join(folder, 'disk.qcow2'), `QFI\xfb${'\0'.repeat(70_000)}`, 'latin1');
    const refused = await refusal('disk.qcow2');
    expect(refused).toMatchObject({ code: 'media.not-iso' });
    expect((refused as { details: { kind: string } }).details.kind).toMatch(/qcow2/);
  });

  it.each([[40_000], [1_000_000]])('an image cut to %d bytes', async (length) => {
    await writeFile(join(folder, 'cut.iso'), await readFile(path));
    await truncate(join(folder, 'cut.iso'), length);
    const refused = await refusal('cut.iso');
    const { size } = await stat(path);
    expect(refused).toMatchObject({ code: 'media.truncated', details: { got: length } });
    expect((refused as { details: { expected: number } }).details.expected).toBeLessThanOrEqual(size);
  });

  it('to be led astray by damaged folders', async () => {
    const bytes = await readFile(path);
    // The root folder's record in the primary volume descriptor: far behind the end, then of absurd length.
    bytes.writeUInt32LE(0x7fffffff, 16 * 2048 + 156 + 2);
    await writeFile(join(folder, 'damaged.iso'), bytes);
    const far = await openIsoImage(join(folder, 'damaged.iso'));
    await expect(far.find('x')).rejects.toMatchObject({ code: 'media.damaged' });
    await far.close();
    bytes.writeUInt32LE(0x7fffffff, 16 * 2048 + 156 + 10);
    await writeFile(join(folder, 'damaged.iso'), bytes);
    const long = await openIsoImage(join(folder, 'damaged.iso'));
    await expect(long.find('x')).rejects.toMatchObject({ code: 'media.damaged' });
    await long.close();
  });
});

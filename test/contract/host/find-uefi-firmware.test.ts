import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findUefiFirmware } from '../../../src/host/find-uefi-firmware.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-firmware-'));
  await Promise.all(['etc', 'usr'].map((name) => mkdir(join(folder, name))));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const find = (wellKnown: readonly (readonly [string, string])[] = []) =>
  findUefiFirmware([join(folder, 'etc'), join(folder, 'usr')], wellKnown);

async function firmwareFile(name: string, mebibytes: number): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, '');
  await truncate(path, mebibytes * 2 ** 20);
  return path;
}

async function describeFirmware(file: string, code: string, features: readonly string[] = []): Promise<void> {
  const mapping = {
    device: 'flash',
    executable: { filename: code, format: 'raw' },
    'nvram-template': { filename: await firmwareFile('vars', 1), format: 'raw' },
  };
  const targets = [{ architecture: 'x86_64', machines: ['pc-q35-*'] }];
  const text = JSON.stringify({ 'interface-types': ['uefi'], mapping, targets, features });
  await writeFile(join(folder, file), text);
}

it('prefers firmware without Secure Boot, whatever its number', async () => {
  await describeFirmware('usr/40-secure.json', await firmwareFile('secure', 4), [
    'secure-boot',
    'enrolled-keys',
  ]);
  await describeFirmware('usr/60-plain.json', await firmwareFile('plain', 4));
  expect(await find()).toMatchObject({ code: join(folder, 'plain'), secureBoot: false });
});

it('takes Secure Boot firmware without enrolled keys when there is nothing else, and says so', async () => {
  await describeFirmware('usr/40-enrolled.json', await firmwareFile('enrolled', 4), [
    'secure-boot',
    'enrolled-keys',
  ]);
  await describeFirmware('usr/50-secure.json', await firmwareFile('secure', 4), ['secure-boot']);
  expect(await find()).toMatchObject({ code: join(folder, 'secure'), secureBoot: true });
});

it('prefers 4 MiB builds', async () => {
  await describeFirmware('usr/30-small.json', await firmwareFile('small', 2));
  await describeFirmware('usr/60-large.json', await firmwareFile('large', 4));
  expect(await find()).toMatchObject({ code: join(folder, 'large') });
});

it('lets /etc replace a descriptor or switch it off', async () => {
  await describeFirmware('usr/60-plain.json', await firmwareFile('plain', 4));
  await describeFirmware('etc/60-plain.json', await firmwareFile('own', 4));
  expect(await find()).toMatchObject({ code: join(folder, 'own') });
  await writeFile(join(folder, 'etc/60-plain.json'), '');
  expect(await find()).toBeUndefined();
});

it('passes over descriptors whose firmware is gone, then looks at the usual places', async () => {
  await describeFirmware('usr/60-gone.json', join(folder, 'gone'));
  expect(await find()).toBeUndefined();
  const usual = [await firmwareFile('usual', 4), await firmwareFile('usual-vars', 1)] as const;
  expect(await find([usual])).toEqual({ code: usual[0], varsTemplate: usual[1], secureBoot: false });
});

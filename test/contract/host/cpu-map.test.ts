import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readCpuMap } from '../../../src/host/cpu-map.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-cpu-map-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("of this host's libvirt: its models, its features and what others call them, of x86 alone", async () => {
  const map = await readCpuMap();
  expect(map?.models).toEqual(expect.arrayContaining(['486', 'qemu64', 'Nehalem', 'Haswell-noTSX-IBRS']));
  expect(map?.models).not.toContain('POWER9');
  expect(map?.features).toEqual(expect.arrayContaining(['lm', 'aes', 'erms', 'la57', 'sse4.1']));
  expect(map?.features).not.toContain('sse4_1');
  expect(map?.aliases.get('sse4_1')).toBe('sse4.1');
  expect(map?.aliases.get('sse3')).toBe('pni');
});

test('nothing is known where there is none, or one of another form', async () => {
  expect(await readCpuMap(join(folder, 'nowhere'))).toBeUndefined();
  await writeFile(join(folder, 'index.xml'), '<cpus><arch name="x86"/></cpus>');
  expect(await readCpuMap(folder)).toBeUndefined();
  await writeFile(join(folder, 'index.xml'), 'not XML');
  expect(await readCpuMap(folder)).toBeUndefined();
});

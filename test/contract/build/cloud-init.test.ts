import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { buildDirectory } from '../../../src/build/build-directory.ts';
import { makeCloudInitSeed } from '../../../src/build/machine/cloud-init.ts';

const folder = mkdtempSync(join(tmpdir(), 'kiln-cloud-init-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const place = {
  seed: join(folder, 'seed.iso'),
  instanceId: 'i-1',
  directory: buildDirectory(folder, '0a1b2c3d'),
  journal: { note: () => {}, entries: () => [] } as unknown as Parameters<
    typeof makeCloudInitSeed
  >[1]['journal'],
};

test('a password of a file is told to the one who hides it, and written into no other file', async () => {
  const file = join(folder, 'password');
  writeFileSync(file, 'correct-horse\n');
  const request = { generatePassword: false, disable: false, files: { 'root-password-file': file } };
  expect(await makeCloudInitSeed(request, place)).toEqual({
    password: 'correct-horse',
    passwordFile: undefined,
  });
});

test('a generated password is told, and written where its user finds it', async () => {
  const request = { generatePassword: true, disable: false, files: {} };
  const { password, passwordFile } = await makeCloudInitSeed(request, place);
  expect(readFileSync(passwordFile ?? '', 'utf8')).toBe(`${password}\n`);
});

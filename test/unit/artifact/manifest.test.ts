import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checksumLine } from '../../../src/artifact/checksum.ts';
import { withoutFolders, writeManifest } from '../../../src/artifact/manifest.ts';
import type { Manifest } from '../../../src/artifact/manifest-schema.ts';
import { SAMPLE_MANIFEST as MANIFEST } from '../../support/sample-build.ts';

const CONFIDENTIAL = { secrets: ['hunter22', 'me'], folders: ['/home/somebody', '/'] };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-manifest-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('writes what it was given', async () => {
  const path = join(folder, 'manifest.json');
  await writeManifest(path, MANIFEST, CONFIDENTIAL);
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(MANIFEST);
  expect(await readdir(folder)).toEqual(['manifest.json']);
});

it.each([
  ['a secret', { plan: { variables: { password: 'xhunter22x' } } }, 'hunter22'],
  ['a secret as a key', { plan: { hunter22: 1 } }, 'hunter22'],
  ['a secret in a list', { plan: { a: [[{ b: 'hunter22' }]] } }, 'hunter22'],
  [
    'a folder of the machine',
    { outcome: { kind: 'completed', detail: 'see /home/somebody/log' } },
    '/home/somebody',
  ],
])('refuses %s, without repeating it', async (_what, part, text) => {
  const writing = writeManifest(join(folder, 'manifest.json'), { ...MANIFEST, ...part }, CONFIDENTIAL);
  await expect(writing).rejects.toMatchObject({ code: 'manifest.confidential' });
  await expect(writing).rejects.not.toHaveProperty('message', expect.stringContaining(text));
  expect(await readdir(folder)).toEqual([]);
});

it.each([
  ['a path as output', { outputs: [{ ...MANIFEST.outputs[0], file: '../x' }] }],
  ['an unknown field', { extra: 1 }],
  ['no output', { outputs: [] }],
  ['a wrong checksum', { outputs: [{ ...MANIFEST.outputs[0], sha256: 'x' }] }],
])('refuses %s', async (_what, part) => {
  const manifest = { ...MANIFEST, ...part } as Manifest; // wrong on purpose
  const writing = writeManifest(join(folder, 'manifest.json'), manifest, CONFIDENTIAL);
  await expect(writing).rejects.toMatchObject({ code: 'manifest.invalid' });
});

it('puts words for folders', () => {
  const plan = { a: ['/home/me/b/disk', '/home/me/x'], n: 1, none: null };
  const words = [['/home/me/b', '<build>'] as const, ['/home/me', '~'] as const];
  expect(withoutFolders(plan, words)).toEqual({ a: ['<build>/disk', '~/x'], n: 1, none: null });
});

it.each(['', '.', '/'])('leaves a text alone when a folder is %j', (folder) => {
  expect(withoutFolders({ a: 'x./y' }, [[folder, '~']])).toEqual({ a: 'x./y' });
});

it('writes checksum lines as coreutils does', () => {
  expect(checksumLine('ab', 'a b.qcow2')).toBe('ab  a b.qcow2\n');
  expect(checksumLine('ab', 'a\nb\\c')).toBe('\\ab  a\\nb\\\\c\n');
});

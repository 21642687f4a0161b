import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { outputFile } from '../../../src/foundation/output-file.ts';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'kiln-output-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string): string => join(folder, name);

it('is the path itself, for a file and where nothing is', async () => {
  writeFileSync(at('file'), '');
  for (const name of ['file', 'new']) expect(await outputFile(at(name))).toBe(at(name));
});

it('is in a folder that exists, and none is made', async () => {
  symlinkSync('no/folder/new', at('link'));
  for (const name of ['no/folder/new', 'link'])
    await expect(outputFile(at(name)), name).rejects.toMatchObject({ code: 'host.bad-path', exitCode: 3 });
  expect(existsSync(at('no'))).toBe(false);
});

it('is what links lead to, there or not', async () => {
  mkdirSync(at('there'));
  writeFileSync(at('there/file'), '');
  symlinkSync('there/file', at('one'));
  symlinkSync(at('one'), at('two'));
  symlinkSync('there/new', at('new'));
  symlinkSync('there', at('folder'));
  symlinkSync('../new', at('there/far'));
  expect(await outputFile(at('two'))).toBe(at('there/file'));
  expect(await outputFile(at('new'))).toBe(at('there/new'));
  expect(await outputFile(at('folder/far'))).toBe(at('there/new'));
});

it('is no folder, pipe or device, through a link neither', async () => {
  execFileSync('mkfifo', [at('pipe')]);
  execFileSync('mknod', [at('device'), 'c', '1', '3']);
  symlinkSync('device', at('link'));
  for (const name of ['pipe', 'device', 'link'])
    await expect(outputFile(at(name)), name).rejects.toMatchObject({ code: 'output.not-a-file' });
  await expect(outputFile(folder)).rejects.toMatchObject({ code: 'EISDIR' });
  symlinkSync('round', at('round'));
  await expect(outputFile(at('round'))).rejects.toMatchObject({ code: 'ELOOP' });
});

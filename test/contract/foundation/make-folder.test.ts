import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFolder } from '../../../src/foundation/make-folder.ts';
import { asKilnError } from '../../../src/foundation/system-error.ts';
import { runCommand } from '../../../src/process/run-command.ts';
import { mayMount } from '../disk/small-mount.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-make-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const reasonFor = async (path: string): Promise<unknown> =>
  makeFolder(path).then(
    () => 'made',
    (error: unknown) => asKilnError(error),
  );

describe('makeFolder', () => {
  it('makes what is missing with the mode, and takes what is there', async () => {
    const path = join(folder, 'a', 'b');
    await makeFolder(path, 0o700);
    expect([path, join(folder, 'a')].map((made) => statSync(made).mode & 0o777)).toEqual([0o700, 0o700]);
    mkdirSync(join(folder, 'real'));
    symlinkSync('real', join(folder, 'link'));
    await Promise.all([
      makeFolder(path),
      makeFolder(path),
      makeFolder(join(folder, 'link')),
      makeFolder('/'),
    ]);
  });

  it('ends where the file system says for ever that something is missing', async () => {
    expect(await reasonFor('/proc/nope/below/it')).toMatchObject({ code: 'host.bad-path' });
  });

  it('says what is in the way', async () => {
    writeFileSync(join(folder, 'file'), '');
    symlinkSync('nowhere/at/all', join(folder, 'dangling'));
    symlinkSync('circle', join(folder, 'circle'));
    const file = { code: 'host.bad-path', message: expect.stringContaining('is a file, not a folder') };
    expect(await reasonFor(join(folder, 'file'))).toMatchObject(file);
    expect(await reasonFor(join(folder, 'file', 'below'))).toMatchObject(file);
    const message = expect.stringContaining(join(folder, 'dangling'));
    expect(await reasonFor(join(folder, 'dangling'))).toMatchObject({ code: 'host.bad-path', message });
    expect(await reasonFor(join(folder, 'circle'))).toMatchObject({ code: 'host.bad-path' });
  });
});

const isAllowed = await mayMount();
describe.runIf(isAllowed)('makeFolder on a file system of its own', () => {
  const mounted = async (options: string, use: () => Promise<void>): Promise<void> => {
    await runCommand('mount', ['-t', 'tmpfs', '-o', options, 'kiln-test', folder]);
    try {
      await use();
    } finally {
      await runCommand('umount', [folder]);
    }
  };

  it('says that it is read-only', () =>
    mounted('ro', async () => {
      const message = expect.stringContaining('read-only');
      expect(await reasonFor(join(folder, 'a', 'b'))).toMatchObject({ code: 'host.no-permission', message });
      await makeFolder(folder);
    }));

  it('says that it has room for no more files', () =>
    mounted('nr_inodes=1', async () => {
      expect(await reasonFor(join(folder, 'a', 'b'))).toMatchObject({ code: 'host.no-space' });
    }));
});

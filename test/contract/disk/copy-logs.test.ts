import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyInstallerLogs } from '../../../src/disk/copy-logs.ts';
import { makeBootableDisk } from './bootable-disk.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-logs-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function fill(root: string): Promise<void> {
  await mkdir(join(root, 'var/log/installer/cdebconf'), { recursive: true });
  await mkdir(join(root, 'var/log/anaconda'), { recursive: true });
  await writeFile(join(root, 'var/log/installer/syslog'), 'debootstrap: no such package\n');
  await writeFile(join(root, 'var/log/installer/cdebconf/questions.dat'), 'Value: secret\n');
  await writeFile(join(root, 'var/log/installer/cdebconf/passwords.dat'), 'Value: secret\n');
  await writeFile(join(root, 'var/log/anaconda/anaconda.log'), 'ERR anaconda: no disk\n');
  await writeFile(join(root, 'var/log/wtmp'), 'not an installer log\n');
}

describe("the installer's logs on a stopped disk", () => {
  it('are copied, and neither answers with passwords nor other logs', async () => {
    const disk = await makeBootableDisk(folder, { fill });
    const target = join(folder, 'out');
    expect([...(await copyInstallerLogs(disk, target))].sort()).toEqual([
      'anaconda/anaconda.log',
      'installer/syslog',
    ]);
    expect(await readFile(join(target, 'installer/syslog'), 'utf8')).toContain('no such package');
  });

  it('are none on a disk that nothing was written to', async () => {
    const empty = join(folder, 'empty.raw');
    await writeFile(empty, Buffer.alloc(4 * 2 ** 20));
    expect(await copyInstallerLogs(empty, join(folder, 'none'))).toEqual([]);
  });
});

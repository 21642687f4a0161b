import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deviceNumber, mountPoints } from '../../../src/host/mount-points.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-mounts-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('a disk is mounted where what lies on its partitions is', async () => {
  const [sys, proc] = [join(folder, 'sys'), join(folder, 'proc')];
  const [disk, logical] = [join(sys, 'devices/vda'), join(sys, 'devices/dm-0')];
  for (const path of [join(disk, 'vda1/holders'), logical, join(sys, 'dev/block'), join(proc, 'self')])
    await mkdir(path, { recursive: true });
  await writeFile(join(disk, 'vda1/dev'), '254:1\n');
  await writeFile(join(logical, 'dev'), '252:0\n');
  await symlink(logical, join(disk, 'vda1/holders/dm-0'));
  for (const [number, path] of Object.entries({
    '254:0': disk,
    '254:1': join(disk, 'vda1'),
    '252:0': logical,
  }))
    await symlink(path, join(sys, 'dev/block', number));
  await writeFile(join(proc, 'self/mountinfo'), '27 1 252:0 / /home rw - ext4 /dev/mapper/home rw\n');
  expect(await mountPoints('254:0', { proc, sys })).toEqual(['/home']);
  expect(await mountPoints('254:9', { proc, sys })).toEqual([]);
});

test('the numbers of a device are those of the kernel', async () => {
  expect(await deviceNumber('/dev/null')).toBe('1:3');
});

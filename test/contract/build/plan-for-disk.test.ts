import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { planForDisk } from '../../../src/build/plan-for-disk.ts';
import { makeBootableDisk } from '../disk/bootable-disk.ts';

let folder: string;
let debian13: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-plan-for-disk-'));
  debian13 = await makeBootableDisk(folder);
});
afterAll(() => rm(folder, { recursive: true }));

const plan = { accelerator: 'tcg', cpu: { mode: 'maximum', features: [] } } as const;
const WITHOUT_CX16 = { mode: 'maximum', features: [{ name: 'cx16', policy: 'disable' }] };

it('an emulated machine whose disk brings Debian 13 has no cmpxchg16b, which its kernel dies at', async () => {
  expect(await planForDisk(plan, debian13)).toEqual({ ...plan, os: 'debian13', cpu: WITHOUT_CX16 });
});

it('on KVM the CPU stays as it is', async () => {
  const onKvm = { ...plan, accelerator: 'kvm' } as const;
  expect(await planForDisk(onKvm, debian13)).toEqual({ ...onKvm, os: 'debian13' });
});

it('what was asked for stays: the system, the feature', async () => {
  const named = { ...plan, os: 'debian12' };
  expect(await planForDisk(named, debian13)).toBe(named);
  const wanted = { mode: 'maximum', features: [{ name: 'cx16', policy: 'require' }] } as const;
  expect(await planForDisk({ ...plan, cpu: wanted }, debian13)).toMatchObject({ cpu: wanted });
});

it('a disk without a system changes nothing', async () => {
  const empty = join(folder, 'empty.raw');
  await writeFile(empty, '');
  await truncate(empty, 2 ** 20);
  expect(await planForDisk(plan, empty)).toBe(plan);
});

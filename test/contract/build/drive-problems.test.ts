import { link, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { driveProblems } from '../../../src/build/machine/drive-problems.ts';
import { localStorageHost } from '../../../src/build/machine/storage-host.ts';
import type { PlannedDisk } from '../../../src/storage/planned-disk.ts';
import { FakeLibvirt } from '../../fakes/fake-libvirt.ts';

const here = () => ({ ...localStorageHost(new FakeLibvirt(), { cwd: tmpdir(), env: {} }), isRemote: false });
const disk = (path: string, type: 'file' | 'block' = 'file', more: object = {}): PlannedDisk => ({
  request: { label: `--disk ${path}`, device: 'disk', readonly: false, shareable: false, ...more },
  source: { type, path },
});
const told = async (
  disks: readonly PlannedDisk[],
  host: Parameters<typeof driveProblems>[0] = { ...here(), mountPoints: async () => [] },
) => (await driveProblems(host, { disks }, { pathInUse: true })).map(({ where }) => where);

test('a disk that is written to is named once', async () => {
  expect(await told([disk('/a'), disk('/a')])).toEqual(['--disk /a']);
  expect(
    await told([disk('/a', 'file', { shareable: true }), disk('/a', 'file', { shareable: true })]),
  ).toEqual([]);
});

test('two names of one file are one disk', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-names-'));
  try {
    const at = (name: string): string => join(folder, name);
    await writeFile(at('a'), '');
    await writeFile(at('b'), '');
    await link(at('a'), at('hard'));
    await symlink(at('a'), at('soft'));
    expect(await told([disk(at('a')), disk(at('b'))])).toEqual([]);
    expect(await told([disk(at('a')), disk(at('hard')), disk(at('soft'))])).toEqual(
      [at('hard'), at('soft')].map((path) => `--disk ${path}`),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a device that is mounted here is given to no guest that could write to it', async () => {
  const host = {
    isRemote: false,
    look: async () => ({ kind: 'block' }) as const,
    identify: async (path: string) => path,
    mountPoints: async () => ['/'],
  };
  expect(await told([disk('/dev/x', 'block')], host)).toEqual(['--disk /dev/x']);
  expect(await told([disk('/dev/x', 'block', { readonly: true })], host)).toEqual([]);
});

test('the folder of a new disk is there, or is the default pool that is made with it', async () => {
  const created = (target: string, build = false): PlannedDisk => ({
    ...disk(`${target}/x.qcow2`),
    createPool: { name: 'x', target, build },
  });
  const lost = join(tmpdir(), 'kiln-no-such-folder');
  expect(await told([created(lost)])).toEqual([`--disk ${lost}/x.qcow2`]);
  expect(await told([created(process.execPath)])).toEqual([`--disk ${process.execPath}/x.qcow2`]);
  expect(await told([created(lost, true), created(tmpdir())])).toEqual([]);
});

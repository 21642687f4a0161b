import { mkdtemp, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { chainProblems } from '../../../src/build/machine/chain-problems.ts';
import { localStorageHost } from '../../../src/build/machine/storage-host.ts';
import { runCommand } from '../../../src/process/run-command.ts';
import type { PlannedDisk } from '../../../src/storage/planned-disk.ts';
import { FakeLibvirt } from '../../fakes/fake-libvirt.ts';

let folder: string;
let connection: FakeLibvirt;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-chains-'));
  connection = new FakeLibvirt({ uri: 'qemu:///session' });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (name: string): string => join(folder, name);
const image = (name: string, below?: string): Promise<unknown> =>
  runCommand('qemu-img', [
    ...['create', '-q', '-f', 'qcow2', ...(below === undefined ? [] : ['-u', '-b', below, '-F', 'qcow2'])],
    ...[at(name), '1M'],
  ]);
const disk = (name: string, more: object = {}): PlannedDisk => ({
  request: { label: `--disk ${at(name)}`, device: 'disk', readonly: false, shareable: false, ...more },
  source: { type: 'file', path: at(name), format: 'qcow2' },
});
const overlay = (name: string, below: string): PlannedDisk => ({
  ...disk(name),
  create: {
    ...{ pool: 'p', name, path: at(name), capacity: 1, allocation: 0, format: 'qcow2' },
    backing: { path: at(below), format: 'qcow2' },
  },
});
async function told(disks: readonly PlannedDisk[], pathInUse = true): Promise<string[]> {
  const elements = disks.map(
    ({ source }) => `<disk type='file'><driver type='qcow2'/><source file='${source?.path}'/></disk>`,
  );
  const final = `<domain><devices>${elements.join('')}</devices></domain>`;
  const host = localStorageHost(connection, { cwd: folder, env: { HOME: folder } });
  const problems = await chainProblems(host, { disks, final }, { pathInUse });
  return problems.map(({ where, problem }) => `${where.replace(folder, '')}: ${problem}`);
}

test('a disk whose base is gone or no image is refused with both files and the remedy', async () => {
  await image('base');
  await image('middle', 'base');
  await image('top', at('middle'));
  expect(await told([disk('top'), disk('base', { readonly: true })])).toEqual([]);
  await rename(at('base'), at('moved'));
  const lost = new RegExp(
    `^--disk /top: .*${at('base')} of ${at('middle')} does not exist; .*qemu-img rebase`,
  );
  expect(await told([disk('top')])).toEqual([expect.stringMatching(lost)]);
  expect(await told([overlay('new', 'middle')], false)).toEqual([expect.stringMatching('^--disk /new: ')]);
  await symlink(folder, at('base'));
  expect(await told([disk('top')])).toEqual([expect.stringContaining('is a folder')]);
  await rm(at('base'));
  // A pipe would wait for its writer for ever.
  await runCommand('mkfifo', [at('base')]);
  expect(await told([disk('top')])).toEqual([expect.stringContaining('is a pipe')]);
});

test('images that are each other’s base are refused, also under another name', async () => {
  await image('a', 'link');
  await image('b', 'a');
  await symlink('b', at('link'));
  expect(await told([disk('a')])).toEqual([expect.stringContaining(`back to ${at('a')}`)]);
});

test('a base that the same machine writes to has no overlay beside it', async () => {
  await image('base');
  await image('top', 'base');
  const words = /^--disk \/\w+: it is an overlay of .*base, to which --disk .*base of this machine writes;/;
  expect(await told([disk('top'), disk('base')])).toEqual([expect.stringMatching(words)]);
  expect(await told([disk('base'), overlay('new', 'base')])).toEqual([expect.stringMatching(words)]);
  expect(await told([disk('top'), disk('base')], false)).toEqual([]);
  expect(await told([overlay('new', 'base'), overlay('other', 'base')])).toEqual([]);
});

test('what a running domain writes to has no overlay; what one has that is off may', async () => {
  await image('base');
  const domain = `<domain type='test'><name>user</name><devices><disk><source file='${at('base')}'/></disk></devices></domain>`;
  const { uuid } = await connection.defineXml(domain);
  expect(await told([overlay('new', 'base')])).toEqual([]);
  await connection.start(uuid);
  const words = /base, to which the running domain user writes;.*--check path_in_use=off/;
  expect(await told([overlay('new', 'base')])).toEqual([expect.stringMatching(words)]);
  expect(await told([overlay('new', 'base')], false)).toEqual([]);
});

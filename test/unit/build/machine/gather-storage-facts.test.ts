import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { gatherStorageFacts } from '../../../../src/build/machine/gather-storage-facts.ts';
import { localStorageHost } from '../../../../src/build/machine/storage-host.ts';
import { LibvirtError } from '../../../../src/libvirt/libvirt-error.ts';
import type { StorageHost } from '../../../../src/storage/storage-host.ts';
import { parseVirtInstall } from '../../../../src/virt-install/parse-command-line.ts';
import { FakeLibvirt } from '../../../fakes/fake-libvirt.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-facts-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const host = (connection: FakeLibvirt, isRemote = false): StorageHost => ({
  connection,
  isRemote,
  cwd: folder,
  defaultTarget: folder,
  look: async () => ({ kind: 'absent' }),
  identify: async (path) => path,
  roomAt: async () => ({ id: '1', freeBytes: 0 }),
});

function optionsOf(...words: string[]) {
  const command = parseVirtInstall(words);
  if (command.kind !== 'run') throw new Error('no build');
  return command.options;
}

test('what lies in the folder of the pool that is still to be made has its names', async () => {
  writeFileSync(join(folder, 'web.qcow2'), '');
  const { defaultPool } = await gatherStorageFacts(
    host(new FakeLibvirt()),
    optionsOf('--disk', 'size=1'),
    [],
  );
  expect(defaultPool.volumes.map(({ name }) => name)).toEqual(['web.qcow2']);
});

test.each([false, true])(
  'a volume whose file was deleted behind libvirt is not there (elsewhere: %s)',
  async (isRemote) => {
    const connection = new FakeLibvirt();
    const { storage } = connection;
    await storage.definePool(`<pool type='dir'><name>p</name><target><path>/p</path></target></pool>`);
    await storage.startPool('p');
    for (const name of ['gone.qcow2', 'here.qcow2'])
      await storage.createVolume('p', `<volume><name>${name}</name><capacity>1</capacity></volume>`);
    storage.lostFiles.add('/p/gone.qcow2');
    const options = optionsOf('--disk', '/p/gone.qcow2,size=1', '--disk', 'vol=p/here.qcow2');
    const { pools, paths } = await gatherStorageFacts(host(connection, isRemote), options, []);
    expect(pools.map(({ volumes }) => volumes.map(({ name }) => name))).toEqual([['here.qcow2']]);
    expect(paths['/p/gone.qcow2']).toMatchObject({ exists: false });
  },
);

test('of another host, devices are taken as they are, and folders are looked into and left as they were', async () => {
  const connection = new FakeLibvirt();
  const options = optionsOf('--disk', '/dev/sdx', '--disk', '/far/away.img,size=1');
  const { paths } = await gatherStorageFacts(host(connection, true), options, []);
  expect(paths).toEqual({ '/far/away.img': { path: '/far/away.img', exists: false, type: 'file' } });
  expect(await connection.storage.listPools()).toEqual([]);
});

test('a link that leads to nothing stands for what is to be made at its end', async () => {
  const [end, link, other] = ['end.qcow2', 'disk', 'other'].map((name) => join(folder, name));
  if (end === undefined || link === undefined || other === undefined) throw new Error('no names');
  symlinkSync('end.qcow2', other);
  symlinkSync(other, link);
  const { look } = localStorageHost(new FakeLibvirt(), { cwd: folder, env: { HOME: folder } });
  const asked = { ...host(new FakeLibvirt()), look };
  const { paths } = await gatherStorageFacts(asked, optionsOf('--disk', `${link},size=1`), []);
  expect(paths[link]).toEqual({ path: end, exists: false, type: 'file' });
  writeFileSync(end, 'x');
  const made = await gatherStorageFacts(asked, optionsOf('--disk', link), []);
  expect(made.paths[link]).toMatchObject({ path: link, exists: true });
});

test('of a pool that cannot be started it is known why, also where a disk is to lie in its folder', async () => {
  const connection = new FakeLibvirt();
  for (const name of ['p', 'default'])
    await connection.storage.definePool(
      `<pool type='dir'><name>${name}</name><target><path>/gone/${name}</path></target></pool>`,
    );
  connection.storage.startPool = async (pool) => {
    const message = `cannot open directory '/gone/${pool}': No such file or directory\n`;
    throw new LibvirtError('virStoragePoolCreate', { code: 38, domain: 18, message });
  };
  const whyNot = async (words: string): Promise<(string | undefined)[]> => {
    const { pools } = await gatherStorageFacts(host(connection), optionsOf('--disk', words), []);
    return pools.map(({ unusable }) => unusable);
  };
  const [p, byDefault] = ['p', 'default'].map(
    (name) => `cannot open directory '/gone/${name}': No such file or directory`,
  );
  for (const words of ['pool=p,size=1', 'vol=p/x', '/gone/p/x.qcow2,size=1'])
    expect(await whyNot(words)).toEqual([p, byDefault]);
  expect(await whyNot('/elsewhere/a.qcow2,size=1')).toEqual([undefined, byDefault]);
});

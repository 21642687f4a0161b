import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { connectLibvirt } from '../../../src/libvirt/connect-libvirt.ts';
import type { LibvirtConnection } from '../../../src/libvirt/libvirt.ts';
import { LIBVIRT_ERRORS } from '../../../src/libvirt/libvirt-error.ts';
import { FakeLibvirt } from '../../fakes/fake-libvirt.ts';

const IMPLEMENTATIONS: readonly (readonly [string, () => Promise<LibvirtConnection>])[] = [
  ['libvirt (test:///default)', () => connectLibvirt('test:///default')],
  ['FakeLibvirt', async () => new FakeLibvirt()],
];

function newPool() {
  const name = `contract-${randomUUID().slice(0, 8)}`;
  const target = `/contract/${name}`;
  return {
    name,
    target,
    xml: `<pool type='dir'><name>${name}</name><target><path>${target}</path></target></pool>`,
  };
}

const volumeXml = (name: string, capacity: number): string =>
  `<volume><name>${name}</name><capacity>${capacity}</capacity><allocation>0</allocation><target><format type='raw'/></target></volume>`;

describe.each(IMPLEMENTATIONS)('storage of %s', (_name, connect) => {
  async function withPool(
    use: (connection: LibvirtConnection, pool: ReturnType<typeof newPool>) => Promise<void>,
  ): Promise<void> {
    const connection = await connect();
    const pool = newPool();
    try {
      await connection.storage.definePool(pool.xml);
      await use(connection, pool);
    } finally {
      await connection.close();
    }
  }

  test('a pool is defined, built, started, found and taken away', () =>
    withPool(async ({ storage }, { name, target }) => {
      expect((await storage.poolInfo(name)).state).toBe('inactive');
      await storage.buildPool(name);
      await storage.startPool(name);
      await storage.setPoolAutostart(name, true);
      await storage.refreshPool(name);
      const info = await storage.poolInfo(name);
      expect(info.state).toBe('running');
      expect(info.available).toBeGreaterThan(2 ** 30);
      expect((await storage.lookupPoolByName(name))?.uuid).toMatch(/^[0-9a-f-]{36}$/);
      expect(await storage.listPools()).toContainEqual(await storage.lookupPoolByName(name));
      expect(await storage.poolXml(name)).toContain(target);
      await storage.stopPool(name);
      await storage.undefinePool(name);
      expect(await storage.lookupPoolByName(name)).toBeUndefined();
    }));

  test('a volume is created, found by name and path, measured, cloned and deleted', () =>
    withPool(async ({ storage }, { name: pool, target }) => {
      await storage.startPool(pool);
      const created = await storage.createVolume(pool, volumeXml('a.img', 2 ** 20));
      expect(created).toEqual({ pool, name: 'a.img', path: `${target}/a.img` });
      expect(await storage.lookupVolume({ pool, name: 'a.img' })).toEqual(created);
      expect(await storage.lookupVolumeByPath(`${target}/a.img`)).toEqual(created);
      expect(await storage.volumeInfo(created)).toEqual({ type: 'file', capacity: 2 ** 20, allocation: 0 });
      expect(await storage.volumeXml(created)).toContain('a.img');
      const clone = await storage.cloneVolume(pool, volumeXml('b.img', 2 ** 20), created);
      expect(await storage.listVolumes(pool)).toEqual(expect.arrayContaining([created, clone]));
      await storage.deleteVolume(created);
      await storage.deleteVolume(created);
      expect(await storage.listVolumes(pool)).toEqual([clone]);
    }));

  test('what does not exist is undefined to a look-up and an error to an order', () =>
    withPool(async ({ storage }, { name: pool }) => {
      expect(await storage.lookupPoolByName('no-such-pool')).toBeUndefined();
      expect(await storage.lookupVolumeByPath('/no/such/volume')).toBeUndefined();
      expect(await storage.lookupVolume({ pool: 'no-such-pool', name: 'x' })).toBeUndefined();
      await expect(storage.startPool('no-such-pool')).rejects.toMatchObject({
        code: LIBVIRT_ERRORS.noStoragePool,
      });
      await expect(storage.createVolume(pool, volumeXml('x', 1))).rejects.toMatchObject({
        code: LIBVIRT_ERRORS.operationInvalid,
      });
      await storage.startPool(pool);
      expect(await storage.lookupVolume({ pool, name: 'x' })).toBeUndefined();
      await expect(storage.volumeInfo({ pool, name: 'x' })).rejects.toMatchObject({
        code: LIBVIRT_ERRORS.noStorageVolume,
      });
    }));
});

describe.each(IMPLEMENTATIONS)('domains of %s', (_name, connect) => {
  test('autostart, persistence and which run can be asked for', async () => {
    const connection = await connect();
    const uuid = randomUUID();
    const name = `contract-${uuid.slice(0, 8)}`;
    const xml = `<domain type='test'><name>${name}</name><uuid>${uuid}</uuid><memory unit='MiB'>64</memory><vcpu>1</vcpu><os><type arch='i686'>hvm</type></os></domain>`;
    try {
      await connection.createXml(xml);
      expect(await connection.isPersistent(uuid)).toBe(false);
      await connection.defineXml(xml);
      expect(await connection.isPersistent(uuid)).toBe(true);
      expect(await connection.getAutostart(uuid)).toBe(false);
      await connection.setAutostart(uuid, true);
      expect(await connection.getAutostart(uuid)).toBe(true);
      expect(await connection.listDomains('active')).toContainEqual({ name, uuid });
      expect(await connection.listDomains('inactive')).not.toContainEqual({ name, uuid });
      expect(await connection.getXml(uuid, { inactive: true })).toContain(name);
      await connection.destroy(uuid);
      expect(await connection.listDomains('inactive')).toContainEqual({ name, uuid });
    } finally {
      await connection.close();
    }
  });
});

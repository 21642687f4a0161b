import { describe, expect, it } from 'vitest';
import { type JournalEntry, type JournalStorage, ownedAtLibvirt } from '../../../src/build/journal.ts';
import { isStillOwn, nameOf, removeOwn } from '../../../src/build/remove-own.ts';
import { LibvirtError } from '../../../src/libvirt/libvirt-error.ts';
import { FakeLibvirt } from '../../fakes/fake-libvirt.ts';

const at = { uri: 'qemu:///system', privateDaemon: false };
const pool: JournalEntry = { kind: 'storage', storage: { kind: 'pool', pool: 'p' }, ...at };
const volume: JournalEntry = { kind: 'storage', storage: { kind: 'volume', pool: 'p', name: 'a' }, ...at };
const uuid = '11111111-2222-4333-8444-555555555555';
const domain: JournalEntry = { kind: 'domain', uuid, name: 'vm', ...at };
const names = (entries: readonly JournalEntry[]): string[] => ownedAtLibvirt(entries).map(nameOf);

describe('what a journal says is the build’s own at libvirt', () => {
  it('is taken away newest first', () => {
    expect(names([pool, volume, domain])).toEqual(['vm', 'volume p/a', 'pool p']);
  });

  it('leaves a pool for the last, also one that another build passed on', () => {
    expect(names([volume, domain, pool])).toEqual(['vm', 'volume p/a', 'pool p']);
  });

  it('names a pool once, as it was noted last', () => {
    const standing: JournalEntry = {
      kind: 'storage',
      storage: { kind: 'pool', pool: 'p', held: ['a'] },
      ...at,
    };
    expect(ownedAtLibvirt([pool, standing])).toEqual([standing]);
  });

  it('ends when the machine is handed over; what is noted later is the build’s again', () => {
    const check: JournalEntry = { ...domain, name: 'vm-check' };
    expect(names([pool, volume, domain, { kind: 'handed-over' }, check])).toEqual(['vm-check']);
  });

  it('never was what libvirt refused to make: it may be somebody else’s', () => {
    const refused: JournalEntry = { kind: 'refused', storage: { kind: 'volume', pool: 'p', name: 'a' } };
    expect(names([pool, volume, refused])).toEqual(['pool p']);
  });
});

describe('taking it away', () => {
  const define = async (metadata: string): Promise<FakeLibvirt> => {
    const connection = new FakeLibvirt();
    await connection.defineXml(`<domain><name>vm</name><uuid>${uuid}</uuid>${metadata}</domain>`);
    return connection;
  };

  it('asks for the build’s id, and without metadata for name and UUID', async () => {
    const own = await define(`<metadata><kiln:build xmlns:kiln='urn:kiln:build:1' id='b1'/></metadata>`);
    expect(await isStillOwn(own, domain, 'b1')).toBe(true);
    expect(await isStillOwn(own, domain, 'b2')).toBe(false);
    const plain = await define('');
    expect(await isStillOwn(plain, domain, 'b1')).toBe(false);
    expect(await isStillOwn(plain, { ...domain, pure: true }, 'b1')).toBe(true);
    expect(await isStillOwn(plain, { ...domain, name: 'other', pure: true }, 'b1')).toBe(false);
  });

  it('tells of a volume that libvirt does not let go, in its words', async () => {
    const connection = new FakeLibvirt();
    connection.storage.deleteVolume = async () => {
      const message = "Requested operation is not valid: volume 'a' is still being allocated.";
      throw new LibvirtError('virStorageVolDelete', { code: 55, domain: 18, message });
    };
    await expect(removeOwn(connection, volume as JournalStorage)).rejects.toMatchObject({
      code: 'host.storage',
      message: expect.stringMatching(/volume p\/a: .* is still being allocated\.$/),
    });
  });

  it('removes volumes and pools, and knows when they are gone', async () => {
    const connection = new FakeLibvirt();
    const { storage } = connection;
    await storage.definePool('<pool><name>p</name><target><path>/p</path></target></pool>');
    await storage.startPool('p');
    await storage.createVolume('p', '<volume><name>a</name><capacity>1</capacity></volume>');
    for (const entry of ownedAtLibvirt([pool, volume])) {
      expect(await isStillOwn(connection, entry, 'b1')).toBe(true);
      await removeOwn(connection, entry);
      expect(await isStillOwn(connection, entry, 'b1')).toBe(false);
    }
    expect(await storage.listPools()).toEqual([]);
  });
});

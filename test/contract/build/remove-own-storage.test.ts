import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { journalPath, writeRecord } from '../../../src/build/build-records.ts';
import {
  type JournalEntry,
  type JournalStorage,
  openJournal,
  ownedAtLibvirt,
} from '../../../src/build/journal.ts';
import { identifyAt } from '../../../src/build/machine/storage-host.ts';
import { passOnPool } from '../../../src/build/pass-on-pool.ts';
import { isStillOwn, removeOwn, whatReplaced } from '../../../src/build/remove-own.ts';
import { ownIdentity } from '../../../src/foundation/process-identity.ts';
import { connectLibvirt } from '../../../src/libvirt/connect-libvirt.ts';
import type { LibvirtConnection } from '../../../src/libvirt/libvirt.ts';
import { createStorage, type OwnStorage } from '../../../src/storage/create-storage.ts';

const GIB = 2 ** 30;
let folder = '';
let connection: LibvirtConnection;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-stray-'));
  connection = await connectLibvirt('test:///default');
});
afterEach(async () => {
  await connection.close();
  await rm(folder, { recursive: true, force: true });
});

const at = (name: string): string => join(folder, name);
const entryOf = (storage: OwnStorage): JournalStorage => ({
  kind: 'storage',
  storage,
  uri: connection.uri,
  privateDaemon: false,
});

/** Makes a disk in a folder that becomes a pool for it, and tells what is noted. */
async function makeDisk(name: string): Promise<JournalStorage[]> {
  const notes: JournalStorage[] = [];
  const path = at(name);
  const sizes = { capacity: GIB, allocation: 0 };
  const disk = {
    request: { label: '--disk', device: 'disk', readonly: false, shareable: false },
    create: { pool: 'stray', name, path, ...sizes, format: 'qcow2' },
    createPool: { name: 'stray', target: folder, build: false },
  } as const;
  const refused = ({ pool }: OwnStorage): unknown =>
    notes.splice(
      0,
      notes.length,
      ...notes.filter(({ storage }) => storage.kind !== 'pool' || storage.pool !== pool),
    );
  const host = { connection, identify: identifyAt(connection.uri) };
  await createStorage(host, [disk], { planned: (what) => notes.push(entryOf(what)), refused });
  // libvirt's test driver makes no files.
  await writeFile(path, 'content');
  return notes;
}

async function forgetPool(): Promise<void> {
  await connection.storage.stopPool('stray');
  await connection.storage.undefinePool('stray');
}

test('a volume whose pool is gone is found by its path', async () => {
  const volume = (await makeDisk('a.qcow2')).at(-1) as JournalStorage;
  await forgetPool();
  expect(await isStillOwn(connection, volume, 'b')).toBe(true);
  await removeOwn(connection, volume);
  expect(existsSync(at('a.qcow2'))).toBe(false);
  expect(await isStillOwn(connection, volume, 'b')).toBe(false);
});

test('nothing but a file of the volume’s own name is taken for it', async () => {
  const volume = (await makeDisk('a.qcow2')).at(-1) as JournalStorage;
  await forgetPool();
  await mkdir(at('b.qcow2'));
  await symlink(at('a.qcow2'), at('c.qcow2'));
  for (const [name, path] of [
    ['b.qcow2', at('b.qcow2')],
    ['c.qcow2', at('c.qcow2')],
    ['other', at('a.qcow2')],
  ] as const) {
    const entry = entryOf({ kind: 'volume', pool: 'stray', name, path });
    expect(await isStillOwn(connection, entry, 'b')).toBe(false);
  }
  // A host elsewhere has files of its own at the same paths.
  const elsewhere = { storage: connection.storage, uri: 'qemu+ssh://host/system' } as LibvirtConnection;
  expect(await isStillOwn(elsewhere, volume, 'b')).toBe(false);
});

test('a file that the user put in a volume’s place is left, and said', async () => {
  // The test driver makes none itself.
  await writeFile(at('a.qcow2'), 'made');
  const notes = await makeDisk('a.qcow2');
  const isVolume = (entry: JournalEntry): boolean =>
    entry.kind === 'storage' && entry.storage.kind === 'volume';
  const [volume, ...more] = ownedAtLibvirt(notes).filter(isVolume) as JournalStorage[];
  if (volume === undefined) throw new Error('nothing was noted');
  expect(more).toEqual([]);
  expect(await isStillOwn(connection, volume, 'b')).toBe(true);
  expect(await whatReplaced(connection, volume)).toBeUndefined();
  // As long as a guest has the old file, no other one gets its inode.
  await rename(at('a.qcow2'), at('open'));
  await writeFile(at('a.qcow2'), 'the user’s');
  expect(await isStillOwn(connection, volume, 'b')).toBe(false);
  expect(await whatReplaced(connection, volume)).toMatchObject({
    what: at('a.qcow2'),
    why: expect.stringContaining('volume stray/a.qcow2'),
  });
  await rm(at('a.qcow2'));
  expect(await whatReplaced(connection, volume)).toBeUndefined();
  expect(await isStillOwn(connection, volume, 'b')).toBe(true);
});

test('a pool that two builds use goes with the last of them', async () => {
  const state = at('state');
  const process = ownIdentity();
  const record = { directory: at('out'), process, startedAt: '2026-01-01T00:00:00.000Z', images: [] };
  for (const id of ['first', 'second']) {
    await writeRecord(state, { ...record, id, name: id, status: 'running', kept: false, unclean: false });
    const journal = openJournal(journalPath(state, id));
    for (const entry of await makeDisk(`${id}.qcow2`)) journal.note(entry);
  }
  const pools = async () => (await connection.storage.listPools()).map(({ name }) => name);
  const leave = async (id: string): Promise<(string | undefined)[]> => {
    const heirs: (string | undefined)[] = [];
    for (const entry of ownedAtLibvirt(openJournal(journalPath(state, id)).entries())) {
      const isGone = await removeOwn(connection, entry);
      if (!isGone && entry.kind === 'storage') heirs.push(await passOnPool(state, id, entry));
    }
    return heirs;
  };
  expect(await leave('first')).toEqual(['second']);
  expect(await pools()).toContain('stray');
  expect(await leave('second')).toEqual([]);
  expect(await pools()).not.toContain('stray');
});

test('a pool with volumes of no build is a user’s', async () => {
  const pool = ownedAtLibvirt(await makeDisk('a.qcow2')).at(-1) as JournalStorage;
  await mkdir(at('state'));
  expect(await removeOwn(connection, pool)).toBe(false);
  expect(await passOnPool(at('state'), 'maker', pool)).toBeUndefined();
  expect(await connection.storage.lookupPoolByName('stray')).toBeDefined();
});

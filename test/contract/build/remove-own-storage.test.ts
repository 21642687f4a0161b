import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BuildRun } from '../../../src/build/build-context.ts';
import { buildDirectory } from '../../../src/build/build-directory.ts';
import { journalPath, writeRecord } from '../../../src/build/build-records.ts';
import type { ClaimedBuild } from '../../../src/build/claim-build.ts';
import { cleanBuilds, type KeptItem } from '../../../src/build/clean-builds.ts';
import {
  type Journal,
  type JournalDomain,
  type JournalEntry,
  type JournalStorage,
  openJournal,
  ownedAtLibvirt,
} from '../../../src/build/journal.ts';
import { leaveBuild } from '../../../src/build/leave-build.ts';
import { identifyAt } from '../../../src/build/machine/storage-host.ts';
import { passOnPool } from '../../../src/build/pass-on-pool.ts';
import { isStillOwn, removeOwn, whatIsTheirs } from '../../../src/build/remove-own.ts';
import { tidyUp } from '../../../src/build/tidy-up.ts';
import { silentLogger } from '../../../src/foundation/logger.ts';
import { type Places, placesFrom } from '../../../src/foundation/places.ts';
import { ownIdentity } from '../../../src/foundation/process-identity.ts';
import type { ChosenLibvirt } from '../../../src/libvirt/choose-uri.ts';
import { connectLibvirt } from '../../../src/libvirt/connect-libvirt.ts';
import type { LibvirtConnection } from '../../../src/libvirt/libvirt.ts';
import { LibvirtError } from '../../../src/libvirt/libvirt-error.ts';
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

/** A build fails. @returns what it tells */
async function leave(notes: readonly (JournalStorage | JournalDomain)[]): Promise<string[]> {
  const told: string[] = [];
  const journal: Journal = { note: () => undefined, forget: () => undefined, entries: () => notes };
  const places = placesFrom({ HOME: folder, KILN_RUNTIME_DIR: at('run') });
  const run = {
    ...{ id: 'b', request: {}, context: { places } },
    reporter: { notice: (text: string) => told.push(text) },
  };
  await leaveBuild(
    {
      run: run as unknown as BuildRun,
      libvirt: { connection } as unknown as ChosenLibvirt,
      claimed: { journal, left: () => undefined } as unknown as ClaimedBuild,
      directory: buildDirectory(at('out'), 'b'),
    },
    'failed',
  );
  return told;
}

async function recordKilled(notes: readonly JournalStorage[]): Promise<Places> {
  const places = placesFrom({ HOME: folder, KILN_RUNTIME_DIR: at('run') });
  const dead = { process: { pid: 1, startedAt: 'another boot' }, startedAt: '2026-01-01T00:00:00.000Z' };
  const rest = { status: 'failed', images: [], kept: false, unclean: true } as const;
  await writeRecord(places.state, { id: 'b', name: 'b', directory: at('out'), ...dead, ...rest });
  for (const entry of notes) openJournal(journalPath(places.state, 'b')).note(entry);
  return places;
}

/** `kiln builds clean`, of a build that was killed. @returns what it leaves */
async function cleaned(notes: readonly JournalStorage[]): Promise<readonly KeptItem[]> {
  const places = await recordKilled(notes);
  const { kept, failed } = await cleanBuilds({ places, env: {} });
  expect(failed).toEqual([]);
  return kept;
}

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
  const owner = { id: 'b', owned: notes };
  expect(await whatIsTheirs(connection, volume, owner)).toBeUndefined();
  // As long as a guest has the old file, no other one gets its inode.
  await rename(at('a.qcow2'), at('open'));
  await writeFile(at('a.qcow2'), 'the user’s');
  expect(await isStillOwn(connection, volume, 'b')).toBe(false);
  expect(await whatIsTheirs(connection, volume, owner)).toMatchObject({
    what: at('a.qcow2'),
    why: expect.stringContaining('volume stray/a.qcow2'),
  });
  expect(await leave(notes)).toEqual([
    expect.stringMatching(`^Left alone: ${at('a.qcow2')}: .*not the file`),
  ]);
  expect(await cleaned(notes)).toMatchObject([{ what: at('a.qcow2') }]);
  expect(await readFile(at('a.qcow2'), 'utf8')).toBe('the user’s');
  await rm(at('a.qcow2'));
  expect(await whatIsTheirs(connection, volume, owner)).toBeUndefined();
  expect(await isStillOwn(connection, volume, 'b')).toBe(true);
});

const uuid = '11111111-2222-4333-8444-555555555555';
const pools = async () => (await connection.storage.listPools()).map(({ name }) => name);

/** A user's domain has a disk, and runs or is off. */
async function useDisk(path: string, more = ''): Promise<void> {
  const xml = `<domain type='test'><name>mine</name><uuid>${uuid}</uuid>${more}<memory>1024</memory><os><type>hvm</type></os>
    <devices><disk type='file'><source file='${path}'/><target dev='vda'/></disk></devices></domain>`;
  await connection.defineXml(xml);
}

describe('a disk that a domain of somebody else’s has by now', () => {
  afterEach(async () => {
    await connection.destroy(uuid);
    await connection.undefine(uuid);
    if ((await pools()).includes('stray')) await forgetPool();
  });

  test.each(['off', 'running'])('is left, and named with the domain, which is %s', async (state) => {
    const notes = await makeDisk('a.qcow2');
    await symlink(at('a.qcow2'), at('link'));
    await useDisk(at('link'));
    if (state === 'running') await connection.start(uuid);
    const what = at('a.qcow2');
    expect(await cleaned(notes)).toMatchObject([
      { what, isTheirs: true, why: expect.stringContaining('mine') },
    ]);
    expect(await leave(notes)).toEqual([
      `Left alone: ${what}: it is in use by domain mine, as ${at('link')}, which is not the build's.`,
    ]);
    expect(existsSync(what)).toBe(true);
    expect(await connection.storage.lookupVolume({ pool: 'stray', name: 'a.qcow2' })).toBeDefined();
  });

  test('is told of at the beginning of the next build', async () => {
    const places = await recordKilled(await makeDisk('a.qcow2'));
    await useDisk(at('a.qcow2'));
    const told: string[] = [];
    const reporter = { notice: (text: string) => told.push(text) };
    await tidyUp({ context: { places, env: {} }, logger: silentLogger, reporter } as unknown as BuildRun);
    expect(told).toEqual([expect.stringContaining(`${at('a.qcow2')}: it is in use by domain mine`)]);
  });

  test('goes as long as the domain is the build’s own', async () => {
    const notes = await makeDisk('a.qcow2');
    await useDisk(at('a.qcow2'), `<metadata><kiln:build xmlns:kiln='urn:kiln:build:1' id='b'/></metadata>`);
    const domain = { kind: 'domain', uuid, name: 'mine', uri: connection.uri, privateDaemon: false } as const;
    expect(await leave([...notes, domain])).toEqual([]);
    expect(await connection.lookupByUuid(uuid)).toBeUndefined();
    expect(await pools()).not.toContain('stray');
  });
});

describe('of a pool that somebody stopped', () => {
  test('a volume goes all the same, and so does the pool', async () => {
    const notes = await makeDisk('a.qcow2');
    await connection.storage.stopPool('stray');
    expect(await leave(notes)).toEqual([]);
    expect(await pools()).not.toContain('stray');
  });

  test('a volume goes by its path where the pool does not start', async () => {
    const volume = (await makeDisk('a.qcow2')).at(-1) as JournalStorage;
    await connection.storage.stopPool('stray');
    connection.storage.startPool = refuse;
    expect(await isStillOwn(connection, volume, 'b')).toBe(true);
    await removeOwn(connection, volume);
    expect(existsSync(at('a.qcow2'))).toBe(false);
    await forgetStopped();
  });

  test('a volume that cannot be looked for is named, in libvirt’s words', async () => {
    const notes = await makeDisk('a.qcow2');
    await connection.storage.stopPool('stray');
    connection.storage.startPool = refuse;
    await rm(at('a.qcow2'));
    expect(await leave(notes)).toEqual([
      expect.stringMatching(/could not remove the volume stray\/a\.qcow2: no/),
    ]);
    await forgetStopped();
  });

  const refuse = async (): Promise<never> => {
    throw new LibvirtError('virStoragePoolCreate', { code: 55, domain: 18, message: 'no' });
  };
  const forgetStopped = () => connection.storage.undefinePool('stray');
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

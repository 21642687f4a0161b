import { randomBytes } from 'node:crypto';
import { dirname, isAbsolute, resolve } from 'node:path';
import { LibvirtError } from '../../libvirt/libvirt-error.ts';
import type { StorageVolumeRef } from '../../libvirt/storage.ts';
import { readVolumes, volumeFacts } from '../../storage/read-volumes.ts';
import type { StorageHost } from '../../storage/storage-host.ts';
import { poolXml, readPool, type VolumeFacts } from '../../storage/storage-xml.ts';
import type { GuestFacts, PoolFact, StorageFact } from '../../virt-install/guest/guest-facts.ts';
import { given, usesOf, type VirtInstallOptions } from '../../virt-install/virt-install-options.ts';
import { localPool } from '../print-guest/storage-facts.ts';

export type StorageFacts = Pick<GuestFacts, 'pools' | 'paths' | 'defaultPool'> & {
  /** Those of the pools whose volumes were read. */
  readonly readPools: readonly PoolFact[];
};

/**
 * What libvirt and this machine have at the places the options name. Pools that matter are started and refreshed, since libvirt notices a
 * change only then; of the others only name and folder are told.
 */
export async function gatherStorageFacts(
  host: StorageHost,
  options: VirtInstallOptions,
  more: readonly string[],
): Promise<StorageFacts> {
  const typed = namedPlaces(host, options, more);
  const named = { ...typed, paths: new Set([...typed.paths, ...(await missingTargets(host, typed.paths))]) };
  const pools: PoolFact[] = [];
  const readPools: PoolFact[] = [];
  for (const { name } of await host.connection.storage.listPools()) {
    const pool = await factsOfPool(host, name, named);
    pools.push(pool.facts);
    if (pool.isRead) readPools.push(pool.facts);
  }
  const inPools = pools.flatMap((pool) => pool.volumes).map((volume) => [volume.path, volume] as const);
  const paths: [string, StorageFact][] = [];
  for (const path of named.paths) {
    const fact = await factOfPath(host, path, pools);
    if (fact !== undefined) paths.push([path, fact]);
  }
  const known =
    pools.find(({ name }) => name === 'default') ?? pools.find(({ path }) => path === host.defaultTarget);
  const defaultPool = known ?? poolToMake(host);
  return { pools, readPools, defaultPool, paths: Object.fromEntries([...paths, ...inPools]) };
}

/** The pool `default` that the build makes; what lies in its folder already are its volumes then. */
function poolToMake({ isRemote, defaultTarget }: StorageHost): PoolFact {
  const pool = { name: 'default', path: defaultTarget, type: 'dir' };
  return isRemote ? { ...pool, volumes: [] } : localPool(pool);
}

type Places = {
  readonly pools: ReadonlySet<string>;
  readonly paths: ReadonlySet<string>;
};

const isUrl = (path: string): boolean => /^[a-z]+(?:\+[a-z]+)?:\/\//i.test(path);

function namedPlaces(host: StorageHost, options: VirtInstallOptions, more: readonly string[]): Places {
  const disks = usesOf(options, 'disk');
  const texts = disks.flatMap((use) => [
    given(use, 'path'),
    given(use, 'source.file'),
    given(use, 'source.dev'),
    given(use, 'backing_store'),
  ]);
  const paths = [...texts, ...more].filter((path) => path !== undefined && !isUrl(path));
  const pools = disks.flatMap((use) => [
    given(use, 'pool'),
    given(use, 'vol')?.split('/')[0],
    given(use, 'source.pool'),
  ]);
  const absolute = (path: string): string => (isAbsolute(path) ? path : resolve(host.cwd, path));
  return {
    pools: new Set([...pools.filter((pool) => pool !== undefined), 'default']),
    paths: new Set(paths.map((path) => absolute(path ?? ''))),
  };
}

/** What links of this machine lead to that is to be made. */
async function missingTargets(host: StorageHost, paths: ReadonlySet<string>): Promise<string[]> {
  if (host.isRemote) return [];
  const targets: string[] = [];
  for (const path of paths) {
    const found = await host.look(path);
    if (found.kind === 'absent' && found.target !== undefined) targets.push(found.target);
  }
  return targets;
}

async function factsOfPool(
  host: StorageHost,
  name: string,
  { pools, paths }: Places,
): Promise<{ readonly facts: PoolFact; readonly isRead: boolean }> {
  const { storage } = host.connection;
  const { type, target = '' } = readPool(await storage.poolXml(name));
  const matters = pools.has(name) || [...paths].some((path) => dirname(path) === target);
  if (!matters) return { facts: { name, path: target, type, volumes: [] }, isRead: false };
  try {
    if ((await storage.poolInfo(name)).state === 'inactive') await storage.startPool(name);
    await storage.refreshPool(name);
  } catch (cause) {
    if (!(cause instanceof LibvirtError)) throw cause;
    const facts = { name, path: target, type, unusable: cause.message.trim(), volumes: [] };
    return { facts, isRead: false };
  }
  const volumes = (await readVolumes(storage, name)).map(({ volume, facts }) => ({
    name: volume.name,
    ...storageFact(volume, facts),
  }));
  return { facts: { name, path: target, type, volumes }, isRead: true };
}

/** undefined when no file is there, whatever libvirt remembers. */
async function lookAtVolume(
  { connection: { storage } }: StorageHost,
  path: string,
): Promise<StorageFact | undefined> {
  const volume = await storage.lookupVolumeByPath(path);
  const facts = volume && (await volumeFacts(storage, volume));
  return facts && storageFact(volume, facts);
}

/** A volume that is there, as libvirt has it. */
export function storageFact(
  volume: Pick<StorageVolumeRef, 'path'>,
  { type, format, backingStore }: VolumeFacts,
): StorageFact {
  const kind = type === 'block' || type === 'dir' || type === 'network' ? type : 'file';
  return {
    path: volume.path,
    exists: true,
    type: kind,
    ...(format === undefined ? {} : { format }),
    ...(backingStore === undefined ? {} : { backingStore }),
  };
}

/** undefined where nobody can tell: a device of another host. */
async function factOfPath(
  host: StorageHost,
  path: string,
  pools: readonly PoolFact[],
): Promise<StorageFact | undefined> {
  if (host.isRemote) {
    const found = await lookAtVolume(host, path);
    if (found !== undefined) return found;
    if (path.startsWith('/dev/')) return undefined;
    const isInPool = pools.some((pool) => pool.path === dirname(path));
    return isInPool ? { path, exists: false, type: 'file' } : factInFolder(host, path);
  }
  const found = await host.look(path);
  switch (found.kind) {
    case 'absent':
      return { path: found.target ?? path, exists: false, type: 'file' };
    case 'file':
      return { path, exists: true, type: 'file', format: found.format };
    case 'other':
      return { path, exists: true, type: 'file', format: 'raw' };
    default:
      return { path, exists: true, type: found.kind };
  }
}

/**
 * A file of another host that is in no pool: its folder is a pool for as long as it is looked at. virt-install makes a pool of it for good,
 * and so does the build when it makes a volume there.
 */
async function factInFolder(host: StorageHost, path: string): Promise<StorageFact> {
  const { storage } = host.connection;
  const absent: StorageFact = { path, exists: false, type: 'file' };
  const name = `kiln-look-${randomBytes(4).toString('hex')}`;
  await storage.definePool(poolXml({ name, target: dirname(path), build: false }));
  try {
    await storage.startPool(name);
  } catch (error) {
    // There is no such folder, or libvirt may not look into it: what it would say of a volume there.
    if (!(error instanceof LibvirtError)) throw error;
    await storage.undefinePool(name);
    return absent;
  }
  try {
    return (await lookAtVolume(host, path)) ?? absent;
  } finally {
    await storage.stopPool(name);
    await storage.undefinePool(name);
  }
}

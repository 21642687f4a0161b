import type { Stats } from 'node:fs';
import { lstat, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { LibvirtConnection } from '../libvirt/libvirt.ts';
import type { VolumeName } from '../libvirt/storage.ts';
import { type OwnStorage, startUnlessRunning, volumesIn } from './create-storage.ts';
import { domainsOn } from './path-users.ts';
import type { StorageHost } from './storage-host.ts';

type Host = Pick<StorageHost, 'connection' | 'isRemote' | 'identify'>;
type OwnVolume = Extract<OwnStorage, { kind: 'volume' }>;

/** Whether there is something to take back. */
export async function isStorageThere(host: Host, what: OwnStorage): Promise<boolean> {
  const { storage } = host.connection;
  if (what.kind === 'pool') return (await storage.lookupPoolByName(what.pool)) !== undefined;
  if ((await replacementOf(host, what)) !== undefined) return false;
  if ((await findStray(host, what)) !== undefined) return true;
  return (await isPoolOpen(host, what)) && (await storage.lookupVolume(what)) !== undefined;
}

/** @returns path of what somebody put in the place of a volume's file: it is theirs */
export async function replacementOf(
  { identify }: Pick<StorageHost, 'identify'>,
  what: OwnStorage,
): Promise<string | undefined> {
  if (what.kind === 'pool' || what.path === undefined || what.file === undefined) return undefined;
  const found = await identify(what.path);
  // Of a path where nothing is, that is the path itself.
  return found === what.path || found === what.file ? undefined : what.path;
}

/** Domains other than `own` that have a volume as their disk by now, itself or below an overlay. */
export async function usersOfOwn(
  host: Pick<StorageHost, 'connection' | 'identify'>,
  what: OwnStorage,
  own: readonly string[],
): Promise<string[]> {
  return what.kind === 'pool' || what.path === undefined ? [] : domainsOn(host, what.path, own);
}

/**
 * Takes back what `createStorage` made; no error for what is gone. A pool is only forgotten: its folder and files stay. One that has got
 * volumes of others since is left: another build uses it.
 * @returns false for such a pool
 */
export async function removeOwnStorage(host: Host, what: OwnStorage): Promise<boolean> {
  const { storage } = host.connection;
  if (what.kind === 'pool') return removePool(host.connection, what);
  const stray = (await isPoolOpen(host, what)) ? undefined : await findStray(host, what);
  if (typeof stray === 'string') await rm(stray, { force: true });
  else await storage.deleteVolume(stray ?? what);
  return true;
}

async function removePool(
  { storage }: LibvirtConnection,
  { pool, held = [] }: Extract<OwnStorage, { kind: 'pool' }>,
): Promise<boolean> {
  if ((await storage.lookupPoolByName(pool)) === undefined) return true;
  const { state } = await storage.poolInfo(pool);
  if (state === 'running' && (await volumesIn(storage, pool)).some((name) => !held.includes(name)))
    return false;
  if (state !== 'inactive') await storage.stopPool(pool);
  await storage.undefinePool(pool);
  return true;
}

/**
 * Whether the pool of a volume can be asked; one that somebody stopped is started for it.
 * @throws LibvirtError of a pool that cannot be started and may still hold the volume
 */
async function isPoolOpen({ connection: { storage }, isRemote }: Host, volume: OwnVolume): Promise<boolean> {
  if ((await storage.lookupPoolByName(volume.pool)) === undefined) return false;
  try {
    await startUnlessRunning(storage, volume.pool);
    return true;
  } catch (error) {
    if (isRemote || volume.path === undefined) throw error;
    // Its file is found by its path, or went with the folder.
    const isLost =
      (await kindOf(volume.path)) === undefined && (await kindOf(dirname(volume.path))) !== undefined;
    if (isLost) throw error;
    return false;
  }
}

/** A volume whose pool was removed or stopped by somebody else: it is in another pool of that folder or, on this host, a file of the folder alone. */
async function findStray(
  { connection: { storage }, isRemote }: Host,
  { pool, name, path }: OwnVolume,
): Promise<VolumeName | string | undefined> {
  if (path === undefined || basename(path) !== name) return undefined;
  const isDefined = (await storage.lookupPoolByName(pool)) !== undefined;
  if (isDefined && (await storage.poolInfo(pool)).state === 'running') return undefined;
  const known = await storage.lookupVolumeByPath(path);
  if (known !== undefined || isRemote) return known;
  return (await kindOf(path))?.isFile() ? path : undefined;
}

const kindOf = (path: string): Promise<Stats | undefined> =>
  lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
    return undefined;
  });

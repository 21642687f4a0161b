import { lstat, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { LibvirtConnection } from '../libvirt/libvirt.ts';
import type { VolumeName } from '../libvirt/storage.ts';
import { type OwnStorage, volumesIn } from './create-storage.ts';
import type { StorageHost } from './storage-host.ts';

type Host = Pick<StorageHost, 'connection' | 'isRemote' | 'identify'>;
type OwnVolume = Extract<OwnStorage, { kind: 'volume' }>;

/** Whether there is something to take back. */
export async function isStorageThere(host: Host, what: OwnStorage): Promise<boolean> {
  const { storage } = host.connection;
  if (what.kind === 'pool') return (await storage.lookupPoolByName(what.pool)) !== undefined;
  if ((await replacementOf(host, what)) !== undefined) return false;
  return (await storage.lookupVolume(what)) !== undefined || (await findStray(host, what)) !== undefined;
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

/**
 * Takes back what `createStorage` made; no error for what is gone. A pool is only forgotten: its folder and files stay. One that has got
 * volumes of others since is left: another build uses it.
 * @returns false for such a pool
 */
export async function removeOwnStorage(host: Host, what: OwnStorage): Promise<boolean> {
  const { storage } = host.connection;
  if (what.kind === 'pool') return removePool(host.connection, what);
  const stray = await findStray(host, what);
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

/** A volume whose pool was removed by somebody else: it is in another pool of that folder or, on this host, a file of the folder alone. */
async function findStray(
  { connection: { storage }, isRemote }: Host,
  { pool, name, path }: OwnVolume,
): Promise<VolumeName | string | undefined> {
  if (path === undefined || basename(path) !== name) return undefined;
  if ((await storage.lookupPoolByName(pool)) !== undefined) return undefined;
  const known = await storage.lookupVolumeByPath(path);
  if (known !== undefined || isRemote) return known;
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
    return undefined;
  });
  return found?.isFile() ? path : undefined;
}

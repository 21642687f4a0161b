import type { LibvirtConnection } from '../libvirt/libvirt.ts';
import type { LibvirtStorage, VolumeName } from '../libvirt/storage.ts';
import type { NewPool, NewVolume, PlannedDisk } from './planned-disk.ts';
import type { StorageHost } from './storage-host.ts';
import { poolXml, readPool, readVolume, volumeXml } from './storage-xml.ts';

/** Something of libvirt's storage that this build makes. */
export type OwnStorage =
  /** `held`: volumes that lay in its folder when it was made; undefined until that is known. */
  | { readonly kind: 'pool'; readonly pool: string; readonly held?: readonly string[] }
  /**
   * `path`: where its file will be, by which it is found when its pool is gone. `file`: what was made there, so that nothing else that is put
   * there later is taken for it; undefined until it is made, and where nobody can tell.
   */
  | ({ readonly kind: 'volume'; readonly path?: string; readonly file?: string } & VolumeName);

export type StorageNotes = {
  /** Called before each creation, and once more of what stands: a pool with what it held, a volume with its file. */
  planned(what: OwnStorage): void;
  /** It was refused, so nothing of that name is this build's. */
  refused(what: OwnStorage): void;
};

/**
 * Makes the pools and volumes the plan is short of, through libvirt, so on whatever host the connection leads to.
 * @throws LibvirtError; what was made so far stays, as noted
 */
export async function createStorage(
  { connection, identify }: Pick<StorageHost, 'connection' | 'identify'>,
  disks: readonly PlannedDisk[],
  notes: StorageNotes,
): Promise<void> {
  const pools = new Map(
    disks.flatMap(({ createPool }) => (createPool ? [[createPool.name, createPool]] : [])),
  );
  for (const pool of pools.values()) {
    const own: OwnStorage = { kind: 'pool', pool: pool.name };
    await noted(notes, own, async () => {
      if ((await makePool(connection, pool)) === 'theirs') notes.refused(own);
      else notes.planned({ ...own, held: await volumesIn(connection.storage, pool.name) });
    });
  }
  for (const { create } of disks) {
    if (create === undefined) continue;
    const { pool, name, path } = create;
    const own: OwnStorage = { kind: 'volume', pool, name, path };
    await noted(notes, own, () => makeVolume(connection, create));
    const file = await identify(path);
    if (file !== path) notes.planned({ ...own, file });
  }
}

async function noted(notes: StorageNotes, what: OwnStorage, make: () => Promise<void>): Promise<void> {
  notes.planned(what);
  try {
    await make();
  } catch (error) {
    notes.refused(what);
    throw error;
  }
}

/** Another build may have made a pool of the same folder since this one looked; then theirs is used, and stays theirs. */
async function makePool({ storage }: LibvirtConnection, pool: NewPool): Promise<'own' | 'theirs'> {
  try {
    await storage.definePool(poolXml(pool));
  } catch (error) {
    const isThere = (await storage.lookupPoolByName(pool.name)) !== undefined;
    if (!isThere || readPool(await storage.poolXml(pool.name)).target !== pool.target) throw error;
    await startUnlessRunning(storage, pool.name);
    return 'theirs';
  }
  try {
    if (pool.build) await storage.buildPool(pool.name);
    await startUnlessRunning(storage, pool.name);
    await storage.setPoolAutostart(pool.name, true);
  } catch (error) {
    await storage.undefinePool(pool.name);
    throw error;
  }
  return 'own';
}

export const volumesIn = async (storage: LibvirtStorage, pool: string): Promise<string[]> =>
  (await storage.listVolumes(pool)).map(({ name }) => name);

/** Two builds may start the same pool. */
export async function startUnlessRunning(storage: LibvirtStorage, pool: string): Promise<void> {
  try {
    await storage.startPool(pool);
  } catch (error) {
    if ((await storage.poolInfo(pool)).state !== 'running') throw error;
  }
}

async function makeVolume(connection: LibvirtConnection, volume: NewVolume): Promise<void> {
  const complete = await withBackingFormat(connection, volume);
  // libvirt's test driver takes no flags.
  const takesFlags = !connection.uri.startsWith('test:');
  const preallocateMetadata = takesFlags && volume.format === 'qcow2' && volume.backing === undefined;
  await connection.storage.createVolume(volume.pool, volumeXml(complete), { preallocateMetadata });
}

/** libvirt would take an overlay's backing file for raw, or refuse, when nobody says what it is. */
async function withBackingFormat({ storage }: LibvirtConnection, volume: NewVolume): Promise<NewVolume> {
  const { backing } = volume;
  if (backing === undefined || backing.format !== undefined) return volume;
  const known = await storage.lookupVolumeByPath(backing.path);
  const format = known && readVolume(await storage.volumeXml(known)).format;
  return format === undefined ? volume : { ...volume, backing: { ...backing, format } };
}

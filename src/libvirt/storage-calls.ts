import type { Call } from './domain-calls.ts';
import { hasCode, isPoolBusy, LIBVIRT_ERRORS, noStorage, unless } from './libvirt-error.ts';
import type { LibvirtLibrary } from './libvirt-library.ts';
import { uuidText } from './libvirt-runtime.ts';
import {
  type ConnectionHandle,
  freeNative,
  type Handle,
  type Out,
  type PoolHandle,
  readPointers,
  type VolumeHandle,
} from './native.ts';
import type {
  LibvirtStorage,
  StoragePoolInfo,
  StoragePoolRef,
  StorageVolumeInfo,
  StorageVolumeRef,
  VolumeName,
} from './storage.ts';
import type { NativePoolInfo, NativeVolumeInfo } from './storage-library.ts';
import { downloadFile, type Transfer, uploadFile } from './transfer-volume.ts';

/** virStoragePoolState. */
const POOL_STATES = ['inactive', 'building', 'running', 'degraded', 'inaccessible'] as const;
/** virStorageVolType. */
const VOLUME_TYPES = ['file', 'block', 'dir', 'network', 'netdir', 'ploop'] as const;
const BUILD_NEW = 0; // VIR_STORAGE_POOL_BUILD_NEW
const PREALLOC_METADATA = 1; // VIR_STORAGE_VOL_CREATE_PREALLOC_METADATA

type PoolOrder = 'virStoragePoolBuild' | 'virStoragePoolCreate' | 'virStoragePoolRefresh';

/** The calls behind `LibvirtConnection.storage`; see storage.ts for their meaning. */
export class StorageCalls implements LibvirtStorage {
  readonly #library: LibvirtLibrary;
  readonly #connection: ConnectionHandle;
  readonly #call: Call;

  constructor(library: LibvirtLibrary, connection: ConnectionHandle, call: Call) {
    this.#library = library;
    this.#connection = connection;
    this.#call = call;
  }

  async listPools(): Promise<readonly StoragePoolRef[]> {
    const pools = this.#list<'virStoragePool', StoragePoolRef>(
      'virConnectListAllStoragePools',
      (array) => this.#library.virConnectListAllStoragePools.blocking(this.#connection, array, 0),
      async (pool) => this.#releasePool(pool),
    );
    return pools.catch((error: unknown) => {
      throw hasCode(error, LIBVIRT_ERRORS.noSupport) ? noStorage(error) : error;
    });
  }

  lookupPoolByName(name: string): Promise<StoragePoolRef | undefined> {
    return unlessAbsent(async () => this.#releasePool(await this.#findPool(name)));
  }

  poolInfo(pool: string): Promise<StoragePoolInfo> {
    return this.#withPool(pool, async (handle) => {
      const info: NativePoolInfo = {};
      await this.#call('virStoragePoolGetInfo', () =>
        this.#library.virStoragePoolGetInfo.blocking(handle, info),
      );
      return {
        state: POOL_STATES[Number(info.state)] ?? 'inaccessible',
        capacity: Number(info.capacity),
        allocation: Number(info.allocation),
        available: Number(info.available),
      };
    });
  }

  poolXml(pool: string): Promise<string> {
    const name = 'virStoragePoolGetXMLDesc';
    return this.#withPool(pool, (handle) => this.#call(name, () => this.#library[name].blocking(handle, 0)));
  }

  async definePool(xml: string): Promise<StoragePoolRef> {
    const name = 'virStoragePoolDefineXML';
    return this.#releasePool(
      await this.#call(name, () => this.#library[name].blocking(this.#connection, xml, 0)),
    );
  }

  buildPool(pool: string): Promise<void> {
    return this.#order(pool, 'virStoragePoolBuild', BUILD_NEW);
  }

  startPool(pool: string): Promise<void> {
    return this.#order(pool, 'virStoragePoolCreate');
  }

  async refreshPool(pool: string): Promise<void> {
    try {
      await this.#order(pool, 'virStoragePoolRefresh');
    } catch (error) {
      if (!isPoolBusy(error)) throw error;
    }
  }

  async setPoolAutostart(pool: string, autostart: boolean): Promise<void> {
    const name = 'virStoragePoolSetAutostart';
    await this.#withPool(pool, (handle) =>
      this.#call(name, () => this.#library[name].blocking(handle, autostart ? 1 : 0)),
    );
  }

  async stopPool(pool: string): Promise<void> {
    await this.#withPool(pool, (handle) =>
      this.#call('virStoragePoolDestroy', () => this.#library.virStoragePoolDestroy.blocking(handle)),
    );
  }

  async undefinePool(pool: string): Promise<void> {
    await this.#withPool(pool, (handle) =>
      this.#call('virStoragePoolUndefine', () => this.#library.virStoragePoolUndefine.blocking(handle)),
    );
  }

  listVolumes(pool: string): Promise<readonly StorageVolumeRef[]> {
    return this.#withPool(pool, (handle) =>
      this.#list<'virStorageVol', StorageVolumeRef>(
        'virStoragePoolListAllVolumes',
        (array) => this.#library.virStoragePoolListAllVolumes.blocking(handle, array, 0),
        (volume) => this.#releaseVolume(volume, pool),
      ),
    );
  }

  lookupVolume({ pool, name }: VolumeName): Promise<StorageVolumeRef | undefined> {
    return unlessAbsent(() =>
      this.#withPool(pool, async (handle) => this.#releaseVolume(await this.#findVolume(handle, name), pool)),
    );
  }

  lookupVolumeByPath(path: string): Promise<StorageVolumeRef | undefined> {
    const name = 'virStorageVolLookupByPath';
    return unlessAbsent(async () => {
      const volume = await this.#call(name, () => this.#library[name].blocking(this.#connection, path));
      const pool = await this.#call('virStoragePoolLookupByVolume', () =>
        this.#library.virStoragePoolLookupByVolume.blocking(volume),
      );
      return this.#releaseVolume(volume, this.#releasePool(pool).name);
    });
  }

  volumeInfo(volume: VolumeName): Promise<StorageVolumeInfo> {
    return this.#withVolume(volume, async (handle) => {
      const info: NativeVolumeInfo = {};
      await this.#call('virStorageVolGetInfo', () =>
        this.#library.virStorageVolGetInfo.blocking(handle, info),
      );
      return {
        type: VOLUME_TYPES[Number(info.type)] ?? 'file',
        capacity: Number(info.capacity),
        allocation: Number(info.allocation),
      };
    });
  }

  volumeXml(volume: VolumeName): Promise<string> {
    const name = 'virStorageVolGetXMLDesc';
    return this.#withVolume(volume, (handle) =>
      this.#call(name, () => this.#library[name].blocking(handle, 0)),
    );
  }

  createVolume(
    pool: string,
    xml: string,
    options: { readonly preallocateMetadata?: boolean } = {},
  ): Promise<StorageVolumeRef> {
    const flags = options.preallocateMetadata ? PREALLOC_METADATA : 0;
    const name = 'virStorageVolCreateXML';
    return this.#withPool(pool, async (handle) =>
      this.#releaseVolume(
        await this.#call(name, () => this.#library[name].blocking(handle, xml, flags)),
        pool,
      ),
    );
  }

  cloneVolume(pool: string, xml: string, from: VolumeName): Promise<StorageVolumeRef> {
    const name = 'virStorageVolCreateXMLFrom';
    return this.#withVolume(from, (source) =>
      this.#withPool(pool, async (handle) =>
        this.#releaseVolume(
          await this.#call(name, () => this.#library[name].blocking(handle, xml, source, 0)),
          pool,
        ),
      ),
    );
  }

  async uploadVolume(volume: VolumeName, path: string): Promise<void> {
    await this.#withVolume(volume, (handle) => uploadFile(this.#transfer(handle), path));
  }

  async downloadVolume(volume: VolumeName, path: string): Promise<void> {
    await this.#withVolume(volume, (handle) => downloadFile(this.#transfer(handle), path));
  }

  async deleteVolume(volume: VolumeName): Promise<void> {
    const name = 'virStorageVolDelete';
    await unlessAbsent(() =>
      this.#withVolume(volume, (handle) => this.#call(name, () => this.#library[name].blocking(handle, 0))),
    );
  }

  #transfer(volume: VolumeHandle): Transfer {
    return { library: this.#library, connection: this.#connection, volume, call: this.#call };
  }

  async #order(pool: string, name: PoolOrder, flags = 0): Promise<void> {
    await this.#withPool(pool, (handle) =>
      this.#call(name, () => this.#library[name].blocking(handle, flags)),
    );
  }

  async #list<Kind extends string, Item>(
    name: string,
    ask: (array: Out<bigint>) => Promise<number>,
    read: (handle: Handle<Kind>) => Promise<Item>,
  ): Promise<readonly Item[]> {
    const array: Out<bigint> = [null];
    const count = await this.#call(name, () => ask(array));
    if (array[0] === null) return [];
    const handles = readPointers<Kind>(array[0], count);
    freeNative(array[0]);
    const items: Item[] = [];
    for (const handle of handles) items.push(await read(handle));
    return items;
  }

  #findPool(name: string): Promise<PoolHandle> {
    return this.#call('virStoragePoolLookupByName', () =>
      this.#library.virStoragePoolLookupByName.blocking(this.#connection, name),
    );
  }

  #findVolume(pool: PoolHandle, name: string): Promise<VolumeHandle> {
    return this.#call('virStorageVolLookupByName', () =>
      this.#library.virStorageVolLookupByName.blocking(pool, name),
    );
  }

  async #withPool<Result>(name: string, use: (pool: PoolHandle) => Promise<Result>): Promise<Result> {
    const pool = await this.#findPool(name);
    try {
      return await use(pool);
    } finally {
      this.#library.virStoragePoolFree(pool);
    }
  }

  #withVolume<Result>(
    { pool, name }: VolumeName,
    use: (volume: VolumeHandle) => Promise<Result>,
  ): Promise<Result> {
    return this.#withPool(pool, async (handle) => {
      const volume = await this.#findVolume(handle, name);
      try {
        return await use(volume);
      } finally {
        this.#library.virStorageVolFree(volume);
      }
    });
  }

  #releasePool(pool: PoolHandle): StoragePoolRef {
    const uuid = uuidText((text) => this.#library.virStoragePoolGetUUIDString(pool, text));
    const ref = { name: this.#library.virStoragePoolGetName(pool) ?? '', uuid };
    this.#library.virStoragePoolFree(pool);
    return ref;
  }

  /** The path is asked of the host of the connection. */
  async #releaseVolume(volume: VolumeHandle, pool: string): Promise<StorageVolumeRef> {
    try {
      const name = this.#library.virStorageVolGetName(volume) ?? '';
      const path = await this.#call('virStorageVolGetPath', () =>
        this.#library.virStorageVolGetPath.blocking(volume),
      );
      return { pool, name, path };
    } finally {
      this.#library.virStorageVolFree(volume);
    }
  }
}

const unlessAbsent = <Result>(attempt: () => Promise<Result>): Promise<Result | undefined> =>
  unless([LIBVIRT_ERRORS.noStoragePool, LIBVIRT_ERRORS.noStorageVolume], attempt);

import { randomUUID } from 'node:crypto';
import { posix } from 'node:path';
import { LIBVIRT_ERRORS, LibvirtError } from '../../src/libvirt/libvirt-error.ts';
import type {
  LibvirtStorage,
  StoragePoolInfo,
  StoragePoolRef,
  StorageVolumeInfo,
  StorageVolumeRef,
  VolumeName,
} from '../../src/libvirt/storage.ts';

type FakeVolume = { readonly ref: StorageVolumeRef; readonly xml: string; info: StorageVolumeInfo };
type FakePool = {
  readonly ref: StoragePoolRef;
  readonly xml: string;
  readonly target: string;
  running: boolean;
  readonly volumes: Map<string, FakeVolume>;
};

/** Pools and volumes in memory, as test/contract/libvirt finds libvirt's. */
export class FakeStorage implements LibvirtStorage {
  /** What every pool has left, in bytes. */
  available = 100 * 2 ** 30;
  /** Paths whose file was deleted behind libvirt's back: still listed, and not found when asked about (storage_util.c). */
  readonly lostFiles = new Set<string>();
  readonly #pools = new Map<string, FakePool>();

  async listPools(): Promise<readonly StoragePoolRef[]> {
    return [...this.#pools.values()].map(({ ref }) => ref);
  }
  async lookupPoolByName(name: string): Promise<StoragePoolRef | undefined> {
    return this.#pools.get(name)?.ref;
  }
  async poolInfo(pool: string): Promise<StoragePoolInfo> {
    const { running } = this.#pool(pool);
    const capacity = running ? 2 * this.available : 0;
    return {
      state: running ? 'running' : 'inactive',
      capacity,
      allocation: running ? this.available : 0,
      available: running ? this.available : 0,
    };
  }
  async poolXml(pool: string): Promise<string> {
    return this.#pool(pool).xml;
  }
  async definePool(xml: string): Promise<StoragePoolRef> {
    const name = textOf(xml, 'name') ?? '';
    const target = textOf(xml, 'path') ?? '';
    if (this.#pools.has(name)) throw new Error(`pool '${name}' already exists with uuid`);
    const ref = { name, uuid: textOf(xml, 'uuid') ?? randomUUID() };
    this.#pools.set(name, { ref, xml, target, running: false, volumes: new Map() });
    return ref;
  }
  async buildPool(pool: string): Promise<void> {
    this.#pool(pool);
  }
  async startPool(pool: string): Promise<void> {
    this.#pool(pool).running = true;
  }
  async refreshPool(pool: string): Promise<void> {
    this.#running(pool);
  }
  async setPoolAutostart(pool: string, _autostart: boolean): Promise<void> {
    this.#pool(pool);
  }
  async stopPool(pool: string): Promise<void> {
    this.#pool(pool).running = false;
  }
  async undefinePool(pool: string): Promise<void> {
    this.#pool(pool);
    this.#pools.delete(pool);
  }

  async listVolumes(pool: string): Promise<readonly StorageVolumeRef[]> {
    return [...this.#running(pool).volumes.values()].map(({ ref }) => ref);
  }
  async lookupVolume({ pool, name }: VolumeName): Promise<StorageVolumeRef | undefined> {
    return this.#pools.get(pool)?.volumes.get(name)?.ref;
  }
  async lookupVolumeByPath(path: string): Promise<StorageVolumeRef | undefined> {
    return this.#all().find(({ ref }) => ref.path === path)?.ref;
  }
  async volumeInfo(volume: VolumeName): Promise<StorageVolumeInfo> {
    return this.#volume(volume).info;
  }
  async volumeXml(volume: VolumeName): Promise<string> {
    const { ref, xml } = this.#volume(volume);
    if (!this.lostFiles.has(ref.path)) return xml;
    throw failed(LIBVIRT_ERRORS.noStorageVolume, `no storage vol with matching path '${ref.path}'`);
  }
  async createVolume(pool: string, xml: string): Promise<StorageVolumeRef> {
    const { target, volumes } = this.#running(pool);
    const name = textOf(xml, 'name') ?? '';
    if (volumes.has(name)) throw failed(90, `storage volume '${name}' exists already`);
    const ref = { pool, name, path: posix.join(target, name) };
    const capacity = Number(textOf(xml, 'capacity') ?? 0);
    const allocation = Number(textOf(xml, 'allocation') ?? capacity);
    volumes.set(name, { ref, xml, info: { type: 'file', capacity, allocation } });
    return ref;
  }
  async cloneVolume(pool: string, xml: string, from: VolumeName): Promise<StorageVolumeRef> {
    this.#volume(from);
    return this.createVolume(pool, xml);
  }
  uploadVolume(): Promise<void> {
    return Promise.reject(new Error('the fake keeps no content'));
  }
  downloadVolume(): Promise<void> {
    return Promise.reject(new Error('the fake keeps no content'));
  }
  async deleteVolume({ pool, name }: VolumeName): Promise<void> {
    this.#pools.get(pool)?.volumes.delete(name);
  }

  #all(): FakeVolume[] {
    return [...this.#pools.values()].flatMap(({ volumes }) => [...volumes.values()]);
  }
  #pool(name: string): FakePool {
    const pool = this.#pools.get(name);
    if (pool === undefined) throw failed(LIBVIRT_ERRORS.noStoragePool, `no storage pool '${name}'`);
    return pool;
  }
  #running(name: string): FakePool {
    const pool = this.#pool(name);
    if (!pool.running) throw failed(LIBVIRT_ERRORS.operationInvalid, `storage pool '${name}' is not active`);
    return pool;
  }
  #volume({ pool, name }: VolumeName): FakeVolume {
    const volume = this.#pools.get(pool)?.volumes.get(name);
    if (volume === undefined) throw failed(LIBVIRT_ERRORS.noStorageVolume, `no storage volume '${name}'`);
    return volume;
  }
}

function textOf(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}(?:\\s[^>]*)?>([^<]*)</${name}>`).exec(xml)?.[1];
}

function failed(code: number, message: string): LibvirtError {
  return new LibvirtError('fake', { code, domain: 18, message });
}

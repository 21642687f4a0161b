/** libvirt's storage, in the words of its C API (libvirt-storage.h); part of a LibvirtConnection. */

export type StoragePoolRef = { readonly name: string; readonly uuid: string };

/** A volume is found again by its pool and name. `path` is where the hypervisor sees it, on the host of the connection. */
export type StorageVolumeRef = {
  readonly pool: string;
  readonly name: string;
  readonly path: string;
};

/** virStoragePoolInfo; sizes in bytes. */
export type StoragePoolInfo = {
  readonly state: 'inactive' | 'building' | 'running' | 'degraded' | 'inaccessible';
  readonly capacity: number;
  readonly allocation: number;
  readonly available: number;
};

/** virStorageVolInfo; sizes in bytes. `allocation` is what the volume takes by now. */
export type StorageVolumeInfo = {
  readonly type: 'file' | 'block' | 'dir' | 'network' | 'netdir' | 'ploop';
  readonly capacity: number;
  readonly allocation: number;
};

export type VolumeName = Pick<StorageVolumeRef, 'pool' | 'name'>;

/** Pools and volumes. What does not exist is undefined where a look-up asks for it, and a LibvirtError elsewhere. */
export interface LibvirtStorage {
  listPools(): Promise<readonly StoragePoolRef[]>;
  lookupPoolByName(name: string): Promise<StoragePoolRef | undefined>;
  poolInfo(pool: string): Promise<StoragePoolInfo>;
  poolXml(pool: string): Promise<string>;
  /** virStoragePoolDefineXML: persistent, not started. */
  definePool(xml: string): Promise<StoragePoolRef>;
  /** virStoragePoolBuild: makes the folder. */
  buildPool(pool: string): Promise<void>;
  /** virStoragePoolCreate: starts a defined pool. */
  startPool(pool: string): Promise<void>;
  /** virStoragePoolRefresh. libvirt has none while a volume is being made or filled there, as another build may do: then nothing is done. */
  refreshPool(pool: string): Promise<void>;
  setPoolAutostart(pool: string, autostart: boolean): Promise<void>;
  /** virStoragePoolDestroy: stops it; nothing it holds is lost. */
  stopPool(pool: string): Promise<void>;
  undefinePool(pool: string): Promise<void>;

  listVolumes(pool: string): Promise<readonly StorageVolumeRef[]>;
  lookupVolume(volume: VolumeName): Promise<StorageVolumeRef | undefined>;
  lookupVolumeByPath(path: string): Promise<StorageVolumeRef | undefined>;
  volumeInfo(volume: VolumeName): Promise<StorageVolumeInfo>;
  volumeXml(volume: VolumeName): Promise<string>;
  /** virStorageVolCreateXML. `preallocateMetadata` is for qcow2 without a backing store. */
  createVolume(
    pool: string,
    xml: string,
    options?: { readonly preallocateMetadata?: boolean },
  ): Promise<StorageVolumeRef>;
  /** virStorageVolCreateXMLFrom: a new volume with the content of another. */
  cloneVolume(pool: string, xml: string, from: VolumeName): Promise<StorageVolumeRef>;
  /** virStorageVolUpload: the local file becomes the volume's content, byte by byte. */
  uploadVolume(volume: VolumeName, path: string): Promise<void>;
  /** virStorageVolDownload: the bytes of the volume's file into a local one, holes and all. */
  downloadVolume(volume: VolumeName, path: string): Promise<void>;
  /** virStorageVolDelete; no error when it is gone. */
  deleteVolume(volume: VolumeName): Promise<void>;
}

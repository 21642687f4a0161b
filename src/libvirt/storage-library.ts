import koffi from 'koffi';
import type { ConnectionHandle, Declare, Out, PoolHandle, StreamHandle, VolumeHandle } from './native.ts';

export type NativePoolInfo = { state?: number; capacity?: number; allocation?: number; available?: number };
export type NativeVolumeInfo = { type?: number; capacity?: number; allocation?: number };

type OfConnection<Rest extends readonly unknown[]> = readonly [ConnectionHandle, ...Rest];
type OfPool<Rest extends readonly unknown[]> = readonly [PoolHandle, ...Rest];
type OfVolume<Rest extends readonly unknown[]> = readonly [VolumeHandle, ...Rest];
type Text = string | null;

/** The C functions of libvirt-storage.h; declared once per process, with the structs they fill. */
export function declareStorageCalls(fn: Declare) {
  koffi.struct('PoolInfo', {
    state: 'int',
    capacity: 'ulonglong',
    allocation: 'ulonglong',
    available: 'ulonglong',
  });
  koffi.struct('VolumeInfo', { type: 'int', capacity: 'ulonglong', allocation: 'ulonglong' });
  return { ...declarePoolCalls(fn), ...declareVolumeCalls(fn) };
}

function declarePoolCalls(fn: Declare) {
  return {
    virConnectListAllStoragePools: fn<OfConnection<[Out<bigint>, number]>, number>(
      'int virConnectListAllStoragePools(void *c, _Out_ void **pools, uint flags)',
    ),
    virStoragePoolLookupByName: fn<OfConnection<[string]>, PoolHandle | null>(
      'void *virStoragePoolLookupByName(void *c, str name)',
    ),
    virStoragePoolDefineXML: fn<OfConnection<[string, number]>, PoolHandle | null>(
      'void *virStoragePoolDefineXML(void *c, str xml, uint flags)',
    ),
    virStoragePoolFree: fn<OfPool<[]>, number>('int virStoragePoolFree(void *p)'),
    virStoragePoolGetName: fn<OfPool<[]>, Text>('str virStoragePoolGetName(void *p)'),
    virStoragePoolGetUUIDString: fn<OfPool<[Uint8Array]>, number>(
      'int virStoragePoolGetUUIDString(void *p, void *text)',
    ),
    virStoragePoolGetInfo: fn<OfPool<[NativePoolInfo]>, number>(
      'int virStoragePoolGetInfo(void *p, _Out_ PoolInfo *info)',
    ),
    virStoragePoolGetXMLDesc: fn<OfPool<[number]>, Text>(
      'str! virStoragePoolGetXMLDesc(void *p, uint flags)',
    ),
    virStoragePoolBuild: fn<OfPool<[number]>, number>('int virStoragePoolBuild(void *p, uint flags)'),
    virStoragePoolCreate: fn<OfPool<[number]>, number>('int virStoragePoolCreate(void *p, uint flags)'),
    virStoragePoolRefresh: fn<OfPool<[number]>, number>('int virStoragePoolRefresh(void *p, uint flags)'),
    virStoragePoolSetAutostart: fn<OfPool<[number]>, number>(
      'int virStoragePoolSetAutostart(void *p, int autostart)',
    ),
    virStoragePoolDestroy: fn<OfPool<[]>, number>('int virStoragePoolDestroy(void *p)'),
    virStoragePoolUndefine: fn<OfPool<[]>, number>('int virStoragePoolUndefine(void *p)'),
    virStoragePoolListAllVolumes: fn<OfPool<[Out<bigint>, number]>, number>(
      'int virStoragePoolListAllVolumes(void *p, _Out_ void **volumes, uint flags)',
    ),
  };
}

function declareVolumeCalls(fn: Declare) {
  return {
    virStorageVolLookupByName: fn<OfPool<[string]>, VolumeHandle | null>(
      'void *virStorageVolLookupByName(void *p, str name)',
    ),
    virStorageVolLookupByPath: fn<OfConnection<[string]>, VolumeHandle | null>(
      'void *virStorageVolLookupByPath(void *c, str path)',
    ),
    virStoragePoolLookupByVolume: fn<OfVolume<[]>, PoolHandle | null>(
      'void *virStoragePoolLookupByVolume(void *v)',
    ),
    virStorageVolFree: fn<OfVolume<[]>, number>('int virStorageVolFree(void *v)'),
    virStorageVolGetName: fn<OfVolume<[]>, Text>('str virStorageVolGetName(void *v)'),
    virStorageVolGetPath: fn<OfVolume<[]>, Text>('str! virStorageVolGetPath(void *v)'),
    virStorageVolGetInfo: fn<OfVolume<[NativeVolumeInfo]>, number>(
      'int virStorageVolGetInfo(void *v, _Out_ VolumeInfo *info)',
    ),
    virStorageVolGetXMLDesc: fn<OfVolume<[number]>, Text>(
      'str! virStorageVolGetXMLDesc(void *v, uint flags)',
    ),
    virStorageVolCreateXML: fn<OfPool<[string, number]>, VolumeHandle | null>(
      'void *virStorageVolCreateXML(void *p, str xml, uint flags)',
    ),
    virStorageVolCreateXMLFrom: fn<OfPool<[string, VolumeHandle, number]>, VolumeHandle | null>(
      'void *virStorageVolCreateXMLFrom(void *p, str xml, void *from, uint flags)',
    ),
    virStorageVolUpload: fn<OfVolume<[StreamHandle, number, number, number]>, number>(
      'int virStorageVolUpload(void *v, void *stream, ulonglong offset, ulonglong length, uint flags)',
    ),
    virStorageVolDownload: fn<OfVolume<[StreamHandle, number, number, number]>, number>(
      'int virStorageVolDownload(void *v, void *stream, ulonglong offset, ulonglong length, uint flags)',
    ),
    virStorageVolDelete: fn<OfVolume<[number]>, number>('int virStorageVolDelete(void *v, uint flags)'),
  };
}

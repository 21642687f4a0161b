import { LIBVIRT_ERRORS, unless } from '../libvirt/libvirt-error.ts';
import type { LibvirtStorage, StorageVolumeRef, VolumeName } from '../libvirt/storage.ts';
import { readVolume, type VolumeFacts } from './storage-xml.ts';

export type ReadVolume = { readonly volume: StorageVolumeRef; readonly facts: VolumeFacts };

/** The volumes of a running pool that are really there: libvirt goes on listing files deleted behind its back until the pool is refreshed. */
export async function readVolumes(storage: LibvirtStorage, pool: string): Promise<ReadVolume[]> {
  const found: ReadVolume[] = [];
  for (const volume of await storage.listVolumes(pool)) {
    const facts = await volumeFacts(storage, volume);
    if (facts !== undefined) found.push({ volume, facts });
  }
  return found;
}

/** @returns undefined for a volume that is gone, even where libvirt still lists it */
export async function volumeFacts(
  storage: LibvirtStorage,
  volume: VolumeName,
): Promise<VolumeFacts | undefined> {
  const xml = await unless([LIBVIRT_ERRORS.noStorageVolume], () => storage.volumeXml(volume));
  return xml === undefined ? undefined : readVolume(xml);
}

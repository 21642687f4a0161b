import { stat } from 'node:fs/promises';
import { DiskError } from '../foundation/errors.ts';

/**
 * When a disk was last written to, in nanoseconds since 1970: any write moves it, be it through QEMU; libvirt's change of owner after
 * the guest does not.
 * @throws DiskError `disk.not-found`
 */
export async function modificationTime(path: string): Promise<bigint> {
  try {
    return (await stat(path, { bigint: true })).mtimeNs;
  } catch (cause) {
    throw new DiskError('disk.not-found', `${path} cannot be read; check the path and its owner.`, {
      details: { path },
      cause,
    });
  }
}

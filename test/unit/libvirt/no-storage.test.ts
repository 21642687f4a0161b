import { expect, test } from 'vitest';
import { LIBVIRT_ERRORS, LibvirtError } from '../../../src/libvirt/libvirt-error.ts';
import type { LibvirtLibrary } from '../../../src/libvirt/libvirt-library.ts';
import type { ConnectionHandle } from '../../../src/libvirt/native.ts';
import { StorageCalls } from '../../../src/libvirt/storage-calls.ts';

test('a driver that has no storage is an error of the host, with the way out', async () => {
  const message = 'this function is not supported by the connection driver: virConnectListAllStoragePools';
  const refuse = async (name: string): Promise<never> => {
    throw new LibvirtError(name, { code: LIBVIRT_ERRORS.noSupport, domain: 0, message });
  };
  const storage = new StorageCalls({} as LibvirtLibrary, {} as ConnectionHandle, refuse);
  await expect(storage.listPools()).rejects.toMatchObject({
    code: 'host.libvirt-driver',
    exitCode: 3,
    message: expect.stringMatching(/no storage: .*virConnectListAllStoragePools.*--connect/),
  });
});

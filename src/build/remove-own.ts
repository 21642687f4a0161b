import { HostError } from '../foundation/errors.ts';
import type { LibvirtConnection } from '../libvirt/libvirt.ts';
import { LibvirtError } from '../libvirt/libvirt-error.ts';
import { isRemoteUri } from '../libvirt/libvirt-uri.ts';
import { isStorageThere, removeOwnStorage, replacementOf } from '../storage/remove-own-storage.ts';
import { METADATA_NAMESPACE } from '../vm/domain-xml.ts';
import type { JournalDomain, JournalStorage } from './journal.ts';
import { identifyAt } from './machine/storage-host.ts';

/** A domain is the build's when it carries its id; one without Kiln's metadata when UUID and name are those noted. */
export async function isStillOwn(
  connection: LibvirtConnection,
  entry: JournalDomain | JournalStorage,
  buildId: string,
): Promise<boolean> {
  if (entry.kind === 'storage') return isStorageThere(storageHost(connection), entry.storage);
  const found = await connection.lookupByUuid(entry.uuid);
  if (found === undefined) return false;
  if (entry.pure) return found.name === entry.name;
  const xml = await connection.getXml(entry.uuid);
  return xml.includes(METADATA_NAMESPACE) && new RegExp(`\\bid=(["'])${buildId}\\1`).test(xml);
}

const storageHost = (connection: LibvirtConnection) => ({
  connection,
  isRemote: isRemoteUri(connection.uri),
  identify: identifyAt(connection.uri),
});

/** Of a volume whose file somebody replaced by their own: that file and why it stays. */
export async function whatReplaced(
  connection: LibvirtConnection,
  entry: JournalDomain | JournalStorage,
): Promise<{ readonly what: string; readonly why: string } | undefined> {
  if (entry.kind !== 'storage') return undefined;
  const what = await replacementOf(storageHost(connection), entry.storage);
  const why = `it is not the file that the build made as ${nameOf(entry)}, but was put there since`;
  return what === undefined ? undefined : { what, why };
}

/**
 * @returns false for a pool that is left, since others have volumes in it
 * @throws HostError `host.storage` of what libvirt does not let go now, such as a volume that is still being made
 */
export async function removeOwn(
  connection: LibvirtConnection,
  entry: JournalDomain | JournalStorage,
): Promise<boolean> {
  if (entry.kind === 'domain') {
    await removeDomain(connection, entry.uuid);
    return true;
  }
  try {
    return await removeOwnStorage(storageHost(connection), entry.storage);
  } catch (cause) {
    if (!(cause instanceof LibvirtError)) throw cause;
    const reason = cause.message.replace(/\.$/, '');
    throw new HostError('host.storage', `libvirt could not remove the ${nameOf(entry)}: ${reason}.`, {
      cause,
    });
  }
}

export async function removeDomain(connection: LibvirtConnection, uuid: string): Promise<void> {
  await connection.destroy(uuid);
  await connection.undefine(uuid);
}

export function nameOf(entry: JournalDomain | JournalStorage): string {
  if (entry.kind === 'domain') return entry.name;
  const { storage } = entry;
  return storage.kind === 'pool' ? `pool ${storage.pool}` : `volume ${storage.pool}/${storage.name}`;
}

/** Its name with the kind of thing it is. */
export const titleOf = (entry: JournalDomain | JournalStorage): string =>
  entry.kind === 'domain' ? `domain ${entry.name}` : nameOf(entry);

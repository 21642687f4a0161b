import { HostError } from '../foundation/errors.ts';
import type { LibvirtConnection } from '../libvirt/libvirt.ts';
import { LibvirtError } from '../libvirt/libvirt-error.ts';
import { isRemoteUri } from '../libvirt/libvirt-uri.ts';
import {
  isStorageThere,
  removeOwnStorage,
  replacementOf,
  usersOfOwn,
} from '../storage/remove-own-storage.ts';
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

/** A build, and all that it has at libvirt by its journal. */
type Owner = { readonly id: string; readonly owned: readonly (JournalDomain | JournalStorage)[] };

/** Something that a journal names and that is somebody else's by now, and why it stays. */
export type Theirs = { readonly what: string; readonly why: string; readonly isTheirs: true };

/** Of a volume whose file somebody replaced by their own, or gave to a domain of their own: that file. */
export async function whatIsTheirs(
  connection: LibvirtConnection,
  entry: JournalDomain | JournalStorage,
  owner: Owner,
): Promise<Theirs | undefined> {
  if (entry.kind !== 'storage' || entry.storage.kind !== 'volume') return undefined;
  const host = storageHost(connection);
  const replaced = await replacementOf(host, entry.storage);
  if (replaced !== undefined) {
    const why = `it is not the file that the build made as ${nameOf(entry)}, but was put there since`;
    return { what: replaced, why, isTheirs: true };
  }
  if (!(await isStorageThere(host, entry.storage))) return undefined;
  const users = await usersOfOwn(host, entry.storage, await ownDomains(connection, owner));
  if (users.length === 0) return undefined;
  const why = `it is in use by domain ${users.join(', ')}, which is not the build's`;
  return { what: entry.storage.path ?? nameOf(entry), why, isTheirs: true };
}

async function ownDomains(connection: LibvirtConnection, { id, owned }: Owner): Promise<string[]> {
  const names: string[] = [];
  for (const entry of owned) {
    if (entry.kind !== 'domain' || !(await isStillOwn(connection, entry, id))) continue;
    names.push((await connection.lookupByUuid(entry.uuid))?.name ?? entry.name);
  }
  return names;
}

/** @returns false for a pool that is left, since others have volumes in it */
export function removeOwn(
  connection: LibvirtConnection,
  entry: JournalDomain | JournalStorage,
): Promise<boolean> {
  return whileRemoving(entry, async () => {
    if (entry.kind === 'storage') return removeOwnStorage(storageHost(connection), entry.storage);
    await removeDomain(connection, entry.uuid);
    return true;
  });
}

/**
 * What is done to remove something.
 * @throws HostError `host.storage` or `host.domain` of what libvirt does not let go now, such as a volume that is still being made
 */
export async function whileRemoving<Result>(
  entry: JournalDomain | JournalStorage,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof LibvirtError)) throw cause;
    const reason = cause.message.replace(/\.$/, '');
    const text = `libvirt could not remove the ${titleOf(entry)}: ${reason}.`;
    throw new HostError(entry.kind === 'domain' ? 'host.domain' : 'host.storage', text, { cause });
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

import { parseXml } from '../foundation/parse-xml.ts';
import { childOf, childrenOf, textAt, type XmlNode } from '../foundation/xml-node.ts';
import type { LibvirtConnection } from '../libvirt/libvirt.ts';
import { LIBVIRT_ERRORS, unless } from '../libvirt/libvirt-error.ts';
import type { LibvirtStorage } from '../libvirt/storage.ts';
import { type ReadVolume, readVolumes } from './read-volumes.ts';
import type { StorageHost } from './storage-host.ts';

/** What the other domains and volumes of a connection use. */
export type StorageUse = {
  readonly domains: readonly DomainUse[];
  /** Volumes by their backing store, both as `identify` has them. */
  readonly overlays: ReadonlyMap<string, string>;
};

type DomainUse = {
  readonly name: string;
  readonly boots: readonly string[];
  readonly disks: readonly DiskUse[];
};
type DiskUse = NamedDisk & { readonly readonly: boolean; readonly shareable: boolean };

/** `id`: the same for all names of it. */
export type NamedDisk = { readonly path: string; readonly id: string };

/** A pool whose volumes were read already. */
export type KnownPool = {
  readonly name: string;
  readonly volumes: readonly { readonly path: string; readonly backingStore?: string }[];
};

/**
 * Looks at all domains and, for backing files, all volumes of pools that run.
 * @param known pools that need not be asked again
 */
export async function readStorageUse(
  { connection, identify }: Pick<StorageHost, 'connection' | 'identify'>,
  known: readonly KnownPool[] = [],
): Promise<StorageUse> {
  const domains = await domainUses({ connection, identify }, 'all');
  const overlays = new Map<string, string>();
  for (const [below, above] of await readOverlays(connection, known))
    overlays.set(await identify(below), await identify(above));
  return { domains, overlays };
}

/** Of all domains what they have from their next start on, or of those that run what they have now. */
export async function domainUses(
  { connection, identify }: Pick<StorageHost, 'connection' | 'identify'>,
  which: 'all' | 'running',
): Promise<DomainUse[]> {
  const isNow = which === 'running';
  const domains: DomainUse[] = [];
  for (const { uuid } of await connection.listDomains(isNow ? 'active' : undefined)) {
    const xml = await unless([LIBVIRT_ERRORS.noDomain], () => connection.getXml(uuid, { inactive: !isNow }));
    if (xml !== undefined) domains.push(await useOfDomain(xml, identify));
  }
  return domains;
}

/** Names of the domains, apart from `own`, that have a disk now or from their next start on, itself or as backing file. */
export async function domainsOn(
  host: Pick<StorageHost, 'connection' | 'identify'>,
  path: string,
  own: readonly string[],
): Promise<string[]> {
  const use = await readStorageUse(host);
  const all = [...use.domains, ...(await domainUses(host, 'running'))];
  const domains = all.filter(({ name }) => !own.includes(name));
  const disk = { path, id: await host.identify(path) };
  return [...new Set(usersOf(disk, { ...use, domains }, { readonly: false, shareable: false }))];
}

/** As virt-install's `path_in_use` check has it: two read-only or two shareable uses do no harm. */
export function usersOf(
  { path, id }: NamedDisk,
  use: StorageUse,
  how: { readonly readonly: boolean; readonly shareable: boolean },
): string[] {
  const chain = new Set<string>();
  for (let above = use.overlays.get(id); above !== undefined && !chain.has(above); ) {
    chain.add(above);
    above = use.overlays.get(above);
  }
  const collides = (disk: DiskUse): boolean => {
    if (chain.has(disk.id)) return true;
    if (disk.id !== id) return false;
    return !(how.shareable && disk.shareable) && !(how.readonly && disk.readonly);
  };
  return use.domains
    .map(({ name, boots, disks }) => {
      const disk = disks.find(collides);
      if (disk === undefined) return !how.readonly && boots.includes(id) ? name : undefined;
      return disk.id === id && disk.path !== path ? `${name}, as ${disk.path}` : name;
    })
    .filter((name) => name !== undefined);
}

async function useOfDomain(xml: string, identify: StorageHost['identify']): Promise<DomainUse> {
  const domain = parseXml(xml);
  const devices = childOf(domain, 'devices');
  const boots = ['kernel', 'initrd', 'dtb'].flatMap((name) => textAt(domain, 'os', name) ?? []);
  const disks = devices === undefined ? [] : childrenOf(devices, 'disk').flatMap(useOfDisk);
  return {
    name: textAt(domain, 'name') ?? '',
    boots: await Promise.all(boots.map(identify)),
    disks: await Promise.all(disks.map(async (disk) => ({ ...disk, id: await identify(disk.path) }))),
  };
}

function useOfDisk(disk: XmlNode): Omit<DiskUse, 'id'>[] {
  const source = childOf(disk, 'source')?.attributes;
  const path = source?.get('file') ?? source?.get('dev') ?? source?.get('dir');
  if (path === undefined) return [];
  // libvirt says <readonly/> of every CD-ROM.
  const readonly = childOf(disk, 'readonly') !== undefined;
  return [{ path, readonly, shareable: childOf(disk, 'shareable') !== undefined }];
}

async function readOverlays(
  { storage }: LibvirtConnection,
  known: readonly KnownPool[],
): Promise<Map<string, string>> {
  const volumes = known.flatMap((pool) => pool.volumes);
  const overlays = new Map(
    volumes.flatMap(({ path, backingStore }) => (backingStore === undefined ? [] : [[backingStore, path]])),
  );
  for (const { name } of await storage.listPools()) {
    if (known.some((pool) => pool.name === name)) continue;
    for (const { volume, facts } of await volumesOfRunning(storage, name)) {
      const { backingStore } = facts;
      if (backingStore !== undefined) overlays.set(backingStore, volume.path);
    }
  }
  return overlays;
}

/** Another build may remove its pool, and a user stop theirs, while it is looked at. */
async function volumesOfRunning(storage: LibvirtStorage, pool: string): Promise<readonly ReadVolume[]> {
  const { noStoragePool, operationInvalid } = LIBVIRT_ERRORS;
  const volumes = await unless([noStoragePool, operationInvalid], async () =>
    (await storage.poolInfo(pool)).state === 'running' ? readVolumes(storage, pool) : [],
  );
  return volumes ?? [];
}

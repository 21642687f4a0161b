import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { HostError } from '../../foundation/errors.ts';
import type { LibvirtConnection } from '../../libvirt/libvirt.ts';
import { isRemoteUri } from '../../libvirt/libvirt-uri.ts';
import { readPool, volumeXml } from '../../storage/storage-xml.ts';
import type { MachineGround } from './prepare-machine.ts';

type Ground = Pick<MachineGround, 'libvirt' | 'machine' | 'claimed' | 'run'>;

/**
 * Where the hypervisor finds files of this machine: at their own paths, or on a host elsewhere as volumes they are uploaded to.
 * @throws HostError `host.storage`
 */
export async function placeFiles(
  ground: Ground,
  paths: readonly string[],
): Promise<(path: string) => string> {
  const { connection, privateDaemon } = ground.libvirt;
  if (!isRemoteUri(connection.uri)) return (path) => path;
  const places = new Map<string, string>();
  for (const path of paths) {
    const pool = await poolFor(ground);
    const name = `${prefixOf(ground)}${basename(path)}`;
    const storage = { kind: 'volume', pool, name } as const;
    ground.claimed.journal.note({ kind: 'storage', storage, uri: connection.uri, privateDaemon });
    places.set(path, await upload(connection, pool, name, path));
  }
  return (path) => places.get(path) ?? path;
}

const prefixOf = ({ run }: Pick<Ground, 'run'>): string => `kiln-${run.id}-`;

async function upload(
  { storage }: LibvirtConnection,
  pool: string,
  name: string,
  path: string,
): Promise<string> {
  const { size } = await stat(path);
  try {
    const volume = await storage.createVolume(
      pool,
      volumeXml({ pool, name, path: '', capacity: size, allocation: size, format: 'raw' }),
    );
    await storage.uploadVolume(volume, path);
    return volume.path;
  } catch (cause) {
    throw new HostError(
      'host.storage',
      `${path} cannot be brought into pool ${pool} of the connection's host: ${(cause as Error).message}.`,
      { cause },
    );
  }
}

/** The pool of the machine's first new disk, else the first running one that is a folder. */
async function poolFor({ machine, libvirt }: Ground): Promise<string> {
  const own = machine.disks.find(({ create }) => create !== undefined)?.create?.pool;
  if (own !== undefined) return own;
  const { storage, uri } = libvirt.connection;
  for (const { name } of await storage.listPools()) {
    const isFolder = readPool(await storage.poolXml(name)).type === 'dir';
    if (isFolder && (await storage.poolInfo(name)).state === 'running') return name;
  }
  throw new HostError(
    'host.storage',
    `${uri} has no running storage pool that is a folder, and the installer's files must be brought there; make one: virsh -c '${uri}' pool-create-as default dir --target FOLDER.`,
  );
}

/** The machine is installed: nothing needs them any more. */
export async function removePlacedFiles(ground: Ground): Promise<void> {
  for (const entry of ground.claimed.journal.entries()) {
    if (entry.kind !== 'storage' || entry.storage.kind !== 'volume') continue;
    const { storage } = entry;
    if (storage.name.startsWith(prefixOf(ground)))
      await ground.libvirt.connection.storage.deleteVolume(storage);
  }
}

import { readlink, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { homeFrom } from '../../foundation/places.ts';
import { fileType } from '../../foundation/read-regular-file.ts';
import { diskIdentity } from '../../host/disk-identity.ts';
import { roomAt } from '../../host/free-space.ts';
import type { LibvirtConnection } from '../../libvirt/libvirt.ts';
import { isRemoteUri, isSessionUri } from '../../libvirt/libvirt-uri.ts';
import type { LocalPath, StorageHost } from '../../storage/storage-host.ts';
import type { BuildContext } from '../build-context.ts';
import { fileFormat } from '../guest-facts/file-format.ts';

/** This machine, as storage asks about it. */
export function localStorageHost(
  connection: LibvirtConnection,
  { cwd, env }: Pick<BuildContext, 'cwd' | 'env'>,
): StorageHost {
  const isSession = isSessionUri(connection.uri);
  const home = env.XDG_DATA_HOME ?? join(homeFrom(env), '.local/share');
  return {
    connection,
    isRemote: isRemoteUri(connection.uri),
    cwd,
    defaultTarget: isSession ? join(home, 'libvirt/images') : '/var/lib/libvirt/images',
    look,
    identify: identifyAt(connection.uri),
    roomAt,
  };
}

/** What lies on another host nobody here can compare. */
export const identifyAt = (uri: string): StorageHost['identify'] =>
  isRemoteUri(uri) ? async (path) => path : (path) => diskIdentity(path);

async function look(path: string): Promise<LocalPath> {
  const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    // A ring of links, which is refused by the option's name (named-files.ts).
    if (error.code === 'ELOOP') return 'ring';
    throw error;
  });
  if (info === 'ring') return { kind: 'other', what: 'a ring of links' };
  if (info === undefined) {
    const target = await endOfLinks(path);
    return target === path ? { kind: 'absent' } : { kind: 'absent', target };
  }
  if (info.isDirectory()) return { kind: 'dir' };
  if (info.isBlockDevice()) return { kind: 'block' };
  // A pipe would wait for its writer for ever.
  if (!info.isFile()) return { kind: 'other', what: fileType(info) };
  return { kind: 'file', format: await fileFormat(path) };
}

/** Where links lead whose end is missing; a ring of them leads nowhere, which `stat` said before. */
async function endOfLinks(path: string): Promise<string> {
  const next = await readlink(path).catch((error: NodeJS.ErrnoException) => {
    if (['ENOENT', 'ENOTDIR', 'EINVAL'].includes(error.code ?? '')) return undefined;
    throw error;
  });
  return next === undefined ? path : endOfLinks(resolve(dirname(path), next));
}

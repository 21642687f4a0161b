import { stat } from 'node:fs/promises';
import type { LibvirtConnection } from '../../libvirt/libvirt.ts';
import { isRemoteUri } from '../../libvirt/libvirt-uri.ts';
import type { DomainDisk } from './machine-xml.ts';

/** How each disk looked at one moment, by target; changes when the guest writes. */
export type DiskState = ReadonlyMap<string, string>;

/** Time of the last write and space taken of local files; of other volumes what libvirt says is allocated. */
export async function readDiskState(
  connection: LibvirtConnection,
  disks: readonly DomainDisk[],
): Promise<DiskState> {
  const states = await Promise.all(
    disks.map(async (disk) => [disk.target, await stateOf(connection, disk)] as const),
  );
  return new Map(states.flatMap(([target, state]) => (state === undefined ? [] : [[target, state]])));
}

async function stateOf(
  { storage, uri }: LibvirtConnection,
  { path }: DomainDisk,
): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const local = isRemoteUri(uri) ? undefined : await stat(path, { bigint: true }).catch(() => undefined);
  if (local !== undefined) return `${local.mtimeNs} ${local.blocks}`;
  const volume = await storage.lookupVolumeByPath(path);
  if (volume === undefined) return undefined;
  await storage.refreshPool(volume.pool);
  return String((await storage.volumeInfo(volume)).allocation);
}

export const writtenSince = (before: DiskState, after: DiskState): string[] =>
  [...after].flatMap(([target, state]) => (before.get(target) === state ? [] : [target]));

/** Directives by which install scripts name the disk they install to. */
const NAMING = [
  /^\s*ignoredisk\b.*--only-use=(\S+)/m,
  /^\s*(?:clearpart|bootloader)\b.*--(?:drives|boot-drive)=(\S+)/m,
  /^\s*d-i\s+partman-auto\/disk\s+string\s+(\S+)/m,
  /<device>\s*(\S+?)\s*<\/device>/,
  /^\s*(?:-\s*)?path:\s*["']?(\/dev\/\S+?)["']?\s*$/m,
];

/** The disk an install script says it installs to: `vdb`. undefined when it leaves the choice to the installer. */
export function diskNamedBy(script: string): string | undefined {
  for (const pattern of NAMING) {
    const word = pattern.exec(script)?.[1]?.split(',')[0]?.replace(/^.*\//, '');
    if (word !== undefined && /^(vd|sd|hd)[a-z]+$/.test(word)) return word;
  }
  return undefined;
}

/** The one the install is meant for: as the script says, else the first in boot order, else the first. */
export function installTarget(
  disks: readonly DomainDisk[],
  named: string | undefined,
): DomainDisk | undefined {
  const candidates = disks.filter(({ device, path }) => device === 'disk' && path !== undefined);
  const byScript = candidates.find(({ target }) => target === named);
  const ordered = candidates
    .filter(({ bootOrder }) => bootOrder !== undefined)
    .sort((a, b) => (a.bootOrder ?? 0) - (b.bootOrder ?? 0));
  return byScript ?? ordered[0] ?? candidates[0];
}

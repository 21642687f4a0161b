import type { Problem } from '../foundation/errors.ts';
import { formatSize } from '../foundation/size.ts';
import { type KnownPool, readStorageUse, usersOf } from './path-users.ts';
import type { PlannedDisk, StorageChecks } from './planned-disk.ts';
import type { StorageHost } from './storage-host.ts';

export type CheckHost = Pick<StorageHost, 'connection' | 'isRemote' | 'freeBytes' | 'identify'>;

/** Disks that would not fit when they are made, or when they are full. */
export async function spaceProblems(
  host: Omit<CheckHost, 'identify'>,
  disks: readonly PlannedDisk[],
  checks: StorageChecks,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const { request, create, createPool } of disks) {
    if (create === undefined) continue;
    const available = createPool
      ? await freeIn(host, createPool.target)
      : (await host.connection.storage.poolInfo(create.pool)).available;
    if (available === undefined) continue;
    const place = createPool ? createPool.target : `pool ${create.pool}`;
    const room = `${formatSize(available)} are free in ${place}`;
    if (create.allocation > available) {
      problems.push({
        where: request.label,
        problem: `${formatSize(create.allocation)} are to be allocated and ${room}; make it smaller, choose another pool, or leave sparse=no out`,
      });
    } else if (checks.diskSize && create.capacity > available) {
      problems.push({
        where: request.label,
        problem: `it may grow to ${formatSize(create.capacity)} and ${room}; make it smaller, choose another pool, or add --check disk_size=off`,
      });
    }
  }
  return problems;
}

async function freeIn(
  host: Pick<CheckHost, 'isRemote' | 'freeBytes'>,
  target: string,
): Promise<number | undefined> {
  return host.isRemote ? undefined : host.freeBytes(target);
}

/** Disks that another domain has. */
export async function useProblems(
  host: Pick<CheckHost, 'connection' | 'identify'>,
  disks: readonly PlannedDisk[],
  known: readonly KnownPool[] = [],
): Promise<Problem[]> {
  const present = disks.filter(({ create, source }) => create === undefined && source !== undefined);
  if (present.length === 0) return [];
  const use = await readStorageUse(host, known);
  const problems: Problem[] = [];
  for (const { request, source } of present) {
    const path = source?.path ?? '';
    const readonly = request.readonly || request.device === 'cdrom';
    const how = { readonly, shareable: request.shareable };
    const users = usersOf({ path, id: await host.identify(path) }, use, how);
    if (users.length === 0) continue;
    const who = users.length === 1 ? `domain ${users[0]}` : `domains ${users.join(', ')}`;
    problems.push({
      where: request.label,
      problem: `${path} is in use by ${who}; name another disk, or add --check path_in_use=off (or shareable=on to both) when that is meant`,
    });
  }
  // A disk may stand twice on the line.
  return problems.filter(({ where }, index) => problems.findIndex((one) => one.where === where) === index);
}

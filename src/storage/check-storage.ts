import { dirname, isAbsolute } from 'node:path';
import type { Problem } from '../foundation/errors.ts';
import { formatSize } from '../foundation/size.ts';
import { type KnownPool, readStorageUse, usersOf } from './path-users.ts';
import type { NewVolume, PlannedDisk, StorageChecks } from './planned-disk.ts';
import type { Room, StorageHost } from './storage-host.ts';

export type CheckHost = Pick<StorageHost, 'connection' | 'isRemote' | 'roomAt' | 'identify'>;
type SpaceHost = Pick<CheckHost, 'connection' | 'isRemote' | 'roomAt'>;

/** Disks that cannot be made where they are to lie, or would not fit when they are made, or when they are full. */
export async function spaceProblems(
  host: SpaceHost,
  disks: readonly PlannedDisk[],
  checks: StorageChecks,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  const allocated = new Map<string, number>();
  for (const disk of disks) {
    const { request, create } = disk;
    const place = await placeOf(host, disk);
    if (create === undefined || place === undefined) continue;
    const before = allocated.get(place.id) ?? 0;
    allocated.set(place.id, before + create.allocation);
    const problem = problemAt(place, create, before, checks);
    if (problem !== undefined) problems.push({ where: request.label, problem });
  }
  return problems;
}

/** Where a new volume takes its space from; `id`: the same for all that share it. */
type Place = Room & { readonly name: string; readonly folder: string };

async function placeOf(
  host: SpaceHost,
  { create, createPool, source }: PlannedDisk,
): Promise<Place | undefined> {
  if (create === undefined) return undefined;
  const folder = createPool?.target ?? dirname(create.path);
  // Logical volumes and the like take nothing from the file system of their folder.
  const isFile = !host.isRemote && source?.type !== 'block' && isAbsolute(folder);
  const room = isFile ? await host.roomAt(folder) : undefined;
  if (createPool !== undefined) return room && { ...room, name: createPool.target, folder };
  const { available } = await host.connection.storage.poolInfo(create.pool);
  const name = `pool ${create.pool}`;
  return { id: name, ...room, freeBytes: available, name, folder };
}

function problemAt(
  { refusal, folder, name, freeBytes }: Place,
  { allocation, capacity }: NewVolume,
  before: number,
  { diskSize }: StorageChecks,
): string | undefined {
  if (refusal !== undefined) return `${folder} ${refusal}; choose another folder`;
  const room = `${formatSize(freeBytes)} are free in ${name}`;
  if (allocation > 0 && before + allocation > freeBytes) {
    const others = before === 0 ? '' : `, after ${formatSize(before)} for the disks before it,`;
    return `${formatSize(allocation)} are to be allocated${others} and ${room}; make it smaller, choose another pool, or leave sparse=no out`;
  }
  if (!diskSize || capacity <= freeBytes) return undefined;
  return `it may grow to ${formatSize(capacity)} and ${room}; make it smaller, choose another pool, or add --check disk_size=off`;
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

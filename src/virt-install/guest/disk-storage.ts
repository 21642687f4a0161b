import { join, resolve } from 'node:path';
import { SpecError } from '../../foundation/errors.ts';
import { parseSize } from '../../foundation/size.ts';
import { given, type OptionUse, switchOf } from '../virt-install-options.ts';
import { complain, type DiskStorage, devicesOf, type Guest, read } from './guest.ts';
import type { PoolFact, StorageFact } from './guest-facts.ts';

export const isUrl = (path: string): boolean => /^[a-z]+(?:\+[a-z]+)?:\/\//i.test(path);

/** ISO images and block devices are raw to QEMU. */
export function driverTypeOf(type: string, format: string | undefined): { readonly driverType?: string } {
  if (type === 'block' || format === 'iso') return { driverType: 'raw' };
  return format === undefined ? {} : { driverType: format };
}

/** `vol=pool/volume` */
export function existingVolume(guest: Guest, use: OptionUse, text: string): DiskStorage | undefined {
  const [poolName = '', volumeName, ...more] = text.split('/');
  if (volumeName === undefined || more.length > 0) {
    complain(guest, 'disk', use, `vol="${text}" must be written vol=POOL/VOLUME`);
    return undefined;
  }
  const volume = findVolume(guest, use, poolName, volumeName);
  if (volume === undefined) return undefined;
  return { type: volume.type, path: volume.path, ...driverTypeOf(volume.type, volume.format) };
}

/** `source.pool=pool,source.volume=volume` stays a volume in the XML; both must be there as well. */
export function namedVolume(
  guest: Guest,
  use: OptionUse,
  pool: string,
  name: string | undefined,
): DiskStorage {
  if (name === undefined) complain(guest, 'disk', use, 'names no volume of the pool; add source.volume=');
  const volume = name === undefined ? undefined : findVolume(guest, use, pool, name);
  return { type: 'volume', ...driverTypeOf(volume?.type ?? 'file', volume?.format) };
}

function findVolume(
  guest: Guest,
  use: OptionUse,
  poolName: string,
  volumeName: string,
): (StorageFact & { readonly name: string }) | undefined {
  const pool = findPool(guest, use, poolName);
  const volume = pool?.volumes.find(({ name }) => name === volumeName);
  if (pool !== undefined && volume === undefined) {
    const names = pool.volumes.map(({ name }) => name).join(', ') || 'none';
    const why = pool.isOff
      ? `the pool ${poolName} is not started, so its volumes are not known; start it first: virsh pool-start ${poolName}`
      : `the pool ${poolName} has no volume ${volumeName}; it has ${names}`;
    complain(guest, 'disk', use, why);
  }
  return volume;
}

function findPool(guest: Guest, use: OptionUse, name: string): PoolFact | undefined {
  const { pools, defaultPool } = guest.facts;
  const pool = name === 'default' ? defaultPool : pools.find((one) => one.name === name);
  if (pool === undefined) {
    const names = pools.map((one) => one.name).join(', ') || 'none';
    complain(guest, 'disk', use, `there is no storage pool "${name}"; libvirt has ${names}`);
  }
  return pool && usable(guest, use, pool);
}

function usable(guest: Guest, use: OptionUse, pool: PoolFact): PoolFact | undefined {
  const { name, path, unusable } = pool;
  if (unusable === undefined) return pool;
  const place = path === '' ? '' : ` (${path})`;
  complain(
    guest,
    'disk',
    use,
    `the pool ${name}${place} cannot be used: ${unusable}; mend it, or name another place`,
  );
  return undefined;
}

type Place = { readonly pool: string } | { readonly folder: string; readonly name: string };

/** A volume that the build makes: in a pool under a free name, or at the path that was given. */
export function createdVolume(guest: Guest, use: OptionUse, place: Place): DiskStorage | undefined {
  const pool = 'pool' in place ? findPool(guest, use, place.pool) : poolAt(guest, use, place.folder);
  const sizeBytes = sizeOf(guest, use);
  if (sizeBytes === undefined) {
    const what = 'pool' in place ? `a volume in the pool ${place.pool}` : join(place.folder, place.name);
    complain(guest, 'disk', use, `${what} does not exist; give its size: size=GiB`);
    return undefined;
  }
  if (sizeBytes === 0) complain(guest, 'disk', use, 'is of size 0; give GiB, e.g. size=20');
  if (pool === undefined) return undefined;
  const isFolder = ['dir', 'fs', 'netfs', 'gluster'].includes(pool.type);
  const format = given(use, 'format') ?? (isFolder ? 'qcow2' : undefined);
  if (format === 'raw' && given(use, 'backing_store') !== undefined)
    complain(
      guest,
      'disk',
      use,
      'is to be an overlay, which a raw volume cannot be; leave format= out, or format=qcow2',
    );
  const name = 'pool' in place ? freeVolumeName(guest, pool, format) : place.name;
  const type = isFolder ? 'file' : 'block';
  return {
    type,
    path: join(pool.path, name),
    ...driverTypeOf(type, format ?? 'raw'),
    toCreate: {
      pool: pool.name,
      poolPath: pool.path,
      name,
      sizeBytes,
      ...(format === undefined ? {} : { format }),
      sparse: switchOf(use, 'sparse') ?? true,
      ...baseOf(guest, use),
    },
  };
}

/**
 * What a new volume is an overlay of. libvirt would look for a relative path beside the volume, and take a base for raw whose format it is
 * not told.
 */
function baseOf(
  { facts }: Guest,
  use: OptionUse,
): { readonly backingStore?: string; readonly backingFormat?: string } {
  const typed = given(use, 'backing_store');
  if (typed === undefined) return {};
  const path = isUrl(typed) ? typed : resolve(facts.workingDirectory, typed);
  const { driverType } = driverTypeOf('file', facts.paths[path]?.format);
  const format = given(use, 'backing_format') ?? driverType;
  return { backingStore: path, ...(format === undefined ? {} : { backingFormat: format }) };
}

/** A folder nobody has as a pool becomes one of its name when the volume is made; it must be there, where that was looked at. */
function poolAt(guest: Guest, use: OptionUse, folder: string): PoolFact | undefined {
  const { pools, defaultPool, paths } = guest.facts;
  const known = [...pools, defaultPool].find(({ path }) => path === folder);
  if (known !== undefined) return usable(guest, use, known);
  const found = paths[folder];
  if (found !== undefined && found.type !== 'dir') {
    const what = found.exists ? 'is no folder' : 'does not exist';
    complain(guest, 'disk', use, `${folder} ${what}; make it, or name another folder`);
  }
  return { name: folder.split('/').at(-1) || 'dirpool', path: folder, type: 'dir', volumes: [] };
}

/** GiB as virt-install has it, fractions allowed, or a size with a unit. */
function sizeOf(guest: Guest, use: OptionUse): number | undefined {
  const text = given(use, 'size');
  if (text === undefined) return undefined;
  try {
    return parseSize(/^\d*\.?\d+$/.test(text) ? `${text.replace(/^\./, '0.')}GiB` : text);
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    const isTooLarge = 'largest' in error.details;
    const remedy = 'write GiB (size=20) or a size with a unit (20GiB)';
    complain(guest, 'disk', use, isTooLarge ? error.message : `size="${text}" is no size; ${remedy}`);
    return 1;
  }
}

/** The guest's name, with a number once that is taken in the pool or by another disk of the guest. */
function freeVolumeName(guest: Guest, pool: PoolFact, format: string | undefined): string {
  const base = read(guest.root, './name') || 'disk';
  const suffix = format === undefined ? '' : format === 'raw' ? '.img' : `.${format}`;
  const mine = devicesOf(guest, 'disk').flatMap((node) => guest.storage.get(node)?.path ?? []);
  const taken = (name: string): boolean =>
    pool.volumes.some((volume) => volume.name === name) || mine.includes(join(pool.path, name));
  let name = `${base}${suffix}`;
  for (let number = 1; taken(name); number += 1) name = `${base}-${number}${suffix}`;
  return name;
}

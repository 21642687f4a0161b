import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the kernel tells about devices and mounts. */
export type KernelFolders = { readonly proc: string; readonly sys: string };

/**
 * Where a block device is mounted here: itself, its partitions, and what lies on them (LVM, RAID, encryption).
 * @param device as major:minor
 */
export async function mountPoints(
  device: string,
  { proc, sys }: KernelFolders = { proc: '/proc', sys: '/sys' },
): Promise<readonly string[]> {
  const devices = new Set([device]);
  // A set goes on to what is added meanwhile.
  for (const one of devices) for (const upper of await devicesOn(one, sys)) devices.add(upper);
  return mountsOf(await readFile(join(proc, 'self/mountinfo'), 'utf8'), devices);
}

/** `major:minor` of the device at a path. */
export async function deviceNumber(path: string): Promise<string> {
  const { rdev } = await stat(path);
  // gnu_dev_major(3), gnu_dev_minor(3), for numbers as Linux has them.
  return `${(rdev >> 8) & 0xfff}:${(rdev & 0xff) | ((rdev >> 12) & 0xfff00)}`;
}

/** Partitions and holders (sysfs: Documentation/ABI/stable/sysfs-block). */
async function devicesOn(device: string, sys: string): Promise<string[]> {
  const folder = await realpath(join(sys, 'dev/block', device)).catch(() => undefined);
  if (folder === undefined) return [];
  const places = [folder, join(folder, 'holders')];
  const entries = await Promise.all(
    places.map(async (place) => (await readdir(place).catch(() => [])).map((name) => join(place, name))),
  );
  const numbers = entries.flat().map((entry) => readFile(join(entry, 'dev'), 'utf8').catch(() => ''));
  return (await Promise.all(numbers)).map((text) => text.trim()).filter((text) => text !== '');
}

/** proc_pid_mountinfo(5): the third field is the device, the fifth the place, with blanks as octal numbers. */
export function mountsOf(mountinfo: string, devices: ReadonlySet<string>): readonly string[] {
  const rows = mountinfo.split('\n').map((line) => line.split(' '));
  const places = rows.flatMap(([, , device = '', , place]) =>
    place !== undefined && devices.has(device) ? [place] : [],
  );
  const plain = places.map((place) =>
    place.replaceAll(/\\(\d{3})/g, (_all, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
  );
  return [...new Set(plain)];
}

import type { XmlNode } from '../../foundation/xml-node.ts';
import { SOURCE_ATTRIBUTE } from './disk.ts';
import { type DiskStorage, devicesOf, type Guest, read } from './guest.ts';

/** The path each disk has in the XML; undefined for a drive that is empty, and for what has no path. */
export type DiskSources = ReadonlyMap<XmlNode, string | undefined>;

export const sourcesOf = (guest: Guest): DiskSources =>
  new Map(devicesOf(guest, 'disk').map((node) => [node, pathIn(node)]));

/**
 * What the XML was given in place of a disk's storage is what the guest has, so that is looked at by all checks, and what it replaced is
 * not made.
 * @param saidBy the option that changed the XML
 */
export function followSources(guest: Guest, before: DiskSources, saidBy: string): void {
  for (const [node, path] of sourcesOf(guest)) {
    if (before.get(node) === path) continue;
    const type = TYPES.find((one) => one === read(node, './@type')) ?? 'file';
    const driverType = read(node, './driver/@type');
    guest.storage.set(node, {
      type,
      saidBy,
      ...(path === undefined ? {} : { path }),
      ...(driverType === undefined ? {} : { driverType }),
    });
  }
}

const TYPES: readonly DiskStorage['type'][] = ['file', 'block', 'dir', 'network', 'volume'];

/** libvirt reads the one attribute that belongs to the disk's type. */
function pathIn(node: XmlNode): string | undefined {
  const attribute = SOURCE_ATTRIBUTE[read(node, './@type') ?? 'file'];
  return attribute === undefined ? undefined : read(node, `./source/@${attribute}`);
}

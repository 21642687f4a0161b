import { basename, dirname, resolve } from 'node:path';
import { type XmlNode, xmlNode } from '../../foundation/xml-node.ts';
import { complexOption } from '../options/all-options.ts';
import { given, type OptionUse } from '../virt-install-options.ts';
import { pruneEmpty, removeAt } from '../xml-path.ts';
import { setBootPosition } from './boot-order.ts';
import { createdVolume, driverTypeOf, existingVolume, isUrl, namedVolume } from './disk-storage.ts';
import {
  complain,
  type DiskStorage,
  devicesNode,
  devicesOf,
  type Guest,
  isQ35,
  isQemu,
  isX86,
  pathOf,
  read,
  write,
  writeDefault,
} from './guest.ts';
import { hasVirtio } from './os-support.ts';
import { takeValues } from './take-values.ts';

/** `--disk`: a path, a volume or a new one, and how the guest sees it. */
export function takeDisk(guest: Guest, use: OptionUse): void {
  if (given(use, 'none') !== undefined || use.text === '') return;
  const node = xmlNode('disk');
  const type = given(use, 'type');
  if (type !== undefined) write(node, './@type', type);
  takePermissions(use, node);
  takeValues(guest, complexOption('disk'), use, node, {
    'boot.order': (value) => setBootPosition(guest, node, Number(value)),
    device: (value) => write(node, './@device', value),
    path: () => {},
    type: () => {},
  });
  const storage = storageOf(guest, use, node);
  if (storage !== undefined) {
    guest.storage.set(node, storage);
    writeSource(node, storage, type);
  }
  checkSource(guest, use, node);
  devicesNode(guest).children.push(node);
}

function takePermissions(use: OptionUse, node: XmlNode): void {
  const permissions = given(use, 'perms');
  if (permissions === 'ro') write(node, './readonly', '');
  if (permissions === 'sh') write(node, './shareable', '');
}

function storageOf(guest: Guest, use: OptionUse, node: XmlNode): DiskStorage | undefined {
  const typed = given(use, 'path');
  const path = typed === undefined || isUrl(typed) ? typed : resolve(guest.facts.workingDirectory, typed);
  const volume = given(use, 'vol');
  const isNamed = ['pool', 'protocol'].some((name) => read(node, `./source/@${name}`) !== undefined);
  const hasSource = isNamed || sourcePath(node) !== undefined;
  const size = given(use, 'size');
  if (volume !== undefined) return existingVolume(guest, use, volume);
  const pool =
    given(use, 'pool') ?? (size !== undefined && path === undefined && !hasSource ? 'default' : undefined);
  // As virt-install has it, a pool that is named counts for more than a path.
  if (pool !== undefined) return createdVolume(guest, use, { pool });
  if (path === undefined) return hasSource ? sourceStorage(guest, use, node) : undefined;
  if (isUrl(path)) return { type: 'network', path };
  const fact = guest.facts.paths[path];
  if (fact?.exists) return { type: fact.type, path, ...driverTypeOf(fact.type, fact.format) };
  if (guest.facts.connection.remote && fact === undefined) return { type: 'block', path };
  // Of a link that leads to nothing, what is made is its end; the link is the user's.
  const end = fact?.path ?? path;
  return createdVolume(guest, use, { folder: dirname(end), name: basename(end) });
}

/** Storage named by its parts: `source.pool=`, `source.file=` … */
function sourceStorage(guest: Guest, use: OptionUse, node: XmlNode): DiskStorage {
  const { facts } = guest;
  const poolName = read(node, './source/@pool');
  if (poolName !== undefined) return namedVolume(guest, use, poolName, read(node, './source/@volume'));
  if (read(node, './source/@protocol') !== undefined) return { type: 'network' };
  const path = sourcePath(node);
  const fact = path === undefined ? undefined : facts.paths[resolve(facts.workingDirectory, path)];
  const type = fact?.type ?? 'file';
  return { type, ...(path === undefined ? {} : { path }), ...driverTypeOf(type, fact?.format) };
}

export const sourcePath = (node: XmlNode): string | undefined =>
  read(node, './source/@file') ?? read(node, './source/@dev') ?? read(node, './source/@dir');

export const SOURCE_ATTRIBUTE: Readonly<Record<string, string>> = { file: 'file', block: 'dev', dir: 'dir' };

/** The attribute a path stands in follows the disk's type. */
export function writeSource(node: XmlNode, storage: DiskStorage, typed?: string): void {
  const { path } = storage;
  if (path === undefined) return;
  if (storage.type === 'network') {
    writeUrl(node, path);
    return;
  }
  const attribute = SOURCE_ATTRIBUTE[typed ?? read(node, './@type') ?? storage.type];
  if (attribute !== undefined) write(node, `./source/@${attribute}`, path);
}

/** `rbd://host:6789/pool/image` → protocol, host and name. */
function writeUrl(node: XmlNode, text: string): void {
  const match = /^([a-z]+)(?:\+([a-z]+))?:\/\/([^/?#:@]*)(?::(\d+))?(\/[^?#]*)?(?:\?([^#]*))?/i.exec(text);
  const [, protocol = '', transport, host, port, path = '', query] = match ?? [];
  write(node, './source/@protocol', protocol.toLowerCase());
  if (transport) write(node, './source/host/@transport', transport);
  if (host) write(node, './source/host/@name', host);
  if (port) write(node, './source/host/@port', port);
  if (transport && path !== '') write(node, './source/host/@socket', path);
  else if (path !== '') write(node, './source/@name', path.replace(/^\//, ''));
  if (query) write(node, './source/@query', query);
}

/** Only drives for removable media may be empty. */
function checkSource(guest: Guest, use: OptionUse, node: XmlNode): void {
  const device = read(node, './@device') ?? 'disk';
  const isEmpty = guest.storage.get(node) === undefined && read(node, './source/@type') === undefined;
  if (isEmpty && device !== 'cdrom' && device !== 'floppy' && guest.problems.length === 0) {
    complain(guest, 'disk', use, 'names no storage; give path=, size=, vol= or source.…=');
  }
}

export function defaultDisk(guest: Guest, node: XmlNode): void {
  const storage = guest.storage.get(node);
  writeDefault(node, './@device', 'disk');
  writeDefault(node, './@type', storage?.type ?? (read(node, './source/@protocol') ? 'network' : 'file'));
  const type = read(node, './@type');
  const device = read(node, './@device');
  if (storage !== undefined) writeDriver(guest, node, storage);
  writeDefault(node, './target/@bus', defaultBus(guest, device ?? 'disk'));
  if (device === 'cdrom') write(node, './readonly', '');
  const isDisk = device === 'disk' && isQemu(guest);
  const isSparse = isDisk && storage?.toCreate?.sparse === true;
  if (isDisk && type === 'block') {
    writeDefault(node, './driver/@cache', 'none');
    writeDefault(node, './driver/@io', 'native');
  }
  if (isSparse || (isDisk && type === 'block')) writeDefault(node, './driver/@discard', 'unmap');
  if (!read(node, './target/@dev')) write(node, './target/@dev', freeTarget(guest, node));
}

function writeDriver(guest: Guest, node: XmlNode, storage: DiskStorage): void {
  if (isQemu(guest)) writeDefault(node, './driver/@name', 'qemu');
  if (read(node, './driver/@name') !== 'qemu') return;
  const isBlock = read(node, './@type') === 'block';
  writeDefault(node, './driver/@type', isBlock ? 'raw' : storage.driverType);
}

function defaultBus(guest: Guest, device: string): string {
  if (device === 'floppy') return 'fdc';
  if (device === 'disk' && hasVirtio(guest, 'disk')) return 'virtio';
  if (device === 'cdrom' && hasVirtio(guest, 'scsi') && !isX86(guest)) return 'scsi';
  return isQ35(guest) ? 'sata' : 'ide';
}

const PREFIXES: Readonly<Record<string, readonly [string, number]>> = {
  virtio: ['vd', 1024],
  xen: ['xvd', 1024],
  fdc: ['fd', 2],
  ide: ['hd', 4],
};

/** The name after the last taken one; when those are used up, the first gap. */
function freeTarget(guest: Guest, node: XmlNode): string {
  const bus = read(node, './target/@bus') ?? '';
  const [prefix, count] = PREFIXES[bus] ?? ['sd', 1024];
  const taken = new Set(
    devicesOf(guest, 'disk')
      .flatMap((disk) => read(disk, './target/@dev') ?? [])
      .filter((dev) => dev.startsWith(prefix)),
  );
  const names = Array.from({ length: count }, (_, index) => `${prefix}${letters(index)}`);
  const lastTaken = names.findLastIndex((name) => taken.has(name));
  const free = names[lastTaken + 1] ?? names.find((name) => !taken.has(name));
  if (free === undefined) {
    guest.problems.push({ where: '--disk', problem: `only ${count} disks fit on the bus ${bus}` });
  }
  return free ?? `${prefix}a`;
}

/** 0 → a, 25 → z, 26 → aa. */
function letters(index: number): string {
  const last = String.fromCharCode(97 + (index % 26));
  return index < 26 ? last : letters(Math.floor(index / 26) - 1) + last;
}

/** The drive of `--cdrom` or of an ISO given to `--location`; before all others, so that `boot cdrom` means it. */
export function addInstallCdrom(guest: Guest, typed: string): XmlNode {
  const path = isUrl(typed) ? typed : resolve(guest.facts.workingDirectory, typed);
  const fact = guest.facts.paths[path];
  const node = xmlNode('disk', { type: isUrl(path) ? 'network' : (fact?.type ?? 'file'), device: 'cdrom' });
  const type = isUrl(path) ? 'network' : (fact?.type ?? 'file');
  const storage: DiskStorage = { type, path, ...driverTypeOf(type, fact?.format) };
  const isKnown = fact !== undefined || !guest.facts.connection.remote;
  if (!isUrl(path) && isKnown && !fact?.exists) {
    guest.problems.push({ where: '--cdrom', problem: `${path} does not exist` });
  }
  guest.storage.set(node, storage);
  writeSource(node, storage);
  const { children } = devicesNode(guest);
  const isCdrom = (one: XmlNode): boolean => one.name === 'disk' && one.attributes.get('device') === 'cdrom';
  const at = children.findIndex(isCdrom);
  children.splice(at < 0 ? children.length : at, 0, node);
  return node;
}

/** Takes the medium out; what is left is an empty drive. */
export function ejectMedium(node: XmlNode): void {
  removeAt(node, pathOf('./source'));
  removeAt(node, pathOf('./driver/@name'));
  removeAt(node, pathOf('./driver/@type'));
  pruneEmpty(node, pathOf('./driver'));
  write(node, './@type', 'file');
}

import { randomUUID } from 'node:crypto';
import { parseXml } from '../../foundation/parse-xml.ts';
import {
  childOf,
  childrenOf,
  nodeAt,
  textAt,
  writeXml,
  type XmlNode,
  xmlNode,
} from '../../foundation/xml-node.ts';
import { SERVED_AT } from '../../os/script-arguments.ts';
import { addMark, addOwner, addToDomain, type KilnAdditions } from '../../virt-install/kiln-additions.ts';

export type KilnParts = KilnAdditions;

/** One disk of a domain as its XML has it. */
export type DomainDisk = {
  readonly target: string;
  readonly bus: string;
  readonly device: string;
  /** Its file, device or URL; undefined for an empty drive and for what has no path. */
  readonly path?: string;
  readonly type: string;
  readonly format?: string;
  readonly bootOrder?: number;
};

export function disksOf(xml: string): DomainDisk[] {
  return childrenOf(devicesOf(parseXml(xml)), 'disk').map((disk) => {
    const source = childOf(disk, 'source')?.attributes;
    const target = childOf(disk, 'target')?.attributes;
    const path = source?.get('file') ?? source?.get('dev') ?? source?.get('dir');
    const format = childOf(disk, 'driver')?.attributes.get('type');
    const order = childOf(disk, 'boot')?.attributes.get('order');
    return {
      target: target?.get('dev') ?? '',
      bus: target?.get('bus') ?? '',
      device: disk.attributes.get('device') ?? 'disk',
      type: disk.attributes.get('type') ?? 'file',
      ...(path === undefined ? {} : { path }),
      ...(format === undefined ? {} : { format }),
      ...(order === undefined ? {} : { bootOrder: Number(order) }),
    };
  });
}

export function macAddressesOf(xml: string): string[] {
  return childrenOf(devicesOf(parseXml(xml)), 'interface').flatMap(
    (one) => childOf(one, 'mac')?.attributes.get('address')?.toLowerCase() ?? [],
  );
}

/** What the network cards are attached to by name: libvirt's network, or a bridge. */
export function networkSourcesOf(xml: string): { readonly type: string; readonly name: string }[] {
  return childrenOf(devicesOf(parseXml(xml)), 'interface').flatMap((one) => {
    const type = one.attributes.get('type') ?? '';
    const name = childOf(one, 'source')?.attributes.get(type);
    return name === undefined ? [] : [{ type, name }];
  });
}

function devicesOf(domain: XmlNode): XmlNode {
  return childOf(domain, 'devices') ?? xmlNode('devices');
}

/** What Kiln adds to a machine (docs/virt-install.md); `--pure` leaves it out. */
export function withKilnParts(xml: string, parts: KilnParts): string {
  const domain = parseXml(xml);
  addToDomain(domain, parts);
  return writeXml(domain);
}

/** The install's kernel and initrd in the place where they really are. */
export function withBootFiles(
  xml: string,
  files: { readonly kernel: string; readonly initrd: string },
): string {
  const domain = parseXml(xml);
  const os = childOf(domain, 'os');
  for (const name of ['kernel', 'initrd'] as const) {
    const node = os && childOf(os, name);
    if (node !== undefined) node.text = files[name];
  }
  return writeXml(domain);
}

/** The address of the build's web server on the installer's kernel line. */
export function withServedAddress(xml: string, url: string): string {
  const domain = parseXml(xml);
  const line = nodeAt(domain, 'os', 'cmdline');
  if (line !== undefined) line.text = line.text.replaceAll(SERVED_AT, url);
  return writeXml(domain);
}

/** Where `--cloud-init`'s ISO stands in the XML until it is made. */
export const CLOUD_INIT_PLACE = '/cloud-init.iso';

/** The same with one file in another place, wherever it stands as a disk's source. */
export function withDiskFile(xml: string, from: string, to: string): string {
  if (from === to) return xml;
  const domain = parseXml(xml);
  for (const disk of childrenOf(devicesOf(domain), 'disk')) {
    const source = childOf(disk, 'source')?.attributes;
    if (source?.get('file') === from) source.set('file', to);
  }
  return writeXml(domain);
}

/** Those of `now` that have another file than in the XML. */
export function movedDisks(xml: string, now: readonly DomainDisk[]): DomainDisk[] {
  const known = disksOf(xml);
  return now.filter(({ device, target, path }) => {
    const before = known.find((disk) => disk.target === target)?.path;
    return device === 'disk' && path !== undefined && before !== undefined && before !== path;
  });
}

/** The same with these files as disks, each in the place of what has its target. */
export function withDisks(xml: string, disks: readonly DomainDisk[]): string {
  if (disks.length === 0) return xml;
  const domain = parseXml(xml);
  for (const node of childrenOf(devicesOf(domain), 'disk')) {
    const target = childOf(node, 'target')?.attributes.get('dev');
    const disk = disks.find((one) => one.target === target);
    if (disk !== undefined) putDisk(node, disk);
  }
  return writeXml(domain);
}

function putDisk(node: XmlNode, { type, path = '', format = 'raw' }: DomainDisk): void {
  const driver = childOf(node, 'driver') ?? xmlNode('driver', { name: 'qemu' });
  driver.attributes.set('type', format);
  const source = xmlNode('source', { [type === 'block' ? 'dev' : 'file']: path });
  const rest = node.children.filter(({ name }) => !['driver', 'source', 'backingStore'].includes(name));
  node.attributes.set('type', type);
  node.children = [driver, source, ...rest];
}

/** One more CD-ROM drive, for the install alone. */
export function withCdrom(xml: string, path: string): string {
  const domain = parseXml(xml);
  const devices = devicesOf(domain);
  const disks = childrenOf(devices, 'disk');
  const targets = disks.map((disk) => childOf(disk, 'target')?.attributes);
  const drive = disks.findIndex((disk) => disk.attributes.get('device') === 'cdrom');
  const bus = targets[drive]?.get('bus') ?? 'sata';
  const prefix = bus === 'ide' ? 'hd' : 'sd';
  const taken = targets.map((target) => target?.get('dev'));
  const letter = [...'abcdefghijklmnopqrstuvwxyz'].find((one) => !taken.includes(`${prefix}${one}`)) ?? 'z';
  const added = xmlNode('disk', { type: 'file', device: 'cdrom' }, [
    xmlNode('driver', { name: 'qemu', type: 'raw' }),
    xmlNode('source', { file: path }),
    xmlNode('target', { dev: `${prefix}${letter}`, bus }),
    xmlNode('readonly'),
  ]);
  const last = disks.at(-1);
  devices.children.splice(last === undefined ? 0 : devices.children.indexOf(last) + 1, 0, added);
  return writeXml(domain);
}

export type BootCheckParts = KilnParts & {
  readonly serialLog: string;
  readonly name: string;
  /** Overlay to use in place of each disk's file. */
  readonly overlays: ReadonlyMap<string, string>;
  /** This boot's own copy of the firmware's variables. */
  readonly nvram: string;
};

/** The same machine on overlays of its disks, with its first serial port in a file: nothing it does stays. */
export function bootCheckXml(final: string, parts: BootCheckParts): { uuid: string; xml: string } {
  const domain = parseXml(final);
  const uuid = randomUUID();
  setText(domain, 'name', parts.name);
  setText(domain, 'uuid', uuid);
  setText(domain, 'on_reboot', 'restart');
  const nvram = nodeAt(domain, 'os', 'nvram');
  if (nvram !== undefined) nvram.text = parts.nvram;
  const devices = devicesOf(domain);
  devices.children = devices.children.filter((device) => !isLeftOut(device, parts.overlays));
  for (const disk of childrenOf(devices, 'disk')) useOverlay(disk, parts.overlays);
  // What was assigned at the machine's own definition may be in use by it.
  for (const device of devices.children) device.children = device.children.filter(isNoAlias);
  devices.children.push(
    xmlNode('serial', { type: 'file' }, [
      xmlNode('source', { path: parts.serialLog, append: 'on' }),
      xmlNode('target', { port: '0' }),
    ]),
  );
  addMark(domain, parts.buildId);
  addOwner(domain, parts.owner);
  return { uuid, xml: writeXml(domain) };
}

const isNoAlias = ({ name }: XmlNode): boolean => name !== 'alias';

/** Serial ports make room for the logged one; a disk without an overlay is not touched, so not given. */
function isLeftOut({ name, children, attributes }: XmlNode, overlays: ReadonlyMap<string, string>): boolean {
  if (name === 'serial' || name === 'console') return true;
  if (name !== 'disk' || attributes.get('device') === 'cdrom') return false;
  const source = children.find((child) => child.name === 'source')?.attributes;
  const path = source?.get('file') ?? source?.get('dev');
  return path === undefined || !overlays.has(path);
}

function useOverlay(disk: XmlNode, overlays: ReadonlyMap<string, string>): void {
  const source = childOf(disk, 'source');
  const path = source?.attributes.get('file') ?? source?.attributes.get('dev');
  const overlay = path === undefined ? undefined : overlays.get(path);
  if (source === undefined || overlay === undefined) return;
  disk.attributes.set('type', 'file');
  source.attributes.clear();
  source.attributes.set('file', overlay);
  childOf(disk, 'driver')?.attributes.set('type', 'qcow2');
  disk.children = disk.children.filter(({ name }) => name !== 'backingStore');
}

function setText(domain: XmlNode, name: string, text: string): void {
  const node = childOf(domain, name);
  if (node === undefined) domain.children.unshift(xmlNode(name, {}, text));
  else node.text = text;
}

/** What of a machine the plan and the manifest tell. */
export function machineFacts(xml: string) {
  const domain = parseXml(xml);
  const cpu = childOf(domain, 'cpu');
  const type = nodeAt(domain, 'os', 'type')?.attributes;
  const loader = textAt(domain, 'os', 'loader');
  return {
    accelerator: domain.attributes.get('type') === 'kvm' ? ('kvm' as const) : ('tcg' as const),
    emulator: textAt(domain, 'devices', 'emulator') ?? '',
    arch: type?.get('arch') ?? '',
    machine: type?.get('machine') ?? '',
    isUefi: childOf(domain, 'os')?.attributes.get('firmware') === 'efi' || loader !== undefined,
    loader,
    cpuMode: cpu?.attributes.get('mode') ?? 'custom',
    cpuModel: cpu && textAt(cpu, 'model'),
    cpuFeatures: (cpu === undefined ? [] : childrenOf(cpu, 'feature')).map(({ attributes }) => ({
      name: attributes.get('name') ?? '',
      policy: attributes.get('policy') ?? 'require',
    })),
    vcpus: Number(textAt(domain, 'vcpu') ?? 1),
    memoryMiB: memoryMiB(domain),
    networks: childrenOf(devicesOf(domain), 'interface').map(
      ({ attributes }) => attributes.get('type') ?? '',
    ),
  };
}

const KIB: Readonly<Record<string, number>> = {
  b: 1 / 1024,
  bytes: 1 / 1024,
  KiB: 1,
  k: 1,
  MiB: 1024,
  M: 1024,
  GiB: 2 ** 20,
  G: 2 ** 20,
};

function memoryMiB(domain: XmlNode): number {
  const memory = childOf(domain, 'currentMemory') ?? childOf(domain, 'memory');
  const unit = memory?.attributes.get('unit') ?? 'KiB';
  return Math.ceil((Number(memory?.text ?? 0) * (KIB[unit] ?? 1)) / 1024);
}

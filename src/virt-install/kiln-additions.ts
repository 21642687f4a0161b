import { childOf, childrenOf, nodeAt, type XmlNode, xmlNode } from '../foundation/xml-node.ts';
import { parseXmlPath, setValue } from './xml-path.ts';

/** What Kiln knows of the build that the command line does not. */
export type KilnAdditions = {
  readonly buildId: string;
  /** Where the text of the first serial port is kept; undefined where Kiln reads the port itself, and of the machine that stays. */
  readonly serialLog?: string;
  /** Whom QEMU runs as; undefined where libvirt decides. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** Targets of disks the build makes itself, and would throw away were it to fail; their I/O is made cheap for the installation. */
  readonly throwAwayDisks?: readonly string[];
};

/** Marks a domain as Kiln's own; clean-up touches no domain without it (the same as in vm/domain-xml.ts). */
export const MARK_NAMESPACE = 'urn:kiln:build:1';

/**
 * Where Kiln differs from virt-install on purpose, in one place (docs/virt-install.md lists it; `--pure` leaves it out). Nothing that
 * the command line says is changed: each addition looks first.
 */
export function addToDomain(domain: XmlNode, additions: KilnAdditions): void {
  addMark(domain, additions.buildId);
  addOwner(domain, additions.owner);
  const devices = childOf(domain, 'devices');
  if (devices === undefined) return;
  logSerial(devices, additions.serialLog);
  const isX86 = /^(?:x86_64|i686)$/.test(nodeAt(domain, 'os', 'type')?.attributes.get('arch') ?? '');
  if (isX86 && childOf(devices, 'panic') === undefined)
    devices.children.push(xmlNode('panic', { model: 'isa' }));
  for (const disk of childrenOf(devices, 'disk')) speedUp(disk, additions.throwAwayDisks ?? []);
}

export function addMark(domain: XmlNode, id: string): void {
  const mark = xmlNode('kiln:build', { 'xmlns:kiln': MARK_NAMESPACE, id });
  const metadata = childOf(domain, 'metadata');
  if (metadata === undefined) domain.children.splice(2, 0, xmlNode('metadata', {}, [mark]));
  else metadata.children.push(mark);
}

/** The first serial port's text goes into a file too; whoever is connected to it notices nothing. */
function logSerial(devices: XmlNode, path: string | undefined): void {
  const logs = path === undefined ? [] : [xmlNode('log', { file: path, append: 'on' })];
  // A console is the first serial port by another name.
  const isPort = ({ name, attributes }: XmlNode): boolean =>
    name === 'console' && (attributes.get('type') ?? 'pty') !== 'null';
  const port = childOf(devices, 'serial') ?? devices.children.find(isPort);
  if (port === undefined) devices.children.push(xmlNode('serial', { type: 'pty' }, logs));
  else if (childOf(port, 'log') === undefined) port.children.push(...logs);
}

/**
 * Nothing is gained by flushing a disk that is thrown away when anything goes wrong; what the installer discards becomes holes; a full
 * host pauses the guest instead of showing it errors.
 */
const THROW_AWAY = {
  cache: 'unsafe',
  discard: 'unmap',
  detect_zeroes: 'unmap',
  error_policy: 'stop',
  rerror_policy: 'stop',
};

function speedUp(disk: XmlNode, throwAway: readonly string[]): void {
  const target = childOf(disk, 'target')?.attributes.get('dev');
  if (target === undefined || !throwAway.includes(target)) return;
  const driver = childOf(disk, 'driver');
  for (const [name, value] of Object.entries(THROW_AWAY)) {
    const path = parseXmlPath(`./driver/@${name}`);
    if (driver?.attributes.has(name) !== true && path !== undefined) setValue(disk, path, value);
  }
}

/** QEMU runs as the user who runs Kiln, unless the command line has a label of its own. */
export function addOwner(domain: XmlNode, owner: KilnAdditions['owner']): void {
  const hasDac = childrenOf(domain, 'seclabel').some((node) => node.attributes.get('model') === 'dac');
  if (owner === undefined || hasDac) return;
  const label = xmlNode('label', {}, `+${owner.uid}:+${owner.gid}`);
  domain.children.push(xmlNode('seclabel', { type: 'static', model: 'dac', relabel: 'no' }, [label]));
}

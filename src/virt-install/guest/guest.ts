import type { Problem } from '../../foundation/errors.ts';
import { childOf, childrenOf, type XmlNode, xmlNode } from '../../foundation/xml-node.ts';
import type { OptionUse, VirtInstallOptions } from '../virt-install-options.ts';
import { getValue, parseXmlPath, setValue, type XmlPath } from '../xml-path.ts';
import type { GuestCapabilities, GuestFacts } from './guest-facts.ts';
import type { XmlChange } from './xml-change.ts';

/** Devices that are not to be added by default: `--console none` … */
export type DefaultDevice = 'graphics' | 'console' | 'channel' | 'rng' | 'tpm' | 'sound' | 'redirdev';

/** Storage behind a disk element, for those who make it. */
export type DiskStorage = {
  /** Created by the build: where and how. */
  readonly toCreate?: NewVolume;
  readonly path?: string;
  readonly type: 'file' | 'block' | 'dir' | 'network' | 'volume';
  /** The driver's type by default. */
  readonly driverType?: string;
  /** Option that put it in the place of what `--disk` says. */
  readonly saidBy?: string;
};

export type NewVolume = {
  readonly pool: string;
  readonly poolPath: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly format?: string;
  readonly sparse: boolean;
  readonly backingStore?: string;
  readonly backingFormat?: string;
};

/** A guest while its XML is put together. The builders change it in virt-install's order; nobody else sees it. */
export type Guest = {
  readonly root: XmlNode;
  readonly facts: GuestFacts;
  readonly options: VirtInstallOptions;
  readonly problems: Problem[];
  readonly warnings: string[];
  /** The libvirt capabilities of the chosen kind of guest. */
  capabilities: GuestCapabilities;
  readonly skipped: Set<DefaultDevice>;
  /** `--features acpi=off` leaves no trace in the XML; it is remembered as `features.acpi`. */
  readonly given: Set<string>;
  uefiRequested: boolean;
  rootPorts: number;
  /** `--cpu secure=off` */
  secureCpu: boolean;
  cpuModeChosen: boolean;
  readonly storage: Map<XmlNode, DiskStorage>;
  /** Changes made by hand (`xpath0.set=`), done when the XML is otherwise complete. */
  readonly changes: { readonly where: string; readonly node: XmlNode; readonly change: XmlChange }[];
};

/** A place in the guest's XML by its path. @throws RangeError for a path that is none: a slip of the program */
export function pathOf(text: string): XmlPath {
  const path = parseXmlPath(text);
  if (path === undefined) throw new RangeError(`${text} is no path`);
  return path;
}

export const read = (node: XmlNode, path: string): string | undefined => getValue(node, pathOf(path));

export const write = (node: XmlNode, path: string, value: string | number): void =>
  setValue(node, pathOf(path), String(value));

/** Sets what is not set. */
export function writeDefault(node: XmlNode, path: string, value: string | number | undefined): void {
  if (value !== undefined && !read(node, path)) write(node, path, value);
}

export function devicesNode(guest: Guest): XmlNode {
  const found = childOf(guest.root, 'devices');
  if (found !== undefined) return found;
  const made = xmlNode('devices');
  guest.root.children.push(made);
  return made;
}

export const devicesOf = (guest: Guest, kind: string): XmlNode[] => childrenOf(devicesNode(guest), kind);

export function addDevice(
  guest: Guest,
  kind: string,
  attributes: Readonly<Record<string, string>> = {},
): XmlNode {
  const node = xmlNode(kind, attributes);
  devicesNode(guest).children.push(node);
  return node;
}

/** Notes something wrong with one use of an option. */
export function complain(guest: Guest, option: string, use: OptionUse | undefined, problem: string): void {
  const text = use?.text ?? '';
  guest.problems.push({ where: `--${option}${text === '' ? '' : ` ${text}`}`, problem });
}

export const isQemu = (guest: Guest): boolean => guest.facts.connection.driver === 'qemu';
/** libvirt's QEMU driver, or its test driver. */
export const isQemuOrTest = (guest: Guest): boolean => guest.facts.connection.driver !== 'other';
export const archOf = (guest: Guest): string =>
  read(guest.root, './os/type/@arch') ?? guest.capabilities.arch;
export const machineOf = (guest: Guest): string => read(guest.root, './os/type/@machine') ?? '';
export const domainType = (guest: Guest): string => read(guest.root, './@type') ?? '';
export const isX86 = (guest: Guest): boolean => ['x86_64', 'i686'].includes(archOf(guest));
export const isQ35 = (guest: Guest): boolean => isX86(guest) && machineOf(guest).includes('q35');
const startsWith = (guest: Guest, archs: readonly string[], machine: string): boolean =>
  archs.includes(archOf(guest)) && machineOf(guest).startsWith(machine);
export const isArmVirt = (guest: Guest): boolean => startsWith(guest, ['aarch64', 'armv7l'], 'virt');
export const isRiscvVirt = (guest: Guest): boolean => startsWith(guest, ['riscv64', 'riscv32'], 'virt');
export const isPseries = (guest: Guest): boolean => startsWith(guest, ['ppc64', 'ppc64le'], 'pseries');
export const isS390x = (guest: Guest): boolean => archOf(guest) === 's390x';
/** Machines whose devices sit on PCI Express. */
export const isPcie = (guest: Guest): boolean => isQ35(guest) || isArmVirt(guest) || isRiscvVirt(guest);
/** Machines that have nothing but virtio, and x86. */
export const isModern = (guest: Guest): boolean =>
  isX86(guest) || isArmVirt(guest) || isRiscvVirt(guest) || isS390x(guest) || isPseries(guest);
export const isWindows = (guest: Guest): boolean =>
  ['win9x', 'winnt', 'win16'].includes(guest.facts.os.family);

export function isUefi(guest: Guest): boolean {
  const { root } = guest;
  const flash = Boolean(read(root, './os/loader')) && read(root, './os/loader/@type') === 'pflash';
  return flash || read(root, './os/@firmware') === 'efi';
}

export const hasSpice = (guest: Guest): boolean =>
  devicesOf(guest, 'graphics').some((node) => node.attributes.get('type') === 'spice');

export const hasGl = (guest: Guest): boolean =>
  devicesOf(guest, 'graphics').some((node) => read(node, './gl/@enable') === 'yes');

import { type XmlNode, xmlNode } from '../../foundation/xml-node.ts';
import { decimal } from '../check-value.ts';
import { complexOption } from '../options/all-options.ts';
import { given, type OptionUse } from '../virt-install-options.ts';
import { setBootPosition } from './boot-order.ts';
import { addDevice, complain, devicesNode, type Guest, read, write, writeDefault } from './guest.ts';
import { takeValues } from './take-values.ts';

/** Devices without anything of their own: their table says it all. `element` is the option's name but for --memdev. */
export function takeDevice(guest: Guest, option: string, use: OptionUse, element = option): XmlNode {
  const node = xmlNode(element);
  takeValues(guest, complexOption(option), use, node);
  devicesNode(guest).children.push(node);
  return node;
}

/** `--controller usb2` and `usb3` are sets; `num_pcie_root_ports` is a number of them. */
export function takeController(guest: Guest, use: OptionUse): void {
  const type = given(use, 'type');
  const ports = given(use, 'num_pcie_root_ports');
  if (ports !== undefined) {
    if (/^\d+$/.test(ports)) guest.rootPorts = Number(ports);
    else complain(guest, 'controller', use, `num_pcie_root_ports=${ports} is not a whole number`);
    return;
  }
  if (!Object.values(use.values).some(Boolean) && !isRefused(guest, 'controller'))
    complain(guest, 'controller', use, 'names no type, e.g. usb or scsi');
  else if (type === 'usb2') addUsb2Controllers(guest);
  else if (type === 'usb3') addUsb3Controller(guest);
  else {
    const node = xmlNode('controller');
    takeValues(guest, complexOption('controller'), use, node, {
      address: (value) => takePciAddress(guest, use, node, value),
    });
    devicesNode(guest).children.push(node);
  }
}

/** Something of the option was wrong already, and so left out. */
const isRefused = ({ problems }: Guest, option: string): boolean =>
  problems.some(({ where }) => where.startsWith(`--${option} `));

/** EHCI with its three companions, each from its own port on. */
export function addUsb2Controllers(guest: Guest): void {
  addDevice(guest, 'controller', { type: 'usb', model: 'ich9-ehci1' });
  for (const [index, port] of ['0', '2', '4'].entries()) {
    const node = addDevice(guest, 'controller', { type: 'usb', model: `ich9-uhci${index + 1}` });
    write(node, './master/@startport', port);
  }
}

/** xHCI with as many ports as QEMU allows. */
export function addUsb3Controller(guest: Guest): void {
  addDevice(guest, 'controller', { type: 'usb', model: 'qemu-xhci', ports: '15' });
}

const PCI_ADDRESS = /^(?:([0-9a-f]+):)?([0-9a-f]+):([0-9a-f]+)\.([0-7])$/i;

function takePciAddress(guest: Guest, use: OptionUse, node: XmlNode, text: string): void {
  const match = /^(?:([^:]*):)?([^:.]*):([^:.]*)\.(.*)$/.exec(text);
  if (match === null) {
    complain(guest, 'controller', use, `address="${text}" is no PCI address such as 0:0:4.7`);
    return;
  }
  const [, domain, bus = '0', slot = '0', fn = '0'] = match;
  write(node, './address/@type', 'pci');
  write(node, './address/@domain', decimal(domain ?? '0'));
  if (domain !== undefined) write(node, './address/@bus', decimal(bus));
  write(node, './address/@slot', decimal(slot));
  write(node, './address/@function', decimal(fn));
}

const hex = (text: string, digits: number): string =>
  `0x${Number.parseInt(text, 16).toString(16).padStart(digits, '0')}`;

/** A device of the host: a PCI address, a USB bus and device or vendor and product, or libvirt's own name for a PCI device. */
export function takeHostdev(guest: Guest, use: OptionUse): void {
  const node = xmlNode('hostdev');
  const type = given(use, 'type');
  takeValues(guest, complexOption('hostdev'), use, node, {
    'boot.order': (value) => setBootPosition(guest, node, Number(value)),
    name: (value) => {
      const inside = { net: 'interface', misc: 'char', storage: 'block' }[type ?? ''];
      if (inside === undefined) takeHostAddress(guest, use, node, value);
      else {
        write(node, './@mode', 'capabilities');
        write(node, `./source/${inside}`, value);
      }
    },
  });
  devicesNode(guest).children.push(node);
}

function takeHostAddress(guest: Guest, use: OptionUse, node: XmlNode, text: string): void {
  const pci = PCI_ADDRESS.exec(text) ?? /^pci_([0-9a-f]+)_([0-9a-f]+)_([0-9a-f]+)_([0-7])$/i.exec(text);
  const usbId = /^(?:0x)?([0-9a-f]{1,4}):(?:0x)?([0-9a-f]{1,4})$/i.exec(text);
  const usbPlace = /^0*(\d+)\.0*(\d+)$/.exec(text);
  if (pci !== null) {
    const [, domain = '0', bus = '0', slot = '0', fn = '0'] = pci;
    write(node, './@type', 'pci');
    const parts = { domain: hex(domain, 4), bus: hex(bus, 2), slot: hex(slot, 2), function: hex(fn, 1) };
    for (const [name, value] of Object.entries(parts)) write(node, `./source/address/@${name}`, value);
  } else if (usbId !== null) {
    write(node, './@type', 'usb');
    write(node, './source/vendor/@id', hex(usbId[1] ?? '0', 4));
    write(node, './source/product/@id', hex(usbId[2] ?? '0', 4));
  } else if (usbPlace !== null) {
    write(node, './@type', 'usb');
    write(node, './source/address/@bus', usbPlace[1] ?? '0');
    write(node, './source/address/@device', usbPlace[2] ?? '0');
  } else {
    complain(
      guest,
      'hostdev',
      use,
      `"${text}" is no device of the host: write a PCI address (00:1b.0), a USB id (0781:5151) or place (001.003), or pci_0000_00_1b_0`,
    );
  }
}

export function defaultHostdev(node: XmlNode): void {
  writeDefault(node, './@managed', 'yes');
  writeDefault(node, './@mode', 'subsystem');
}

const FILESYSTEM_SOURCES: Readonly<Record<string, string>> = {
  template: 'name',
  file: 'file',
  block: 'dev',
  ram: 'usage',
};

/** `--filesystem /host/folder,tag`. */
export function takeFilesystem(guest: Guest, use: OptionUse): void {
  const node = xmlNode('filesystem');
  const attribute = FILESYSTEM_SOURCES[given(use, 'type') ?? ''] ?? 'dir';
  takeValues(guest, complexOption('filesystem'), use, node, {
    type: (value) => write(node, './@type', value),
    source: (value) => write(node, `./source/@${attribute}`, value),
    target: (value) => write(node, './target/@dir', value),
  });
  devicesNode(guest).children.push(node);
}

/** QEMU as an ordinary user cannot keep foreign owners: `mapped`. virtiofs has its own way. */
export function defaultFilesystem(node: XmlNode): void {
  writeDefault(node, './@type', 'mount');
  if (read(node, './driver/@type') !== 'virtiofs') writeDefault(node, './@accessmode', 'mapped');
}

/** `--tpm /dev/tpm0` is passed through; everything else is emulated. */
export function takeTpm(guest: Guest, use: OptionUse): void {
  if (given(use, 'none') !== undefined) {
    guest.skipped.add('tpm');
    return;
  }
  const node = xmlNode('tpm');
  const { 'backend.type': type = '', ...rest } = use.values;
  const values = type.startsWith('/')
    ? { ...rest, 'backend.device.path': type }
    : type === 'default'
      ? rest
      : use.values;
  takeValues(guest, complexOption('tpm'), { ...use, values }, node);
  devicesNode(guest).children.push(node);
}

export function defaultTpm(guest: Guest, node: XmlNode): void {
  writeDefault(node, './backend/@type', read(node, './backend/device/@path') ? 'passthrough' : 'emulator');
  const isPlain = !read(node, './@model') && !read(node, './backend/@version');
  if (read(node, './backend/@type') !== 'emulator' || !isPlain) return;
  const { tpmModels } = guest.facts.domain;
  // CRB is the newer interface and implies TPM 2.0; a libvirt that does not say what it has is old and has it.
  if (tpmModels === undefined || tpmModels.includes('tpm-crb')) write(node, './@model', 'tpm-crb');
}

/** `--panic 0x505` gives the ISA device its port. */
export function takePanic(guest: Guest, use: OptionUse): void {
  const port = use.values.model ?? '';
  const isPort = Object.keys(use.values).length === 1 && port.startsWith('0x');
  const values = isPort ? { 'address.iobase': port, model: 'isa' } : use.values;
  takeDevice(guest, 'panic', { ...use, values });
}

/** Sizes of memory devices are given in MiB and written in KiB. */
export function takeMemdev(guest: Guest, use: OptionUse): void {
  const node = xmlNode('memory');
  const kib =
    (path: string) =>
    (value: string): void =>
      write(node, path, Number(decimal(value)) * 1024);
  takeValues(guest, complexOption('memdev'), use, node, {
    'target.size': kib('./target/size'),
    'target.label_size': kib('./target/label/size'),
    'source.alignsize': kib('./source/alignsize'),
  });
  devicesNode(guest).children.push(node);
}

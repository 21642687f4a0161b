import { type XmlNode, xmlNode } from '../../foundation/xml-node.ts';
import { defaultCharacter, defaultRedirdev, defaultSmartcard } from './character.ts';
import { defaultDisk } from './disk.ts';
import { defaultGraphics, defaultSound, defaultVideo } from './graphics.ts';
import {
  addDevice,
  devicesNode,
  devicesOf,
  type Guest,
  hasSpice,
  isArmVirt,
  isModern,
  isPcie,
  isPseries,
  isQemu,
  isQemuOrTest,
  isRiscvVirt,
  isS390x,
  isUefi,
  isX86,
  read,
  write,
  writeDefault,
} from './guest.ts';
import { defaultInterface } from './interface.ts';
import { hasVirtio, osHas } from './os-support.ts';
import {
  addUsb2Controllers,
  addUsb3Controller,
  defaultFilesystem,
  defaultHostdev,
  defaultTpm,
} from './other-devices.ts';

const has = (guest: Guest, kind: string): boolean => devicesOf(guest, kind).length > 0;

const isUsb = (node: XmlNode): boolean => node.attributes.get('type') === 'usb';

function usbIsOff(guest: Guest): boolean {
  const controllers = devicesOf(guest, 'controller').filter(isUsb);
  return controllers.length > 0 && controllers.every((node) => node.attributes.get('model') === 'none');
}

/** Devices every guest gets unless it has one of the kind, or said that it wants none. */
export function addDefaultDevices(guest: Guest): void {
  const lacks = (kind: string): boolean => !has(guest, kind);
  const wantsGraphics = isX86(guest) || isPseries(guest);
  if (lacks('graphics') && !guest.skipped.has('graphics') && wantsGraphics) addDevice(guest, 'graphics');
  if (lacks('video') && has(guest, 'graphics')) addDevice(guest, 'video');
  addInput(guest);
  if (lacks('console') && lacks('serial') && !guest.skipped.has('console')) {
    const console = addDevice(guest, 'console', { type: 'pty' });
    if (isS390x(guest)) write(console, './target/@type', 'sclp');
  }
  addUsbController(guest);
  if (lacks('channel') && !guest.skipped.has('channel') && isQemu(guest) && hasVirtio(guest, 'serial')) {
    const channel = addDevice(guest, 'channel', { type: 'unix' });
    write(channel, './target/@type', 'virtio');
    write(channel, './target/@name', 'org.qemu.guest_agent.0');
  }
  addRngAndBalloon(guest);
  const { tpmModels = [], tpmBackends } = guest.facts.domain;
  const hasTpm = tpmModels.length > 0 && tpmBackends.includes('emulator');
  if (lacks('tpm') && !guest.skipped.has('tpm') && isUefi(guest) && hasTpm) {
    write(addDevice(guest, 'tpm'), './backend/@type', 'emulator');
  }
}

/** A tablet's pointer is where the viewer's is. */
function addInput(guest: Guest): void {
  if (has(guest, 'input') || !has(guest, 'graphics') || usbIsOff(guest)) return;
  const onlyUsb = isArmVirt(guest) || isRiscvVirt(guest) || isPseries(guest);
  if (isX86(guest) || onlyUsb) addDevice(guest, 'input', { type: 'tablet', bus: 'usb' });
  if (onlyUsb) addDevice(guest, 'input', { type: 'keyboard', bus: 'usb' });
  if (!isS390x(guest) || !osHas(guest, 'input')) return;
  for (const type of ['tablet', 'keyboard']) addDevice(guest, 'input', { type, bus: 'virtio' });
}

function addUsbController(guest: Guest): void {
  if (devicesOf(guest, 'controller').some(isUsb) || !isQemuOrTest(guest)) return;
  const qemuHasXhci = isQemu(guest);
  const alwaysUsb3 = isArmVirt(guest) || isRiscvVirt(guest) || isPseries(guest);
  const usb3 = qemuHasXhci && (alwaysUsb3 || (isX86(guest) && osHas(guest, 'usb3')));
  if (usb3) addUsb3Controller(guest);
  else if (isX86(guest)) addUsb2Controllers(guest);
}

function addRngAndBalloon(guest: Guest): void {
  if (!isQemu(guest) || !isModern(guest)) return;
  if (!has(guest, 'rng') && !guest.skipped.has('rng') && osHas(guest, 'rng')) {
    const rng = addDevice(guest, 'rng');
    rng.children.push(xmlNode('backend', { model: 'random' }, '/dev/urandom'));
  }
  if (!has(guest, 'memballoon') && osHas(guest, 'balloon'))
    addDevice(guest, 'memballoon', { model: 'virtio' });
}

type Fill = (guest: Guest, node: XmlNode) => void;

/** What a device of each kind gets where nothing was said; in this order, since later kinds look at earlier ones. */
const DEFAULTS: readonly (readonly [kind: string, fill: Fill])[] = [
  ['disk', defaultDisk],
  ['filesystem', (_, node) => defaultFilesystem(node)],
  ['interface', defaultInterface],
  ['smartcard', (_, node) => defaultSmartcard(node)],
  ['serial', (_, node) => defaultCharacter(node)],
  ['parallel', (_, node) => defaultCharacter(node)],
  ['console', (_, node) => defaultCharacter(node)],
  ['channel', (_, node) => defaultCharacter(node)],
  ['input', (_, node) => defaultInput(node)],
  ['tpm', defaultTpm],
  ['graphics', defaultGraphics],
  ['sound', defaultSound],
  ['video', defaultVideo],
  ['hostdev', (_, node) => defaultHostdev(node)],
  ['redirdev', (_, node) => defaultRedirdev(node)],
  ['watchdog', (_, node) => defaultWatchdog(node)],
  ['memballoon', (_, node) => writeDefault(node, './@model', 'virtio')],
  ['rng', (_, node) => writeDefault(node, './@model', 'virtio')],
  ['panic', defaultPanic],
  ['vsock', (_, node) => defaultVsock(node)],
];

export function fillDevices(guest: Guest): void {
  for (const [kind, fill] of DEFAULTS) {
    for (const node of devicesOf(guest, kind)) fill(guest, node);
  }
}

function defaultInput(node: XmlNode): void {
  writeDefault(node, './@type', 'mouse');
  const type = read(node, './@type');
  if (type !== 'evdev') writeDefault(node, './@bus', type === 'tablet' ? 'usb' : 'ps2');
}

function defaultWatchdog(node: XmlNode): void {
  writeDefault(node, './@model', 'i6300esb');
  writeDefault(node, './@action', 'reset');
}

function defaultPanic(guest: Guest, node: XmlNode): void {
  if (read(node, './address/@iobase')) writeDefault(node, './address/@type', 'isa');
  const model = isX86(guest) ? 'isa' : isPseries(guest) ? 'pseries' : isS390x(guest) ? 's390' : undefined;
  writeDefault(node, './@model', model);
}

function defaultVsock(node: XmlNode): void {
  writeDefault(node, './@model', 'virtio');
  if (!read(node, './cid/@address')) writeDefault(node, './cid/@auto', 'yes');
}

/** Devices that others need: a controller for SCSI disks, root ports for PCI Express, what SPICE's viewers expect. */
export function addCompanions(guest: Guest): void {
  const controllers = devicesOf(guest, 'controller').map((node) => node.attributes.get('type'));
  const hasScsiDisk = devicesOf(guest, 'disk').some((node) => read(node, './target/@bus') === 'scsi');
  if (hasScsiDisk && !controllers.includes('scsi') && hasVirtio(guest, 'scsi')) {
    addDevice(guest, 'controller', { type: 'scsi', model: 'virtio-scsi' });
  }
  if (!controllers.includes('pci') && isPcie(guest) && guest.rootPorts > 0) {
    // libvirt wants the root before its ports.
    addDevice(guest, 'controller', { type: 'pci', model: 'pcie-root' });
    for (let port = 0; port < guest.rootPorts; port += 1) {
      addDevice(guest, 'controller', { type: 'pci', model: 'pcie-root-port' });
    }
  }
  if (hasSpice(guest)) addSpiceDevices(guest);
}

function addSpiceDevices(guest: Guest): void {
  if (isX86(guest) && isQemuOrTest(guest)) writeDefault(guest.root, './features/vmport/@state', 'off');
  const hasAgent = devicesOf(guest, 'channel').some((node) => node.attributes.get('type') === 'spicevmc');
  if (!guest.skipped.has('channel') && !hasAgent) {
    defaultCharacter(addDevice(guest, 'channel', { type: 'spicevmc' }));
  }
  if (!guest.skipped.has('sound') && !has(guest, 'sound')) defaultSound(guest, addDevice(guest, 'sound'));
  const wantsRedirection = !guest.skipped.has('redirdev') && !has(guest, 'redirdev');
  if (!wantsRedirection || usbIsOff(guest) || !isX86(guest)) return;
  for (let count = 0; count < 2; count += 1) addDevice(guest, 'redirdev', { bus: 'usb', type: 'spicevmc' });
}

/** The order libvirt itself writes devices in. */
const ORDER =
  'emulator disk controller filesystem interface smartcard serial parallel console channel input tpm graphics sound audio video hostdev redirdev watchdog memballoon rng panic shmem memory vsock iommu'.split(
    ' ',
  );

export function sortDevices(guest: Guest): void {
  devicesNode(guest).children.sort((a, b) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name));
}

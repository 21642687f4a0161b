import type { OsFacts } from '../../osinfo/os-facts.ts';
import { type Guest, isArmVirt, isPseries, isQemu, isRiscvVirt, isS390x, isX86 } from './guest.ts';

const PCI = 'http://pcisig.com/pci';

/** Devices by what virt-install asks for them; virtio has an id of its own for version 1.0. */
const DEVICES = {
  disk: [`${PCI}/1af4/1001`, `${PCI}/1af4/1042`],
  scsi: [`${PCI}/1af4/1004`, `${PCI}/1af4/1048`],
  network: [`${PCI}/1af4/1000`, `${PCI}/1af4/1041`],
  virtio1: [`${PCI}/1af4/1041`],
  rng: [`${PCI}/1af4/1005`, `${PCI}/1af4/1044`],
  gpu: [`${PCI}/1af4/1050`],
  balloon: [`${PCI}/1af4/1002`, `${PCI}/1af4/1045`],
  serial: [`${PCI}/1af4/1003`, `${PCI}/1af4/1043`],
  input: [`${PCI}/1af4/1052`],
  usb3: [`${PCI}/1b36/0004`],
  q35: ['http://qemu.org/chipset/x86/q35'],
  e1000: [`${PCI}/8086/100e`],
  rtl8139: [`${PCI}/10ec/8139`],
  ne2k_pci: [`${PCI}/10ec/8029`],
  pcnet: [`${PCI}/1022/2000`],
} as const;

type Device = keyof typeof DEVICES;

const knows = (os: OsFacts, device: Device): boolean => DEVICES[device].some((id) => os.devices.includes(id));

/** Whether the operating system has a driver for the device. */
export function osHas({ facts: { os } }: Guest, device: Device): boolean {
  // libosinfo lacked the serial device for Red Hat's systems; virt-install 4.1 still makes up for it.
  return knows(os, device) || (device === 'serial' && os.lineage.includes('rhel6.0'));
}

/** virtio devices need QEMU, and on x86 a driver; other machines have hardly anything else. */
export function hasVirtio(guest: Guest, device: 'disk' | 'scsi' | 'network' | 'serial'): boolean {
  if (!isQemu(guest)) return false;
  const always = isArmVirt(guest) || isRiscvVirt(guest) || isS390x(guest) || isPseries(guest);
  return always || (osHas(guest, device) && isX86(guest));
}

/** Systems that know virtio, but not its version 1.0, cannot use it on q35. */
export function likesQ35(os: OsFacts): boolean {
  const oldVirtio = knows(os, 'network') && !knows(os, 'virtio1');
  return !oldVirtio && knows(os, 'q35');
}

/** Systems that boot with UEFI alone. */
export function osNeedsUefi({ facts: { os } }: Guest, arch: string): boolean {
  if (os.shortId === 'win11') return true;
  const supports = (type: string, otherwise: boolean): boolean =>
    os.firmware.find((one) => one.arch === arch && one.type === type)?.supported ?? otherwise;
  return supports('efi', false) && !supports('bios', true);
}

type Amount = 'ramBytes' | 'processors' | 'storageBytes';

/** What the system should have: what is recommended, or twice the minimum. */
export function recommended(guest: Guest, arch: string, amount: Amount): number | undefined {
  const { os } = guest.facts;
  const minimum = amountOf(os.minimum, arch, amount);
  return amountOf(os.recommended, arch, amount) ?? (minimum === undefined ? undefined : minimum * 2);
}

export function amountOf(
  resources: Guest['facts']['os']['minimum'],
  arch: string,
  amount: Amount,
): number | undefined {
  for (const one of [arch, 'all']) {
    const value = resources.find((resource) => resource.arch === one)?.[amount];
    if (value !== undefined && value > 0) return value;
  }
  return undefined;
}

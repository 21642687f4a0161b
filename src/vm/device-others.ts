import type { DomainInput } from './domain-input.ts';
import { element, type Xml } from './xml.ts';

/** User-mode networking needs no privilege and no bridge; the guest sees the host as 10.0.2.2. */
export function interfaceElements({ plan, macAddress, metadataSocket }: DomainInput): Xml[] {
  if (plan.network === 'none' || metadataSocket !== undefined) return [];
  const mac = element('mac', { address: macAddress });
  return [element('interface', { type: 'user' }, mac, element('model', { type: 'virtio' }))];
}

/** Installers generate keys; without a source of randomness an emulated guest can wait for minutes. */
export function rngElement(): Xml {
  return element('rng', { model: 'virtio' }, element('backend', { model: 'random' }, '/dev/urandom'));
}

/** pvpanic: a guest kernel that has its driver tells of its panic by itself. */
export function panicElement(): Xml {
  return element('panic', { model: 'isa' });
}

/** Devices libvirt would add by itself and that no installer needs; each costs firmware and kernel time under emulation. */
export function omittedDeviceElements(): Xml[] {
  return [element('controller', { type: 'usb', model: 'none' }), element('memballoon', { model: 'none' })];
}

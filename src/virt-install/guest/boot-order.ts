import type { XmlNode } from '../../foundation/xml-node.ts';
import { setBootOrder } from './domain-settings.ts';
import { devicesNode, type Guest, read, write } from './guest.ts';

const BOOTABLE = ['disk', 'interface', 'hostdev', 'redirdev'];

/**
 * `boot.order=1` on a device: libvirt takes an order of devices or of kinds, so the kinds go, and devices that had this place or the
 * next ones move on.
 */
export function setBootPosition(guest: Guest, node: XmlNode, position: number): void {
  setBootOrder(guest, []);
  const orderOf = (one: XmlNode): number => Number(read(one, './boot/@order'));
  const others = devicesNode(guest)
    .children.filter((one) => one !== node && BOOTABLE.includes(one.name) && read(one, './boot/@order'))
    .sort((a, b) => orderOf(a) - orderOf(b));
  write(node, './boot/@order', position);
  let taken = position;
  let moved = false;
  for (const other of others) {
    if (orderOf(other) !== taken) {
      if (moved) return;
      continue;
    }
    taken += 1;
    moved = true;
    write(other, './boot/@order', taken);
  }
}

export const hasBootPositions = (guest: Guest): boolean =>
  devicesNode(guest).children.some((node) => read(node, './boot/@order') !== undefined);

import type { DomainInput } from './domain-input.ts';
import { element, type Xml } from './xml.ts';

/**
 * The guest's network with a metadata service in it. QEMU's user networking forwards (`guestfwd`) only addresses of its own network, so
 * that is 169.254.169.0/24 here, with the gateway and the name server elsewhere in it; everything else is reached as usual. libvirt has
 * no element for a forward on the guest's own network card (its `channel` of type guestfwd makes a network that no card is on), so card and
 * network are given to QEMU as they are. The forward is one stream to the socket, for all connections. Slot 0x10
 * of the first bus is free on every machine type: libvirt fills it from both ends.
 */
export function metadataNetwork({ metadataSocket, macAddress, plan }: DomainInput): Xml | undefined {
  if (metadataSocket === undefined) return undefined;
  const bus = plan.machine === 'q35' ? 'pcie.0' : 'pci.0';
  const args = [
    '-chardev',
    `socket,id=kiln-metadata,path=${escapeCommas(metadataSocket)}`,
    '-netdev',
    'user,id=kiln-net,net=169.254.169.0/24,host=169.254.169.2,dns=169.254.169.3,dhcpstart=169.254.169.15,' +
      'guestfwd=tcp:169.254.169.254:80-chardev:kiln-metadata',
    '-device',
    `virtio-net-pci,netdev=kiln-net,mac=${macAddress},bus=${bus},addr=0x10`,
  ];
  return element('qemu:commandline', {}, ...args.map((value) => element('qemu:arg', { value })));
}

/** QEMU's options are parted at commas; two of them stand for one (qemu(1)). */
const escapeCommas = (text: string): string => text.replaceAll(',', ',,');

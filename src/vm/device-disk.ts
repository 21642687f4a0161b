import type { DiskBus } from '../spec/build-spec.ts';
import type { DomainInput } from './domain-input.ts';
import { element, type Xml } from './xml.ts';

/**
 * The install disk is thrown away when anything goes wrong, so nothing is gained by flushing it: `cache=unsafe`. Discarded and
 * zeroed blocks become holes, so the result is sparse without a second pass. `error_policy=stop` pauses the guest when the
 * host's disk is full, instead of letting the installer see I/O errors, and libvirt says so in an event.
 */
const THROW_AWAY = {
  cache: 'unsafe',
  discard: 'unmap',
  detect_zeroes: 'unmap',
  error_policy: 'stop',
  rerror_policy: 'stop',
};

export function diskElement(input: DomainInput): Xml {
  const { bus, target } = input.plan.disk;
  return element(
    'disk',
    { type: 'file', device: 'disk' },
    element('driver', { name: 'qemu', type: input.disk.format, ...THROW_AWAY }),
    element('source', { file: input.disk.path }),
    element('target', { dev: target, bus }),
    element('boot', { order: input.boot.kind === 'cdrom' ? 2 : 1 }),
  );
}

/** CD-ROM drives sit on SATA; the i440FX machine has only IDE. */
export function cdromElements(input: DomainInput): Xml[] {
  const [bus, prefix] = input.plan.machine === 'q35' ? ['sata', 'sd'] : ['ide', 'hd'];
  const taken = input.plan.disk.target;
  const letters = ['a', 'b', 'c', 'd'].filter((letter) => `${prefix}${letter}` !== taken);
  return input.cdroms.map((path, index) =>
    element(
      'disk',
      { type: 'file', device: 'cdrom' },
      element('driver', { name: 'qemu', type: 'raw' }),
      element('source', { file: path }),
      element('target', { dev: `${prefix}${letters[index]}`, bus }),
      element('readonly'),
      index === 0 && input.boot.kind === 'cdrom' ? element('boot', { order: 1 }) : undefined,
    ),
  );
}

export function diskControllerElements(bus: DiskBus): Xml[] {
  return bus === 'scsi' ? [element('controller', { type: 'scsi', model: 'virtio-scsi' })] : [];
}

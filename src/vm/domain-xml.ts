import { installerLogElement, screenElements, serialElement } from './device-console.ts';
import { cdromElements, diskControllerElements, diskElement } from './device-disk.ts';
import { interfaceElements, omittedDeviceElements, panicElement, rngElement } from './device-others.ts';
import type { DomainInput } from './domain-input.ts';
import { cpuElement, featuresElement, osElement } from './domain-os.ts';
import { metadataNetwork } from './metadata-network.ts';
import { element, type Xml } from './xml.ts';

/** libvirt passes what stands in elements of it on to QEMU (drvqemu.html). */
const QEMU_NAMESPACE = 'http://libvirt.org/schemas/domain/qemu/1.0';

/** Marks a domain as Kiln's own; clean-up touches no domain without it. */
export const METADATA_NAMESPACE = 'urn:kiln:build:1';

/**
 * The libvirt domain of one start of a build (formatdomain.html). The same builders make the install domain, the final domain
 * that outlives it, and the boot check's.
 */
export function domainXml(input: DomainInput): string {
  const { plan } = input;
  const domain = element(
    'domain',
    {
      type: plan.accelerator === 'kvm' ? 'kvm' : 'qemu',
      'xmlns:qemu': input.metadataSocket === undefined ? undefined : QEMU_NAMESPACE,
    },
    element('name', {}, input.name),
    element('uuid', {}, input.uuid),
    element('metadata', {}, element('kiln:build', { 'xmlns:kiln': METADATA_NAMESPACE, id: input.buildId })),
    element('memory', { unit: 'MiB' }, String(plan.memoryMiB)),
    element('vcpu', {}, String(plan.vcpus)),
    osElement(input),
    featuresElement(input),
    cpuElement(plan.cpu),
    element('clock', { offset: 'utc' }),
    element('on_poweroff', {}, 'destroy'),
    element('on_reboot', {}, input.onReboot),
    element('on_crash', {}, 'destroy'),
    element(
      'pm',
      {},
      element('suspend-to-mem', { enabled: 'no' }),
      element('suspend-to-disk', { enabled: 'no' }),
    ),
    element('devices', {}, ...deviceElements(input)),
    ownerLabel(input),
    metadataNetwork(input),
  );
  return `${domain.markup}\n`;
}

function deviceElements(input: DomainInput): (Xml | undefined)[] {
  return [
    element('emulator', {}, input.plan.emulator),
    diskElement(input),
    ...cdromElements(input),
    ...diskControllerElements(input.plan.disk.bus),
    ...omittedDeviceElements(),
    ...interfaceElements(input),
    serialElement(input),
    installerLogElement(input),
    ...screenElements(input),
    rngElement(),
    panicElement(),
  ];
}

/**
 * A privileged libvirtd would start QEMU as its own service user, which cannot reach a private folder, and would change the
 * owner of every file it is given. With this label QEMU runs as the user who runs Kiln and no file changes hands.
 */
function ownerLabel({ owner }: DomainInput): Xml | undefined {
  if (owner === undefined) return undefined;
  return element(
    'seclabel',
    { type: 'static', model: 'dac', relabel: 'no' },
    element('label', {}, `+${owner.uid}:+${owner.gid}`),
  );
}

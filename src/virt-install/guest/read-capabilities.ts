import { childOf, childrenOf, nodeAt, textAt, type XmlNode } from '../../foundation/xml-node.ts';
import type { DomainCapabilities, GuestCapabilities, HostCapabilities, Machine } from './guest-facts.ts';

/** virConnectGetCapabilities (formatcaps.html). */
export function readHostCapabilities(root: XmlNode): HostCapabilities {
  const cpuModel = textAt(root, 'host', 'cpu', 'model');
  return {
    arch: textAt(root, 'host', 'cpu', 'arch') ?? 'x86_64',
    ...(cpuModel === undefined ? {} : { cpuModel }),
    securityModels: childrenOf(nodeAt(root, 'host') ?? root, 'secmodel').flatMap(
      (model) => textAt(model, 'model') ?? [],
    ),
    guests: childrenOf(root, 'guest').map(readGuest),
  };
}

function readGuest(guest: XmlNode): GuestCapabilities {
  const arch = childOf(guest, 'arch') ?? guest;
  const emulator = textAt(arch, 'emulator');
  const loader = textAt(arch, 'loader');
  const isOn = (name: string): boolean => nodeAt(guest, 'features', name)?.attributes.get('default') === 'on';
  return {
    osType: textAt(guest, 'os_type') ?? '',
    arch: arch.attributes.get('name') ?? '',
    ...(emulator === undefined ? {} : { emulator }),
    ...(loader === undefined ? {} : { loader }),
    machines: machinesOf(arch),
    domains: childrenOf(arch, 'domain').map((domain) => {
      const own = textAt(domain, 'emulator');
      return {
        type: domain.attributes.get('type') ?? '',
        ...(own === undefined ? {} : { emulator: own }),
        machines: machinesOf(domain),
      };
    }),
    features: { acpi: isOn('acpi'), apic: isOn('apic'), pae: nodeAt(guest, 'features', 'pae') !== undefined },
  };
}

function machinesOf(node: XmlNode): Machine[] {
  return childrenOf(node, 'machine').map((machine) => {
    const canonical = machine.attributes.get('canonical');
    return { name: machine.text, ...(canonical === undefined ? {} : { canonical }) };
  });
}

/** virConnectGetDomainCapabilities (formatdomaincaps.html). */
export function readDomainCapabilities(root: XmlNode): DomainCapabilities {
  const graphicsTypes = enumOf(nodeAt(root, 'devices', 'graphics'), 'type');
  const videoModels = enumOf(nodeAt(root, 'devices', 'video'), 'modelType');
  const tpmModels = enumOf(nodeAt(root, 'devices', 'tpm'), 'model');
  const graphicsKnown = isSupported(nodeAt(root, 'devices', 'graphics'));
  const loader = nodeAt(root, 'os', 'loader');
  return {
    firmwareEfi: enumOf(nodeAt(root, 'os'), 'firmware')?.includes('efi') ?? false,
    loaders: loader === undefined ? [] : childrenOf(loader, 'value').map(({ text }) => text),
    loaderReadonly: enumOf(loader, 'readonly')?.includes('yes') ?? false,
    ...(graphicsKnown ? { graphicsTypes: graphicsTypes ?? [] } : {}),
    ...(videoModels === undefined ? {} : { videoModels }),
    ...(tpmModels === undefined ? {} : { tpmModels }),
    tpmBackends: enumOf(nodeAt(root, 'devices', 'tpm'), 'backendModel') ?? [],
    cpuModes: readCpuModes(root),
    sevEs:
      isSupported(nodeAt(root, 'features', 'sev')) &&
      nodeAt(root, 'features', 'sev', 'maxESGuests') !== undefined,
    securityFeatures: securityFeaturesOf(root),
  };
}

/** Protections against CPU vulnerabilities, in virt-install's order of looking for them. */
const PROTECTIONS = ['spec-ctrl', 'ssbd', 'ibpb', 'virt-ssbd', 'md-clear'];

/** Those of the host's own model: named beside it, or meant by its name (`Skylake-Client-IBRS`). */
function securityFeaturesOf(root: XmlNode): string[] {
  const modes = childrenOf(nodeAt(root, 'cpu') ?? root, 'mode');
  const mode = modes.find((one) => one.attributes.get('name') === 'host-model' && isSupported(one));
  if (mode === undefined) return [];
  const model = textAt(mode, 'model') ?? '';
  const named = childrenOf(mode, 'feature')
    .filter((feature) => feature.attributes.get('policy') === 'require')
    .flatMap((feature) => feature.attributes.get('name') ?? []);
  const meant = [
    ...(model.includes('IBRS') ? ['spec-ctrl'] : []),
    ...(model.includes('IBPB') ? ['ibpb'] : []),
  ];
  return PROTECTIONS.filter((name) => named.includes(name) || meant.includes(name));
}

const isSupported = (node: XmlNode | undefined): boolean => node?.attributes.get('supported') === 'yes';

function enumOf(node: XmlNode | undefined, name: string): string[] | undefined {
  if (node === undefined) return undefined;
  const found = childrenOf(node, 'enum').find((one) => one.attributes.get('name') === name);
  return found && childrenOf(found, 'value').map(({ text }) => text);
}

function readCpuModes(root: XmlNode): DomainCapabilities['cpuModes'] {
  const modes = childrenOf(nodeAt(root, 'cpu') ?? root, 'mode');
  const mode = (name: string): XmlNode | undefined =>
    modes.find((one) => one.attributes.get('name') === name && isSupported(one));
  const passthrough = enumOf(mode('host-passthrough'), 'hostPassthroughMigratable')?.includes('on') ?? false;
  const hostModel = mode('host-model');
  const custom = mode('custom');
  return {
    passthrough,
    hostModel:
      hostModel !== undefined && childOf(hostModel, 'model')?.attributes.get('fallback') === 'forbid',
    custom: (custom === undefined ? [] : childrenOf(custom, 'model')).map((model) => ({
      name: model.text,
      usable: model.attributes.get('usable') !== 'no',
    })),
  };
}

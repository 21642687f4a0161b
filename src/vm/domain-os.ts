import type { CpuPlan } from '../plan/build-plan.ts';
import type { DomainInput } from './domain-input.ts';
import { element, type Xml } from './xml.ts';

export function osElement(input: DomainInput): Xml {
  const { plan, boot } = input;
  const direct =
    boot.kind === 'direct'
      ? [
          element('kernel', {}, boot.kernel),
          element('initrd', {}, boot.initrd),
          element('cmdline', {}, boot.commandLine),
        ]
      : [];
  return element(
    'os',
    {},
    element('type', { arch: plan.arch, machine: plan.machine }, 'hvm'),
    ...firmwareElements(input),
    ...direct,
    // SeaBIOS on the serial port too, so that "No bootable device" reaches the log.
    plan.firmware.kind === 'bios' ? element('bios', { useserial: 'yes' }) : undefined,
  );
}

function firmwareElements(input: DomainInput): Xml[] {
  const { firmware } = input.plan;
  if (firmware.kind === 'bios') return [];
  return [
    element(
      'loader',
      { readonly: 'yes', type: 'pflash', secure: firmware.secureBoot ? 'yes' : undefined },
      firmware.code,
    ),
    ...(input.nvram === undefined ? [] : [element('nvram', {}, input.nvram)]),
  ];
}

export function featuresElement(input: DomainInput): Xml {
  const { firmware } = input.plan;
  const smm = firmware.kind === 'uefi' && firmware.secureBoot ? element('smm', { state: 'on' }) : undefined;
  return element('features', {}, element('acpi'), element('apic'), element('vmport', { state: 'off' }), smm);
}

export function cpuElement(cpu: CpuPlan): Xml {
  return element(
    'cpu',
    { mode: cpu.mode, match: cpu.mode === 'custom' ? 'exact' : undefined, check: 'none' },
    cpu.mode === 'custom' && cpu.model !== undefined
      ? element('model', { fallback: 'forbid' }, cpu.model)
      : undefined,
    ...cpu.features.map(({ name, policy }) => element('feature', { policy, name })),
  );
}

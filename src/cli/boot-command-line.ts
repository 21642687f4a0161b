import type { Artifact } from '../artifact/artifact.ts';
import { assertNever } from '../foundation/assert-never.ts';
import type { BuildPlan, CpuPlan, FirmwarePlan } from '../plan/build-plan.ts';

/** What of a plan decides how its image is booted by hand. */
export type BootFacts = Pick<
  BuildPlan,
  'emulator' | 'accelerator' | 'machine' | 'firmware' | 'cpu' | 'vcpus' | 'memoryMiB' | 'disk' | 'network'
>;

/**
 * QEMU's arguments that boot an image on this host the way the build booted it, console on the terminal. Nothing is written to
 * the image (`snapshot=on`), so its checksum stays true.
 */
export function bootArguments(plan: BootFacts, image: Pick<Artifact, 'path' | 'format'>): string[] {
  return [
    ...['-machine', machineOption(plan)],
    ...['-cpu', cpuOption(plan.cpu)],
    ...['-m', String(plan.memoryMiB), '-smp', String(plan.vcpus)],
    ...firmwareArguments(plan.firmware),
    ...diskArguments(plan, image),
    ...['-nic', plan.network === 'none' ? 'none' : 'user,model=virtio-net-pci'],
    '-nographic',
  ];
}

/** A comma ends a value in QEMU's option syntax; doubled, it is a comma (qemu(1), "-drive"). */
const optionValue = (text: string): string => text.replaceAll(',', ',,');

function machineOption({ machine, accelerator, firmware }: BootFacts): string {
  const smm = firmware.kind === 'uefi' && firmware.secureBoot ? ',smm=on' : '';
  return `${machine},accel=${accelerator}${smm}`;
}

function cpuOption(cpu: CpuPlan): string {
  const names = { 'host-passthrough': 'host', maximum: 'max', custom: cpu.model ?? 'qemu64' } as const;
  const features = cpu.features.map(({ name, policy }) => `${name}=${policy === 'require' ? 'on' : 'off'}`);
  return [names[cpu.mode], ...features].join(',');
}

function firmwareArguments(firmware: FirmwarePlan): string[] {
  if (firmware.kind === 'bios') return [];
  const secure = firmware.secureBoot ? ['-global', 'driver=cfi.pflash01,property=secure,value=on'] : [];
  return [
    ...secure,
    '-drive',
    `if=pflash,unit=0,format=raw,readonly=on,file=${optionValue(firmware.code)}`,
    '-drive',
    `if=pflash,unit=1,format=raw,snapshot=on,file=${optionValue(firmware.varsTemplate)}`,
  ];
}

function diskArguments(plan: BootFacts, image: Pick<Artifact, 'path' | 'format'>): string[] {
  const file = `file=${optionValue(image.path)},format=${image.format},snapshot=on`;
  const { bus } = plan.disk;
  switch (bus) {
    case 'virtio':
      return ['-drive', `${file},if=virtio`];
    case 'ide':
      return ['-drive', `${file},if=ide`];
    case 'sata':
      return [
        ...['-drive', `${file},if=none,id=disk0`],
        ...['-device', 'ich9-ahci,id=ahci0', '-device', 'ide-hd,drive=disk0,bus=ahci0.0'],
      ];
    case 'scsi':
      return [
        ...['-drive', `${file},if=none,id=disk0`],
        ...['-device', 'virtio-scsi-pci', '-device', 'scsi-hd,drive=disk0'],
      ];
    default:
      return assertNever(bus);
  }
}

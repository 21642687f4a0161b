import type { Artifact } from '../artifact/artifact.ts';
import { assertNever } from '../foundation/assert-never.ts';
import type { BuildPlan, CpuPlan, FirmwarePlan } from '../plan/build-plan.ts';

/** What of a plan decides how its image is booted by hand. */
export type BootFacts = Pick<
  BuildPlan,
  'emulator' | 'accelerator' | 'machine' | 'firmware' | 'cpu' | 'vcpus' | 'memoryMiB' | 'disk' | 'network'
>;

/** An image, and what starts it when it is a mere file system. */
export type BootImage = Pick<Artifact, 'path' | 'format'> & {
  readonly kernel?: string | undefined;
  readonly initrd?: string | undefined;
};

/** The image among a build's that shows it best: one that boots itself, else a file system with its kernel; undefined without any. */
export function bootImageOf(artifacts: readonly Artifact[]): BootImage | undefined {
  const first = (kind: Artifact['imageKind']): Artifact | undefined =>
    artifacts.find(({ imageKind }) => imageKind === kind);
  const partition = first('partition');
  return (
    first('whole-disk') ??
    (partition && { ...partition, kernel: first('kernel')?.path, initrd: first('initrd')?.path })
  );
}

/**
 * QEMU's arguments that boot an image on this host the way the build booted it, console on the terminal. Nothing is written to
 * the image (`snapshot=on`), so its checksum stays true.
 */
export function bootArguments(given: BootFacts, image: BootImage): string[] {
  // QEMU starts a kernel by itself; no firmware looks for a boot loader.
  const plan = image.kernel === undefined ? given : { ...given, firmware: { kind: 'bios' } as const };
  return [
    ...['-machine', machineOption(plan)],
    ...['-cpu', cpuOption(plan)],
    ...['-m', String(plan.memoryMiB), '-smp', String(plan.vcpus)],
    ...firmwareArguments(plan.firmware),
    ...kernelArguments(plan.disk, image),
    ...diskArguments(plan, image),
    ...['-nic', plan.network === 'none' ? 'none' : 'user,model=virtio-net-pci'],
    '-nographic',
  ];
}

function kernelArguments({ target }: BootFacts['disk'], { kernel, initrd }: BootImage): string[] {
  if (kernel === undefined) return [];
  const ramDisk = initrd === undefined ? [] : ['-initrd', initrd];
  return ['-kernel', kernel, ...ramDisk, '-append', `root=/dev/${target} ro console=ttyS0`];
}

/** A comma ends a value in QEMU's option syntax; doubled, it is a comma (qemu(1), "-drive"). */
const optionValue = (text: string): string => text.replaceAll(',', ',,');

function machineOption({ machine, accelerator, firmware }: BootFacts): string {
  const smm = firmware.kind === 'uefi' && firmware.secureBoot ? ',smm=on' : '';
  return `${machine},accel=${accelerator}${smm}`;
}

/** QEMU has no word for libvirt's host-model; what is nearest has all of the host that the accelerator can give. */
function cpuOption({ cpu, accelerator }: Pick<BootFacts, 'cpu' | 'accelerator'>): string {
  const names: Readonly<Record<CpuPlan['mode'], string>> = {
    'host-passthrough': 'host',
    'host-model': accelerator === 'kvm' ? 'host' : 'max',
    maximum: 'max',
    custom: cpu.model ?? 'qemu64',
  };
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

function diskArguments(plan: BootFacts, image: BootImage): string[] {
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

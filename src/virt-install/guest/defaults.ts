import { defaultSeclabels, hasDisks, hasMemory } from './build-guest.ts';
import { addCompanions, addDefaultDevices, fillDevices, sortDevices } from './default-devices.ts';
import { takeDisk } from './disk.ts';
import { defaultClock, defaultFeatures, defaultLaunchSecurity, defaultPm } from './domain-settings.ts';
import type { Guest } from './guest.ts';
import { archOf, isArmVirt, isQ35, isQemuOrTest, isX86, read, write, writeDefault } from './guest.ts';
import { osNeedsUefi, recommended } from './os-support.ts';
import { defaultCpu, syncTopology } from './processor.ts';

/** Memory, processors and disk as libosinfo recommends them, where the command line says nothing. */
export function fillFromOs(guest: Guest): void {
  const arch = archOf(guest);
  const ram = recommended(guest, arch, 'ramBytes');
  if (ram !== undefined && !hasMemory(guest)) {
    for (const name of ['memory', 'currentMemory']) write(guest.root, `./${name}`, Math.floor(ram / 1024));
  }
  const processors = recommended(guest, arch, 'processors');
  if (processors !== undefined) syncTopology(guest, processors);
  const storage = recommended(guest, arch, 'storageBytes');
  if (storage === undefined || hasDisks(guest)) return;
  const size = String(Math.floor(storage / 2 ** 30));
  takeDisk(guest, { text: `size=${size}`, values: { size } });
}

/** Everything the command line leaves open, in virt-install's order. */
export function fillDefaults(guest: Guest): void {
  writeDefault(guest.root, './uuid', guest.facts.newUuid());
  syncTopology(guest, 1);
  defaultUefi(guest);
  addDefaultDevices(guest);
  defaultClock(guest);
  defaultCpu(guest);
  defaultFeatures(guest);
  defaultSeclabels(guest);
  defaultPm(guest);
  defaultLaunchSecurity(guest);
  fillDevices(guest);
  addCompanions(guest);
  sortDevices(guest);
}

function defaultUefi(guest: Guest): void {
  const isOpen = [
    './os/kernel',
    './os/loader',
    './os/loader/@readonly',
    './os/nvram',
    './os/@firmware',
  ].every((path) => read(guest.root, path) === undefined);
  const x86 = isX86(guest) && isQemuOrTest(guest);
  const preferred = isOpen && (x86 ? osNeedsUefi(guest, archOf(guest)) : isArmVirt(guest));
  if (!preferred && !guest.uefiRequested) return;
  if (guest.facts.domain.firmwareEfi) write(guest.root, './os/@firmware', 'efi');
  else setUefiLoader(guest, guest.uefiRequested);
}

/** Firmware by the names distributions give it, the likeliest first. */
const LOADERS: Readonly<Record<string, readonly RegExp[]>> = {
  i686: [/edk2-i386-.*\.fd/, /ovmf-ia32/],
  x86_64: [/edk2-x86_64-.*\.fd/, /OVMF_CODE\.fd/, /ovmf-x64\/OVMF.*\.fd/, /ovmf-x86_64-/, /ovmf/i],
  aarch64: [/AAVMF_CODE\.fd/, /aarch64\/QEMU_EFI/, /aarch64/, /edk2-aarch64-code\.fd/],
  armv7l: [/AAVMF32_CODE\.fd/, /arm\/QEMU_EFI/, /edk2-arm-code\.fd/],
};

/** For a libvirt that does not choose the firmware by itself. */
function setUefiLoader(guest: Guest, requested: boolean): void {
  const { loaders, loaderReadonly } = guest.facts.domain;
  const patterns = LOADERS[archOf(guest)] ?? [];
  const found = patterns.flatMap((pattern) => loaders.find((path) => pattern.test(path)) ?? [])[0];
  if (!loaderReadonly || found === undefined) {
    const problem = 'libvirt knows no UEFI firmware for this guest; install the package ovmf';
    if (requested) guest.problems.push({ where: '--boot uefi', problem });
    else guest.warnings.push(`${problem}. The guest may not boot.`);
    return;
  }
  write(guest.root, './os/loader', found);
  write(guest.root, './os/loader/@readonly', 'yes');
  write(guest.root, './os/loader/@type', 'pflash');
  if (!isX86(guest) || !found.includes('secboot')) return;
  write(guest.root, './features/smm/@state', 'on');
  write(guest.root, './os/loader/@secure', 'yes');
  if (!isQ35(guest)) write(guest.root, './os/type/@machine', 'q35');
}

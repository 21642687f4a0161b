import { BOOT, IDMAP } from './boot.ts';
import { CHANNEL, CONSOLE, PARALLEL, REDIRDEV, RNG, SERIAL, SMARTCARD } from './character.ts';
import {
  CONTROLLER,
  HOSTDEV,
  INPUT,
  IOMMU,
  MEMBALLOON,
  MEMDEV,
  PANIC,
  SHMEM,
  TPM,
  VSOCK,
  WATCHDOG,
} from './devices.ts';
import { DISK } from './disk.ts';
import { AUDIO, GRAPHICS, SOUND, VIDEO } from './display.ts';
import {
  CLOCK,
  EVENTS,
  FEATURES,
  KEYWRAP,
  LAUNCH_SECURITY,
  METADATA,
  PM,
  QEMU_COMMANDLINE,
  RESOURCE,
  SECLABEL,
} from './domain.ts';
import { FILESYSTEM } from './filesystem.ts';
import { CHECK, CLOUD_INIT, INSTALL, LOCATION, OS_VARIANT, TFTP, UNATTENDED } from './install.ts';
import { MEMORY, MEMORYBACKING } from './memory.ts';
import { NETWORK } from './network.ts';
import type { ComplexOption } from './option-table.ts';
import { CPU, IOTHREADS, NUMATUNE, VCPUS } from './processor.ts';
import { BLKIOTUNE, CPUTUNE, MEMTUNE } from './processor-tuning.ts';
import { SYSINFO } from './sysinfo.ts';

/**
 * Every option with sub-options. Those of the XML stand in the order in which their values are taken over, which is virt-install's:
 * a later one can see what an earlier one has set.
 */
export const COMPLEX_OPTIONS: readonly ComplexOption[] = [
  MEMORY,
  CPU,
  VCPUS,
  METADATA,
  BOOT,
  IDMAP,
  DISK,
  NETWORK,
  GRAPHICS,
  CONTROLLER,
  INPUT,
  SERIAL,
  PARALLEL,
  CHANNEL,
  CONSOLE,
  HOSTDEV,
  FILESYSTEM,
  SOUND,
  AUDIO,
  WATCHDOG,
  VIDEO,
  SMARTCARD,
  REDIRDEV,
  MEMBALLOON,
  TPM,
  RNG,
  PANIC,
  SHMEM,
  MEMDEV,
  VSOCK,
  IOMMU,
  IOTHREADS,
  SECLABEL,
  KEYWRAP,
  CPUTUNE,
  NUMATUNE,
  MEMTUNE,
  BLKIOTUNE,
  MEMORYBACKING,
  FEATURES,
  CLOCK,
  PM,
  EVENTS,
  RESOURCE,
  SYSINFO,
  QEMU_COMMANDLINE,
  LAUNCH_SECURITY,
  LOCATION,
  INSTALL,
  OS_VARIANT,
  CLOUD_INIT,
  UNATTENDED,
  TFTP,
  CHECK,
];

const BY_NAME = new Map(COMPLEX_OPTIONS.map((option) => [option.name, option]));

/** @throws RangeError for a name that no table describes */
export function complexOption(name: string): ComplexOption {
  const option = BY_NAME.get(name);
  if (option === undefined) throw new RangeError(`no table describes --${name}`);
  return option;
}

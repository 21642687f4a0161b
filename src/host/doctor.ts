import type { Logger } from '../foundation/logger.ts';
import type { Places } from '../foundation/places.ts';
import { chooseLibvirt } from '../libvirt/choose-uri.ts';
import { examineAccelerator } from './examine-accelerator.ts';
import { examineLibvirt } from './examine-libvirt.ts';
import { examineFirmware, examineNode, examinePackages, examineQemu } from './examine-programs.ts';
import { examineAptSources, examineMemory, examinePlaces } from './examine-resources.ts';
import { findExecutable } from './find-executable.ts';
import { examined, type Finding } from './finding.ts';
import { EMULATOR } from './probe-host.ts';

export type { Finding } from './finding.ts';

export type Examination = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly places: Places;
  readonly logger: Logger;
  /** The libvirt URI of --connect. */
  readonly connect?: string;
  readonly signal?: AbortSignal;
  /** For tests; default: the real one. */
  readonly chooseLibvirt?: typeof chooseLibvirt;
};

/**
 * Looks at everything a build needs from this host, each thing by itself: one that is missing does not hide the others.
 * In the order a reader would mend it. @throws CancelledError
 */
export async function examineHost(examination: Examination): Promise<readonly Finding[]> {
  const { env, places, logger, connect, signal } = examination;
  const emulator = await findExecutable(EMULATOR);
  const probe = { emulator, cacheDir: places.cache, logger, ...(signal ? { signal } : {}) };
  const choice = { env, runtimeDir: places.runtime, logger, ...(connect === undefined ? {} : { connect }) };
  const findings = await Promise.all([
    examineNode(),
    examined('qemu', examineQemu(probe)),
    examined('accelerator', examineAccelerator(probe)),
    examined('uefi-firmware', examineFirmware()),
    examined('libvirt', examineLibvirt({ choose: examination.chooseLibvirt ?? chooseLibvirt, choice })),
    examined('packages', examinePackages()),
    examineMemory(),
    examinePlaces(places),
    examined('apt-sources', examineAptSources()),
  ]);
  return findings.flat();
}

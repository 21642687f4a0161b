import type { BuildRecord } from './build-records.ts';
import type { CleanOptions } from './clean-builds.ts';
import { libvirtOf } from './clean-libvirt.ts';
import { findInterruptedInstall } from './interrupted-install.ts';
import { isInTime } from './saved-install.ts';

/** Whether the guest of an interrupted install still runs and may take its time. */
export async function canGoOn(record: BuildRecord, options: CleanOptions): Promise<boolean> {
  const found = await findInterruptedInstall(record, options.places.state);
  if (found === undefined || !isInTime(found.saved, Date.now())) return false;
  const { domain } = found;
  const libvirt = await libvirtOf(domain, options);
  try {
    const state = await libvirt.connection.getState(domain.uuid);
    return state?.state === 'running' || state?.state === 'paused' || state?.state === 'blocked';
  } finally {
    await libvirt.close();
  }
}

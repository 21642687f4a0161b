import { buildDirectory } from './build-directory.ts';
import { type BuildRecord, journalPath } from './build-records.ts';
import type { CleanOptions } from './clean-builds.ts';
import { libvirtOf } from './clean-libvirt.ts';
import { type JournalDomain, openJournal, ownedAtLibvirt } from './journal.ts';
import { isInTime, isInterrupted, readSavedInstall } from './saved-install.ts';

/** Whether the guest of an interrupted install still runs and may take its time. */
export async function canGoOn(record: BuildRecord, options: CleanOptions): Promise<boolean> {
  if (!isInterrupted(record)) return false;
  const saved = await readSavedInstall(buildDirectory(record.directory, record.id));
  if (saved === undefined || !isInTime(saved, Date.now())) return false;
  const journal = openJournal(journalPath(options.places.state, record.id)).entries();
  const domain = ownedAtLibvirt(journal).find(
    (entry): entry is JournalDomain => entry.kind === 'domain' && entry.uuid === saved.domain.uuid,
  );
  if (domain === undefined) return false;
  const libvirt = await libvirtOf(domain, options);
  try {
    const state = await libvirt.connection.getState(domain.uuid);
    return state?.state === 'running' || state?.state === 'paused' || state?.state === 'blocked';
  } finally {
    await libvirt.close();
  }
}

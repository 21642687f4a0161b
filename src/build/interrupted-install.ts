import { KilnError } from '../foundation/errors.ts';
import { asKilnError } from '../foundation/system-error.ts';
import { buildDirectory } from './build-directory.ts';
import { type BuildRecord, journalPath } from './build-records.ts';
import { type JournalDomain, openJournal, ownedAtLibvirt } from './journal.ts';
import { isInterrupted, readSavedInstall, type SavedInstall } from './saved-install.ts';

/** What another process goes on with: an install that was begun, and its guest. */
export type InterruptedInstall = { readonly saved: SavedInstall; readonly domain: JournalDomain };

/** undefined for a build that was not interrupted, or of which nothing is left to go on with. Whether its guest is still there, libvirt knows. */
export async function findInterruptedInstall(
  record: BuildRecord,
  stateDir: string,
): Promise<InterruptedInstall | undefined> {
  if (!isInterrupted(record)) return undefined;
  const saved = await readSavedInstall(buildDirectory(record.directory, record.id));
  if (saved === undefined) return undefined;
  const journal = openJournal(journalPath(stateDir, record.id)).entries();
  const domain = ownedAtLibvirt(journal).find(
    (entry): entry is JournalDomain => entry.kind === 'domain' && entry.uuid === saved.domain.uuid,
  );
  return domain === undefined ? undefined : { saved, domain };
}

/** Whether `kiln builds resume` would go on with a build, as far as its files tell; ones that may not be read tell nothing. */
export async function canResume(record: BuildRecord, stateDir: string): Promise<boolean> {
  try {
    return (await findInterruptedInstall(record, stateDir)) !== undefined;
  } catch (error) {
    if (asKilnError(error) instanceof KilnError) return false;
    throw error;
  }
}

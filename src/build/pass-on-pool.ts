import { journalPath, listBuilds } from './build-records.ts';
import { type JournalStorage, openJournal, ownedAtLibvirt } from './journal.ts';

/**
 * A pool that its maker has to leave becomes the own of another build that still has volumes in it, which removes it in its turn or hands it
 * over with its machine. When no build has, it is a user's.
 * @returns id of that build
 */
export async function passOnPool(
  stateDir: string,
  maker: string,
  entry: JournalStorage,
): Promise<string | undefined> {
  for (const { id, status, unclean } of await listBuilds(stateDir)) {
    if (id === maker || (status !== 'running' && !unclean)) continue;
    const journal = openJournal(journalPath(stateDir, id));
    if (!ownedAtLibvirt(journal.entries()).some((one) => isVolumeOf(one, entry))) continue;
    journal.note(entry);
    return id;
  }
  return undefined;
}

function isVolumeOf(one: ReturnType<typeof ownedAtLibvirt>[number], pool: JournalStorage): boolean {
  return (
    one.kind === 'storage' &&
    one.storage.kind === 'volume' &&
    one.uri === pool.uri &&
    one.storage.pool === pool.storage.pool
  );
}

import { HostError, KilnError } from '../foundation/errors.ts';
import { silentLogger } from '../foundation/logger.ts';
import { type ChosenLibvirt, chooseLibvirt } from '../libvirt/choose-uri.ts';
import { quoteCommand } from '../process/run-command.ts';
import type { BuildRecord } from './build-records.ts';
import type { CleanOptions, KeptItem } from './clean-builds.ts';
import { type JournalDomain, type JournalEntry, type JournalStorage, ownedAtLibvirt } from './journal.ts';
import { passOnPool } from './pass-on-pool.ts';
import { removeQemuLogs } from './qemu-log.ts';
import { isStillOwn, nameOf, removeOwn, whatIsTheirs, whileRemoving } from './remove-own.ts';
import type { CleanedItem } from './remove-path.ts';

type AtLibvirt = JournalDomain | JournalStorage;
type Removing = {
  readonly owner: Parameters<typeof whatIsTheirs>[2];
  readonly options: CleanOptions;
  readonly kept: KeptItem[];
};

/**
 * Removes a build's domains and storage. With `force` those of a libvirt that cannot be reached are given up, each named in `kept`.
 * @throws HostError of a libvirt that cannot be reached
 */
export async function removeFromLibvirt(
  record: BuildRecord,
  journal: readonly JournalEntry[],
  options: CleanOptions,
  kept: KeptItem[],
): Promise<CleanedItem[]> {
  const { force = false } = options;
  const owned = ownedAtLibvirt(journal);
  const [first] = owned;
  if (first === undefined) return [];
  const libvirt = await libvirtOf(first, options).catch((error: unknown) => {
    if (!(error instanceof KilnError)) throw error;
    if (!force) throw withWayOut(error, record.id);
    kept.push(...owned.map((entry) => givenUp(entry, error)));
    return undefined;
  });
  const removed: CleanedItem[] = [];
  if (libvirt === undefined) return removed;
  try {
    for (const entry of owned) {
      const owner = { id: record.id, owned };
      const isGone = await whileRemoving(entry, () => removeOne(libvirt, entry, { owner, options, kept }));
      if (isGone) removed.push({ kind: entry.kind, what: nameOf(entry), bytes: 0 });
    }
    if (!options.dryRun) await removeQemuLogs(owned, { id: record.id, env: options.env });
  } finally {
    await libvirt.close();
  }
  return removed;
}

/** @returns whether it is gone, or would be without `dryRun` */
async function removeOne(
  { connection }: ChosenLibvirt,
  entry: AtLibvirt,
  { owner, options, kept }: Removing,
): Promise<boolean> {
  const theirs = await whatIsTheirs(connection, entry, owner);
  if (theirs !== undefined) {
    kept.push(theirs);
    return false;
  }
  if (!(await isStillOwn(connection, entry, owner.id))) return false;
  if (options.dryRun || (await removeOwn(connection, entry))) return true;
  if (entry.kind === 'storage') await passOnPool(options.places.state, owner.id, entry);
  return false;
}

export function libvirtOf(
  { uri, privateDaemon }: AtLibvirt,
  { places, env, logger = silentLogger }: Pick<CleanOptions, 'places' | 'env' | 'logger'>,
): Promise<ChosenLibvirt> {
  const where = privateDaemon ? { forcePrivate: true } : { connect: uri };
  return chooseLibvirt({ ...where, env, runtimeDir: places.runtime, logger });
}

function withWayOut(error: KilnError, id: string): HostError {
  const wayOut = `If that libvirt is gone for good, \`kiln builds clean ${id} --force\` forgets what the build has there.`;
  return new HostError(error.code, `${error.message} ${wayOut}`, { cause: error, details: error.details });
}

function givenUp(entry: AtLibvirt, { message }: KilnError): KeptItem {
  const { uri } = entry;
  const what =
    entry.kind === 'domain' ? `domain ${entry.name} (${entry.uuid}) at ${uri}` : `${nameOf(entry)} at ${uri}`;
  const mend = removal(entry)
    .map((words) => `\`${quoteCommand('virsh', ['-c', uri, ...words])}\``)
    .join(' and ');
  return {
    what,
    why: `as asked, it was given up, since its libvirt cannot be reached (${message}); ${mend} would remove it`,
  };
}

function removal(entry: AtLibvirt): readonly (readonly string[])[] {
  if (entry.kind === 'domain')
    return [
      ['destroy', entry.uuid],
      ['undefine', '--nvram', entry.uuid],
    ];
  const { storage } = entry;
  if (storage.kind === 'pool')
    return [
      ['pool-destroy', storage.pool],
      ['pool-undefine', storage.pool],
    ];
  return [['vol-delete', '--pool', storage.pool, storage.name]];
}

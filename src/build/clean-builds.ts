import { lstatSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { KilnError } from '../foundation/errors.ts';
import type { Logger } from '../foundation/logger.ts';
import type { Places } from '../foundation/places.ts';
import { READ_AT_ONCE } from '../foundation/read-regular-file.ts';
import { asKilnError } from '../foundation/system-error.ts';
import { endAbandonedDaemon } from '../libvirt/private-daemon.ts';
import { abandonedPartFolders } from '../publish/part-folder.ts';
import { buildDirectory, isWorkFolder } from './build-directory.ts';
import {
  type BuildRecord,
  findBuild,
  isDamaged,
  journalPath,
  listBuilds,
  removeRecord,
  writeRecord,
} from './build-records.ts';
import { abandonedInCache, cleanCache } from './clean-cache.ts';
import { libvirtOf, removeFromLibvirt } from './clean-libvirt.ts';
import { type JournalDomain, openJournal, ownedAtLibvirt } from './journal.ts';
import { isReplacedByLink, type OwnedPath, ownedPaths } from './owned-paths.ts';
import { type CleanedItem, removeFolder, removePath, sizeOf } from './remove-path.ts';
import { isInTime, isInterrupted, readSavedInstall } from './saved-install.ts';

export type CleanOptions = {
  readonly places: Places;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** These builds with their results; without ids: what interrupted builds left behind. */
  readonly ids?: readonly string[];
  /**
   * All builds that are not running, with logs and records, and the cache; the images of successful builds stay. Without ids and without
   * this, the logs and the record of an interrupted build stay, as those of a failed one do.
   */
  readonly all?: boolean;
  readonly dryRun?: boolean;
  /** What the builds of `ids` have at a libvirt that cannot be reached is given up; the report's `kept` names it. */
  readonly force?: boolean;
  /** Leave interrupted builds alone while their guests install on, within their time: they can be resumed. */
  readonly spareRunning?: boolean;
  readonly logger?: Logger;
};

/** `isGuest`: an interrupted build whose guest still runs. */
export type KeptItem = { readonly what: string; readonly why: string; readonly isGuest?: true };

/** A build that could not be cleaned up, or not to the end; the next clean-up tries again. */
export type FailedClean = { readonly id: string; readonly error: KilnError };

export type CleanReport = {
  readonly removed: readonly CleanedItem[];
  /** What was left alone, and why. */
  readonly kept: readonly KeptItem[];
  readonly failed: readonly FailedClean[];
  readonly freedBytes: number;
};

/**
 * Removes what builds left, by their journals: newest first, and nothing that no journal names. A build that cannot be cleaned up,
 * since its libvirt is away or its folder forbidden, hinders none of the others.
 * @throws SpecError `builds.not-found`
 */
export async function cleanBuilds(options: CleanOptions): Promise<CleanReport> {
  const { places } = options;
  const removed: CleanedItem[] = [...(await cleanParts(options))];
  const kept: KeptItem[] = [];
  const failed: FailedClean[] = [];
  for (const record of await chosenBuilds(options)) {
    try {
      await cleanOrKeep(record, options, { removed, kept });
    } catch (error) {
      const known = asKilnError(error);
      if (!(known instanceof KilnError)) throw error;
      failed.push({ id: record.id, error: known });
    }
  }
  if (!options.dryRun) await endAbandonedDaemon(places.runtime, options.logger);
  if (options.all) removed.push(...(await cleanCache(places.cache, options.dryRun === true)));
  return { removed, kept, failed, freedBytes: removed.reduce((sum, item) => sum + item.bytes, 0) };
}

type Doings = { readonly removed: CleanedItem[]; readonly kept: KeptItem[] };

async function cleanOrKeep(record: BuildRecord, options: CleanOptions, doings: Doings): Promise<void> {
  const what = `build ${record.id} (${record.name})`;
  if (record.status === 'running') {
    doings.kept.push({ what, why: `it is running as process ${record.process.pid}` });
    return;
  }
  if (options.spareRunning && (await canGoOn(record, options))) {
    doings.kept.push({
      what,
      why: `its Kiln was killed, but its guest still runs: \`kiln builds resume ${record.id}\` goes on with it, \`kiln builds clean ${record.id}\` removes it`,
      isGuest: true,
    });
    return;
  }
  await cleanOne(record, options, doings);
}

/** What publications of partition images left beside their images when they were killed, and what was made of media. */
async function cleanParts(options: CleanOptions): Promise<CleanedItem[]> {
  const { places, ids = [], dryRun = false } = options;
  // At the start of a build the folders of all others would be much to look at.
  const every = options.spareRunning ? [] : await listBuilds(places.state);
  const records = ids.length > 0 ? await chosenBuilds(options) : every;
  const folders = new Set(records.map(({ directory }) => directory));
  const abandoned = await Promise.all([...folders].map(abandonedPartFolders));
  if (ids.length === 0) abandoned.push(await abandonedInCache(places.cache));
  const removed: CleanedItem[] = [];
  for (const path of abandoned.flat()) removed.push(...(await removePath(path, dryRun)));
  return removed;
}

async function chosenBuilds({ places, ids, all }: CleanOptions): Promise<BuildRecord[]> {
  if (ids !== undefined && ids.length > 0) return Promise.all(ids.map((id) => findBuild(places.state, id)));
  const records = await listBuilds(places.state);
  return all ? records : records.filter(({ unclean }) => unclean);
}

async function cleanOne(
  record: BuildRecord,
  options: CleanOptions,
  { removed, kept }: Doings,
): Promise<void> {
  const { places, dryRun = false } = options;
  const journal = openJournal(journalPath(places.state, record.id)).entries();
  removed.push(...(await removeFromLibvirt(record, journal, options, kept)));
  const named = options.ids !== undefined && options.ids.length > 0;
  const forgotten = named || options.all === true;
  const spared = await sparedPaths(record, { named, forgotten }, kept);
  const { owned, foreign } = ownedPaths(record, journal);
  for (const what of foreign) {
    if (!isDamaged(record))
      kept.push({ what, why: `the journal of build ${record.id} names it, but it is not the build's` });
  }
  const own = owned.filter((one) => !spared(one.path) && !isUnlikeFile(one)).reverse();
  const paths = own.flatMap(({ path, kind }) => (kind === 'folder' ? [] : [path]));
  const folders = own.flatMap(({ path, kind }) => (kind === 'folder' ? [path] : []));
  for (const path of paths) removed.push(...(await removePath(path, dryRun)));
  for (const path of folders) removed.push(...(await removeFolder(path, paths, dryRun)));
  if (dryRun) return;
  if (forgotten || isDamaged(record)) await removeRecord(places.state, record.id);
  else await writeRecord(places.state, { ...record, unclean: false });
}

/**
 * What of a build's folder stays: finished images with their manifest and logs, unless the build was named; and everything that has become
 * another build's since (`--force`), which the manifest tells.
 */
async function sparedPaths(
  record: BuildRecord,
  { named, forgotten }: { readonly named: boolean; readonly forgotten: boolean },
  kept: KeptItem[],
): Promise<(path: string) => boolean> {
  const nothing = (): boolean => false;
  const allButWork = (path: string): boolean => !isWorkFolder(basename(path));
  if (isDamaged(record)) {
    kept.push({
      what: `the files of build ${record.id}`,
      why: 'its record is damaged; only its work folder is certain',
    });
    return allButWork;
  }
  if (isReplacedByLink(record.directory)) {
    kept.push({
      what: record.directory,
      why: "a link stands in its place or on the way to it, and what lies behind it is not the build's",
    });
    return (path) => path === record.directory || dirname(path) === record.directory;
  }
  const owner = await manifestOwner(record.directory);
  if (owner !== undefined && owner !== record.id) {
    kept.push({ what: record.directory, why: `it holds the results of build ${owner} now` });
    return allButWork;
  }
  if (!forgotten && record.images.length === 0) return await sparedLogs(record, kept);
  if (record.images.length === 0 || named) return nothing;
  kept.push({ what: record.directory, why: 'it holds finished images; name the build to remove them' });
  return allButWork;
}

/** A guest that said something before its build was interrupted may tell why. */
async function sparedLogs(
  { id, directory }: BuildRecord,
  kept: KeptItem[],
): Promise<(path: string) => boolean> {
  const { logs, serialLog, bootCheckLog } = buildDirectory(directory, id);
  const sizes = await Promise.all([serialLog, bootCheckLog].map(sizeOf));
  if (sizes.every((size) => size === 0)) return () => false;
  kept.push({
    what: logs,
    why: `\`kiln builds logs ${id}\` shows them, \`kiln builds clean ${id}\` removes them`,
  });
  return (path) => path === logs;
}

/** Id of the build whose manifest lies in the folder. */
async function manifestOwner(directory: string): Promise<string | undefined> {
  try {
    const { buildId } = JSON.parse(await readFile(join(directory, 'manifest.json'), READ_AT_ONCE)) as {
      buildId?: unknown;
    };
    return typeof buildId === 'string' ? buildId : undefined;
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError;
    if (isAbsent || (error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** No folder goes where a build puts a file. */
const isUnlikeFile = ({ path, kind }: OwnedPath): boolean =>
  kind === 'file' && lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** Whether the guest of an interrupted install still runs and may take its time. */
async function canGoOn(record: BuildRecord, options: CleanOptions): Promise<boolean> {
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

/** Cleans up after builds whose process is gone; called at the start of every build. */
export async function cleanInterrupted(options: Omit<CleanOptions, 'ids' | 'all'>): Promise<CleanReport> {
  return cleanBuilds({ ...options, spareRunning: true });
}

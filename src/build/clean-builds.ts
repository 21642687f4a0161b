import { existsSync, lstatSync } from 'node:fs';
import { basename, join } from 'node:path';
import { KilnError } from '../foundation/errors.ts';
import type { Logger } from '../foundation/logger.ts';
import type { Places } from '../foundation/places.ts';
import { asKilnError } from '../foundation/system-error.ts';
import { endAbandonedDaemon } from '../libvirt/private-daemon.ts';
import { abandonedPartFolders } from '../publish/part-folder.ts';
import { buildDirectory, workFolderName } from './build-directory.ts';
import {
  type BuildRecord,
  findBuild,
  isDamaged,
  journalPath,
  listBuilds,
  mayRun,
  removeRecord,
  writeRecord,
} from './build-records.ts';
import { canGoOn } from './can-go-on.ts';
import { abandonedInCache, cleanUnusedCache } from './clean-cache.ts';
import { removeFromLibvirt } from './clean-libvirt.ts';
import { othersWorkFolders, restoreLogs } from './folder-owner.ts';
import { historyFolder } from './install-history.ts';
import { findInterruptedInstall } from './interrupted-install.ts';
import { openJournal } from './journal.ts';
import { isReplacedByLink, type OwnedPath, ownedPaths } from './owned-paths.ts';
import { type CleanedItem, removeFolder, removePath } from './remove-path.ts';
import { requireWritableRecord } from './require-writable-record.ts';
import { sparedPaths } from './spared-paths.ts';

export type CleanOptions = {
  readonly places: Places;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** These builds with their results; without ids: what interrupted builds left behind. */
  readonly ids?: readonly string[];
  /**
   * All builds that are not running, with logs and records, the times of earlier installs and the cache; the images of successful builds stay. Without ids and without
   * this, the logs and the record of an interrupted build stay, as those of a failed one do.
   */
  readonly all?: boolean;
  readonly dryRun?: boolean;
  /**
   * What the builds of `ids` have at a libvirt that cannot be reached is given up; the report's `kept` names it. One of which a damaged
   * record does not tell whether it runs is taken for one that does not.
   */
  readonly force?: boolean;
  /** Leave interrupted builds alone while their guests install on, within their time: they can be resumed. */
  readonly spareRunning?: boolean;
  readonly logger?: Logger;
};

/** `isGuest`: an interrupted build whose guest still runs. `isTheirs`: a disk of the build that is somebody else's by now. */
export type KeptItem = {
  readonly what: string;
  readonly why: string;
  readonly isGuest?: true;
  readonly isTheirs?: true;
};

/** A build that could not be cleaned up, or not to the end; the next clean-up tries again. */
export type FailedClean = { readonly id: string; readonly error: KilnError };

export type CleanReport = {
  readonly removed: readonly CleanedItem[];
  /** What was left alone, and why. */
  readonly kept: readonly KeptItem[];
  /** Builds among what is removed that `kiln builds resume` would have gone on with. */
  readonly resumable: readonly Pick<BuildRecord, 'id' | 'name'>[];
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
  const resumable: BuildRecord[] = [];
  const failed: FailedClean[] = [];
  for (const record of await chosenBuilds(options)) {
    try {
      await cleanOrKeep(record, options, { removed, kept, resumable });
    } catch (error) {
      const known = asKilnError(error);
      if (!(known instanceof KilnError)) throw error;
      failed.push({ id: record.id, error: known });
    }
  }
  if (!options.dryRun) await endAbandonedDaemon(places.runtime, options.logger);
  if (options.all) {
    removed.push(...(await removePath(historyFolder(places.state), options.dryRun === true)));
    const cache = await cleanUnusedCache(places.cache, options.dryRun === true);
    removed.push(...cache.removed);
    kept.push(...cache.kept);
  }
  const freedBytes = removed.reduce((sum, item) => sum + item.bytes, 0);
  return { removed, kept, resumable: resumable.map(({ id, name }) => ({ id, name })), failed, freedBytes };
}

type Doings = {
  readonly removed: CleanedItem[];
  readonly kept: KeptItem[];
  readonly resumable: BuildRecord[];
};

async function cleanOrKeep(record: BuildRecord, options: CleanOptions, doings: Doings): Promise<void> {
  const what = `build ${record.id} (${record.name})`;
  if (record.status === 'running') {
    doings.kept.push({
      what,
      why: `it is running as process ${record.process.pid}; \`kiln builds stop ${record.id}\` ends it`,
    });
    return;
  }
  if (options.force !== true && mayRun(record) && hasWork(record, options)) {
    doings.kept.push({
      what,
      why: `its record is damaged, and it may still run, which nothing tells any more; if it does not, \`kiln builds clean ${record.id} --force\` removes it`,
    });
    return;
  }
  const other = await workOfAnother(record, doings.removed);
  if (other !== undefined) {
    const id = other.slice(workFolderName('').length);
    const why = `build ${id} runs in its folder ${record.directory}, or was kept there; clean up when \`kiln builds stop ${id}\` or \`kiln builds clean ${id}\` has ended that`;
    doings.kept.push({ what, why });
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

/** While a build has something to lose, its work folder is there. */
function hasWork(record: BuildRecord, { places }: CleanOptions): boolean {
  const journal = openJournal(journalPath(places.state, record.id)).entries();
  return ownedPaths(record, journal).owned.some(
    ({ path }) => basename(path) === workFolderName(record.id) && existsSync(path),
  );
}

/** The work folder of a build that uses the folder now, whichever state folder knows of it. */
async function workOfAnother(
  record: BuildRecord,
  removed: readonly CleanedItem[],
): Promise<string | undefined> {
  const { directory, id } = record;
  if (isDamaged(record) || isReplacedByLink(directory)) return undefined;
  const names = await othersWorkFolders(directory, id);
  return names.find((name) => !removed.some(({ what }) => what === join(directory, name)));
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

/** Newest first: of two in one folder the later one has what is in it. */
async function chosenBuilds({ places, ids, all }: CleanOptions): Promise<BuildRecord[]> {
  if (ids !== undefined && ids.length > 0) {
    const named = await Promise.all(ids.map((id) => findBuild(places.state, id)));
    return named.sort((a, b) => b.startedAt.localeCompare(a.startedAt));
  }
  const records = (await listBuilds(places.state)).toReversed();
  return all ? records : records.filter(({ unclean }) => unclean);
}

async function cleanOne(
  record: BuildRecord,
  options: CleanOptions,
  { removed, kept, resumable }: Doings,
): Promise<void> {
  const { places, dryRun = false } = options;
  await requireWritableRecord(places.state, record.id);
  const journal = openJournal(journalPath(places.state, record.id)).entries();
  const install = await findInterruptedInstall(record, places.state);
  const atLibvirt = await removeFromLibvirt(record, journal, options, kept);
  removed.push(...atLibvirt);
  if (atLibvirt.some(({ kind, what }) => kind === 'domain' && what === install?.domain.name))
    resumable.push(record);
  const named = options.ids !== undefined && options.ids.length > 0;
  const forgotten = named || options.all === true;
  const { owned, foreign } = ownedPaths(record, journal);
  const spared = await sparedPaths(record, { named, forgotten, owned }, kept);
  for (const what of foreign) {
    if (!isDamaged(record))
      kept.push({ what, why: `the journal of build ${record.id} names it, but it is not the build's` });
  }
  const own = owned.filter((one) => !spared(one.path) && !isUnlikeFile(one)).reverse();
  const paths = own.flatMap(({ path, kind }) => (kind === 'folder' ? [] : [path]));
  const folders = own.flatMap(({ path, kind }) => (kind === 'folder' ? [path] : []));
  const directory = buildDirectory(record.directory, record.id);
  for (const path of paths) {
    removed.push(...(await removePath(path, dryRun)));
    if (path === directory.logs && !dryRun) await restoreLogs(directory);
  }
  for (const path of folders) removed.push(...(await removeFolder(path, paths, dryRun)));
  if (forgotten || isDamaged(record)) {
    removed.push({ kind: 'record', what: `${record.id} (${record.name})`, bytes: 0 });
    if (!dryRun) await removeRecord(places.state, record.id);
  } else if (!dryRun) {
    // Behind a link nothing was looked at: what lies in the real folder may come back.
    await writeRecord(places.state, { ...record, unclean: isReplacedByLink(record.directory) });
  }
}

/** No folder goes where a build puts a file. */
const isUnlikeFile = ({ path, kind }: OwnedPath): boolean =>
  kind === 'file' && lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** Cleans up after builds whose process is gone; called at the start of every build. */
export async function cleanInterrupted(options: Omit<CleanOptions, 'ids' | 'all'>): Promise<CleanReport> {
  return cleanBuilds({ ...options, spareRunning: true });
}

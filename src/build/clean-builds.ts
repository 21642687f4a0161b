import { existsSync } from 'node:fs';
import { readdir, readFile, rm, rmdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Logger, silentLogger } from '../foundation/logger.ts';
import type { Places } from '../foundation/places.ts';
import { chooseLibvirt } from '../libvirt/choose-uri.ts';
import type { LibvirtConnection } from '../libvirt/libvirt.ts';
import { endAbandonedDaemon } from '../libvirt/private-daemon.ts';
import { METADATA_NAMESPACE } from '../vm/domain-xml.ts';
import { isWorkFolder } from './build-directory.ts';
import {
  type BuildRecord,
  findBuild,
  isDamaged,
  journalPath,
  listBuilds,
  removeRecord,
} from './build-records.ts';
import { type JournalEntry, openJournal } from './journal.ts';

export type CleanOptions = {
  readonly places: Places;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** These builds with their results; without ids: what interrupted builds left behind. */
  readonly ids?: readonly string[];
  /** All builds that are not running, with logs and records, and the cache; the images of successful builds stay. */
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly logger?: Logger;
};

export type CleanedItem = {
  readonly kind: 'domain' | 'path' | 'folder';
  readonly what: string;
  readonly bytes: number;
};

export type CleanReport = {
  readonly removed: readonly CleanedItem[];
  /** What was left alone, and why. */
  readonly kept: readonly { readonly what: string; readonly why: string }[];
  readonly freedBytes: number;
};

/**
 * Removes what builds left, by their journals: newest first, and nothing that no journal names.
 * @throws SpecError `builds.not-found`; HostError `host.libvirt-unreachable` when a guest is to be removed and libvirt is away
 */
export async function cleanBuilds(options: CleanOptions): Promise<CleanReport> {
  const { places } = options;
  const removed: CleanedItem[] = [];
  const kept: { what: string; why: string }[] = [];
  for (const record of await chosenBuilds(options)) {
    if (record.status === 'running') {
      kept.push({
        what: `build ${record.id} (${record.name})`,
        why: `it is running as process ${record.process.pid}`,
      });
      continue;
    }
    removed.push(...(await cleanOne(record, options, kept)));
  }
  if (!options.dryRun) await endAbandonedDaemon(places.runtime, options.logger);
  if (options.all) removed.push(...(await removePath({ kind: 'path', path: places.cache }, options)));
  return { removed, kept, freedBytes: removed.reduce((sum, item) => sum + item.bytes, 0) };
}

async function chosenBuilds({ places, ids, all }: CleanOptions): Promise<BuildRecord[]> {
  if (ids !== undefined && ids.length > 0) return Promise.all(ids.map((id) => findBuild(places.state, id)));
  const records = await listBuilds(places.state);
  return all
    ? records
    : records.filter(({ status, unclean }) => status === 'interrupted' || unclean === true);
}

async function cleanOne(
  record: BuildRecord,
  options: CleanOptions,
  kept: { what: string; why: string }[],
): Promise<CleanedItem[]> {
  const { places, dryRun = false } = options;
  const journal = openJournal(journalPath(places.state, record.id)).entries();
  const removed = await removeDomains(record, journal, options);
  const named = options.ids !== undefined && options.ids.length > 0;
  const spared = await sparedPaths(record, named, kept);
  const owned = journal.filter((entry) => entry.kind !== 'domain' && !spared(entry.path));
  const paths = owned.filter((entry) => entry.kind === 'path');
  const folders = owned.filter((entry) => entry.kind === 'folder');
  for (const entry of [...paths.reverse(), ...folders.reverse()])
    removed.push(...(await removePath(entry, options)));
  if (!dryRun) await removeRecord(places.state, record.id);
  return removed;
}

/**
 * What of a build's folder stays: finished images with their manifest and logs, unless the build was named; and everything that has become
 * another build's since (`--force`), which the manifest tells.
 */
async function sparedPaths(
  record: BuildRecord,
  named: boolean,
  kept: { what: string; why: string }[],
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
  const owner = await manifestOwner(record.directory);
  if (owner !== undefined && owner !== record.id) {
    kept.push({ what: record.directory, why: `it holds the results of build ${owner} now` });
    return allButWork;
  }
  if (record.images.length === 0 || named) return nothing;
  kept.push({ what: record.directory, why: 'it holds finished images; name the build to remove them' });
  return allButWork;
}

/** Id of the build whose manifest lies in the folder. */
async function manifestOwner(directory: string): Promise<string | undefined> {
  try {
    const { buildId } = JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8')) as {
      buildId?: unknown;
    };
    return typeof buildId === 'string' ? buildId : undefined;
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError;
    if (isAbsent || (error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw error;
  }
}

async function removeDomains(
  record: BuildRecord,
  journal: readonly JournalEntry[],
  { places, env, dryRun = false, logger = silentLogger }: CleanOptions,
): Promise<CleanedItem[]> {
  const domains = journal.filter((entry) => entry.kind === 'domain').reverse();
  const [first] = domains;
  if (first === undefined) return [];
  const libvirt = await chooseLibvirt({
    ...(first.privateDaemon ? { forcePrivate: true } : { connect: first.uri }),
    env,
    runtimeDir: places.runtime,
    logger,
  });
  const removed: CleanedItem[] = [];
  try {
    for (const domain of domains) {
      if (!(await isOwnDomain(libvirt.connection, domain.uuid, record.id))) continue;
      if (!dryRun) await removeDomain(libvirt.connection, domain.uuid);
      removed.push({ kind: 'domain', what: domain.name, bytes: 0 });
    }
  } finally {
    await libvirt.close();
  }
  return removed;
}

/** A domain is ours when it carries this build's id; a name or UUID alone proves nothing. */
export async function isOwnDomain(
  connection: LibvirtConnection,
  uuid: string,
  buildId: string,
): Promise<boolean> {
  if ((await connection.lookupByUuid(uuid)) === undefined) return false;
  const xml = await connection.getXml(uuid);
  return xml.includes(METADATA_NAMESPACE) && new RegExp(`\\bid=(["'])${buildId}\\1`).test(xml);
}

export async function removeDomain(connection: LibvirtConnection, uuid: string): Promise<void> {
  await connection.destroy(uuid);
  await connection.undefine(uuid);
}

async function removePath(
  entry: Extract<JournalEntry, { path: string }>,
  { dryRun = false }: Pick<CleanOptions, 'dryRun'>,
): Promise<CleanedItem[]> {
  if (!existsSync(entry.path)) return [];
  const bytes = await diskUsage(entry.path);
  if (entry.kind === 'folder') {
    if ((await readdir(entry.path)).length > 0) return [];
    if (!dryRun) await rmdir(entry.path);
    return [{ kind: 'folder', what: entry.path, bytes: 0 }];
  }
  if (!dryRun) await rm(entry.path, { recursive: true, force: true });
  return [{ kind: 'path', what: entry.path, bytes }];
}

/** Bytes really taken on disk, holes not counted; symbolic links are not followed. */
export async function diskUsage(path: string): Promise<number> {
  const { isDirectory, bytes } = await stat(path).then(
    (info) => ({ isDirectory: info.isDirectory(), bytes: info.blocks * 512 }),
    () => ({ isDirectory: false, bytes: 0 }),
  );
  if (!isDirectory) return bytes;
  const names = await readdir(path, { withFileTypes: true });
  const sizes = await Promise.all(
    names.map((name) => (name.isSymbolicLink() ? 0 : diskUsage(join(path, name.name)))),
  );
  return sizes.reduce((sum, size) => sum + size, bytes);
}

/** Cleans up after builds whose process is gone; called at the start of every build. */
export async function cleanInterrupted(options: Omit<CleanOptions, 'ids' | 'all'>): Promise<CleanReport> {
  return cleanBuilds(options);
}

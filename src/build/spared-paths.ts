import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { buildDirectory, isWorkFolder, workFolderName } from './build-directory.ts';
import { type BuildRecord, isDamaged } from './build-records.ts';
import type { KeptItem } from './clean-builds.ts';
import { deliveredIn, isAnothers, ownerOfLogs } from './folder-owner.ts';
import { isReplacedByLink, type OwnedPath } from './owned-paths.ts';
import { sizeOf } from './remove-path.ts';

type Sparing = {
  readonly named: boolean;
  readonly forgotten: boolean;
  /** By the journal. */
  readonly owned: readonly OwnedPath[];
};

/**
 * What of a build's folder stays: finished images with their manifest and logs, unless the build was named; and everything that has become
 * another build's since (`--force`), which its manifest and its logs tell.
 */
export async function sparedPaths(
  record: BuildRecord,
  { named, forgotten, owned }: Sparing,
  kept: KeptItem[],
): Promise<(path: string) => boolean> {
  const allButWork = (path: string): boolean => !isWorkFolder(basename(path));
  if (isDamaged(record)) {
    const work = owned.find(({ path }) => basename(path) === workFolderName(record.id));
    const folder = work && dirname(work.path);
    kept.push({
      what: `the files of build ${record.id}${folder === undefined ? '' : ` in ${folder}`}`,
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
  const { logs, planFile, work } = buildDirectory(record.directory, record.id);
  const owner = (await deliveredIn(record.directory))?.buildId;
  const logsOwner = (await ownerOfLogs({ planFile })) ?? owner;
  const sparesFiles = isAnothers(owner, record.id);
  // Logs without a plan are the build's while its work folder lies beside them.
  const isNobodys = logsOwner === undefined && existsSync(logs) && !existsSync(work);
  const sparesLogs = isNobodys || isAnothers(logsOwner, record.id);
  if (isNobodys) kept.push({ what: logs, why: `nothing in it says that build ${record.id} made it` });
  if (sparesFiles) kept.push({ what: record.directory, why: `it holds the results of build ${owner} now` });
  if (sparesLogs && !isNobodys && logsOwner !== owner)
    kept.push({ what: logs, why: `they are those of build ${logsOwner} now` });
  if (!sparesFiles && !named && record.images.length > 0) {
    kept.push({ what: record.directory, why: 'it holds finished images; name the build to remove them' });
    return allButWork;
  }
  if (!sparesFiles && record.images.some((name) => isUnnoted(join(record.directory, name), owned))) {
    const why = `the journal of build ${record.id} is damaged and does not name its results; remove the folder yourself`;
    kept.push({ what: record.directory, why });
  }
  const saysWhy = forgotten || sparesLogs ? undefined : await sparedLogs(record, kept);
  return (path) => (path === logs ? sparesLogs || saysWhy === logs : sparesFiles && allButWork(path));
}

/** A guest that said something before its build was interrupted may tell why. @returns the folder, where it did */
async function sparedLogs({ id, directory }: BuildRecord, kept: KeptItem[]): Promise<string | undefined> {
  const { logs, serialLog, bootCheckLog } = buildDirectory(directory, id);
  const sizes = await Promise.all([serialLog, bootCheckLog].map(sizeOf));
  if (sizes.every((size) => size === 0)) return undefined;
  kept.push({
    what: logs,
    why: `\`kiln builds logs ${id}\` shows them, \`kiln builds clean ${id}\` removes them`,
  });
  return logs;
}

const isUnnoted = (path: string, owned: readonly OwnedPath[]): boolean =>
  existsSync(path) && !owned.some((one) => one.path === path);

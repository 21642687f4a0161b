import type { Stats } from 'node:fs';
import { lstat, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HostError, KilnError, SpecError } from '../foundation/errors.ts';
import { ifMissing } from '../foundation/if-missing.ts';
import { makeFolder } from '../foundation/make-folder.ts';
import { isAlive, type ProcessIdentity } from '../foundation/process-identity.ts';
import { readEnd } from '../foundation/read-end.ts';
import { removeIfEmpty } from '../foundation/remove-if-empty.ts';
import { mebibytes } from '../foundation/size.ts';
import { asKilnError } from '../foundation/system-error.ts';
import { aboutFile, writeFile } from '../foundation/write-file.ts';
import { deliveredIn } from './folder-owner.ts';
import { lastProcess, openJournal } from './journal.ts';
import type { PublicationRecord } from './publication-records.ts';
import { moment, parseRecord } from './record-shape.ts';

export type BuildStatus =
  | 'running'
  | 'succeeded'
  | 'failed'
  | 'cancelled'
  /** It said it was running, but its process was gone. */
  | 'interrupted'
  /** Its record is damaged. */
  | 'unknown';

/** What Kiln remembers of a build, under `<state>/builds/<id>/record.json`. */
export type BuildRecord = {
  readonly id: string;
  readonly name: string;
  /** Absolute path of the folder with the results. */
  readonly directory: string;
  readonly status: BuildStatus;
  readonly process: ProcessIdentity;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly seconds?: number;
  readonly error?: { readonly code: string; readonly message: string };
  /** File names of the finished images, relative to the directory. */
  readonly images: readonly string[];
  /** What became of the targets it is published to, in the order asked for. */
  readonly publications?: readonly PublicationRecord[];
  /** Left in place on purpose (`--keep`). */
  readonly kept: boolean;
  /** The guest of its failed install was left running (`--on-error=keep`). */
  readonly guestLeft?: true;
  /** Clean-up was not complete; the next build or `kiln builds clean` tries again. */
  readonly unclean: boolean;
};

/** A folder's name that leads nowhere else and means nothing in a pattern. */
const isBuildId = (name: string): boolean => /^[\w-]+$/.test(name);

/** @throws TypeError for an id that would lead out of the folder of records */
export function recordDirectory(stateDir: string, id: string): string {
  if (!isBuildId(id)) throw new TypeError(`"${id}" is no build's id`);
  return join(stateDir, 'builds', id);
}
export const journalPath = (stateDir: string, id: string): string =>
  join(recordDirectory(stateDir, id), 'journal.jsonl');
const recordPath = (stateDir: string, id: string): string =>
  join(recordDirectory(stateDir, id), 'record.json');

export async function writeRecord(stateDir: string, record: BuildRecord): Promise<void> {
  const path = recordPath(stateDir, record.id);
  await makeFolder(recordDirectory(stateDir, record.id), 0o700);
  const temporary = `${path}.new`;
  const text = `${JSON.stringify(record, null, 2)}\n`;
  try {
    await writeFile(temporary, text, { mode: 0o600 });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    if (isFull(error) && (await overwrite(path, text))) return;
    await removeIfEmpty(recordDirectory(stateDir, record.id));
    throw aboutFile(error, path);
  }
}

const isFull = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');

/** On a full disk the block that the old record has still holds the new one. @returns whether there was one, and it did */
async function overwrite(path: string, text: string): Promise<boolean> {
  const content = Buffer.from(text);
  try {
    const file = await open(path, 'r+');
    try {
      const { bytesWritten } = await file.write(content, 0, content.length, 0);
      await file.truncate(bytesWritten);
      return bytesWritten === content.length;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isFull(error) || (error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/**
 * All builds this user's state knows of, oldest first.
 * @throws HostError `host.bad-path` where a file is in the place of the state folder
 */
export async function listBuilds(stateDir: string): Promise<BuildRecord[]> {
  const folder = join(stateDir, 'builds');
  const ids = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error.code === 'ENOTDIR' ? noFolder(folder, error) : error;
  });
  const records = await Promise.all(ids.filter(isBuildId).map((id) => readRecord(stateDir, id)));
  return records
    .filter((record) => record !== undefined)
    .sort((a, b) => a.startedAt.localeCompare(b.startedAt) || a.id.localeCompare(b.id));
}

const noFolder = (folder: string, cause: unknown): HostError =>
  new HostError(
    'host.bad-path',
    `${folder} cannot hold the records of builds: it, or a part of that path, is a file. Name another place with KILN_STATE_DIR, or move the file away.`,
    { cause, details: { path: folder } },
  );

/**
 * @param idPrefix as many of the id's first characters as make it unique
 * @throws SpecError `builds.not-found`, `builds.ambiguous`; HostError as listBuilds
 */
export async function findBuild(stateDir: string, idPrefix: string): Promise<BuildRecord> {
  // Whoever follows a build asks again and again, and there may be thousands of others.
  const exact = isBuildId(idPrefix) ? await readRecord(stateDir, idPrefix) : undefined;
  if (exact !== undefined) return exact;
  const matching = (await listBuilds(stateDir)).filter(
    ({ id }) => idPrefix !== '' && id.startsWith(idPrefix),
  );
  const [found, ...others] = matching;
  if (found === undefined) {
    throw new SpecError(
      'builds.not-found',
      `No build has the id "${idPrefix}"; \`kiln builds list\` shows them.`,
    );
  }
  if (others.length > 0) {
    const ids = matching.map(({ id }) => id).join(', ');
    throw new SpecError(
      'builds.ambiguous',
      `"${idPrefix}" fits several builds: ${ids}. Write more of the id.`,
    );
  }
  return found;
}

export async function removeRecord(stateDir: string, id: string): Promise<void> {
  await rm(recordDirectory(stateDir, id), { recursive: true, force: true });
}

/** Far more than one ever is. */
const LONGEST_RECORD = mebibytes(4);

async function readRecord(stateDir: string, id: string): Promise<BuildRecord | undefined> {
  // What a link leads to is not the state's.
  const found = await lstat(recordDirectory(stateDir, id)).catch(ifMissing(undefined));
  if (found?.isSymbolicLink()) return damagedRecord(id);
  const damaged = (): BuildRecord => damagedRecord(id, processOf(stateDir, id));
  const file = await readEnd(recordPath(stateDir, id), LONGEST_RECORD).catch(ifMissing('absent' as const));
  if (file === 'absent') return found?.isDirectory() && !isBeingMade(found) ? damaged() : undefined;
  const isWhole = file !== undefined && file.size <= LONGEST_RECORD;
  const record = isWhole ? parseRecord(file.content.toString('utf8')) : undefined;
  if (record?.id !== id) return damaged();
  return record.status === 'running' && !isAlive(record.process) ? interrupted(record) : record;
}

/** A Kiln that was killed after its last file has built all the same: what is left to do is its clean-up. */
async function interrupted(record: BuildRecord): Promise<BuildRecord> {
  const delivered = await deliveredIn(record.directory).catch(() => undefined);
  if (delivered?.buildId !== record.id || delivered.images.length === 0)
    return { ...record, status: 'interrupted', unclean: true };
  const { images, createdAt } = delivered;
  const ended = moment(createdAt) ? { endedAt: createdAt } : {};
  return { ...record, status: 'succeeded', images, ...ended, unclean: true };
}

/** The folder is there a moment before its first record; without one after so long, whoever made it was killed. */
const isBeingMade = ({ mtimeMs }: Stats): boolean => Date.now() - mtimeMs < 60_000;

const DAMAGED = 'builds.damaged-record';

/**
 * Stands in for a record that cannot be read. Its journal still tells what it owns and whether it runs, but not which images are
 * finished.
 * @param process of the build, where its journal tells
 */
function damagedRecord(id: string, process: ProcessIdentity = NOT_NOTED): BuildRecord {
  const isRunning = isAlive(process);
  const outlook = isRunning
    ? `it is written anew when the build ends, which runs as process ${process.pid}. \`kiln builds stop ${id}\` ends it.`
    : `neither its folder nor its end is known; \`kiln builds clean ${id}\` removes what is left of it.`;
  return {
    id,
    name: `(${DAMAGED})`,
    directory: '',
    status: isRunning ? 'running' : 'unknown',
    process,
    startedAt: '',
    error: { code: DAMAGED, message: `The record of build ${id} cannot be read: ${outlook}` },
    images: [],
    kept: false,
    unclean: false,
  };
}

const NOT_NOTED: ProcessIdentity = { pid: 0, startedAt: '' };

/** Whether nothing tells any more if a build with a damaged record runs: not even its journal says whose it is. */
export const mayRun = (record: BuildRecord): boolean =>
  isDamaged(record) && record.process.pid === NOT_NOTED.pid;

/** A journal that cannot be read either tells nothing. */
function processOf(stateDir: string, id: string): ProcessIdentity | undefined {
  try {
    return lastProcess(openJournal(journalPath(stateDir, id)).entries());
  } catch (error) {
    if (asKilnError(error) instanceof KilnError) return undefined;
    throw error;
  }
}

/**
 * For those who need to know the build's folder or its end, of which a damaged record tells nothing.
 * @throws SpecError `builds.damaged-record`
 */
export function requireWhole(record: BuildRecord): BuildRecord {
  if (isDamaged(record)) throw new SpecError(DAMAGED, record.error?.message ?? '');
  return record;
}

export const isDamaged = (record: BuildRecord): boolean => record.error?.code === DAMAGED;

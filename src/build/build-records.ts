import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SpecError } from '../foundation/errors.ts';
import { isAlive, type ProcessIdentity } from '../foundation/process-identity.ts';

export type BuildStatus = 'running' | 'succeeded' | 'failed' | 'cancelled' | 'interrupted';

/** What Kiln remembers of a build, under `<state>/builds/<id>/record.json`. */
export type BuildRecord = {
  readonly id: string;
  readonly name: string;
  /** Absolute path of the folder with the results. */
  readonly directory: string;
  /** `interrupted`: it says it is running, but its process is gone. */
  readonly status: BuildStatus;
  readonly process: ProcessIdentity;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly seconds?: number;
  readonly error?: { readonly code: string; readonly message: string };
  /** File names of the finished images, relative to the directory. */
  readonly images: readonly string[];
  /** Left in place on purpose (`--keep`). */
  readonly kept: boolean;
  /** Clean-up was not complete; the next build or `kiln builds clean` tries again. */
  readonly unclean: boolean;
};

export const recordDirectory = (stateDir: string, id: string): string => join(stateDir, 'builds', id);
export const journalPath = (stateDir: string, id: string): string =>
  join(recordDirectory(stateDir, id), 'journal.jsonl');
const recordPath = (stateDir: string, id: string): string =>
  join(recordDirectory(stateDir, id), 'record.json');

export async function writeRecord(stateDir: string, record: BuildRecord): Promise<void> {
  const path = recordPath(stateDir, record.id);
  await mkdir(recordDirectory(stateDir, record.id), { recursive: true, mode: 0o700 });
  const temporary = `${path}.new`;
  await writeFile(temporary, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  await rename(temporary, path);
}

/** All builds this user's state knows of, oldest first. */
export async function listBuilds(stateDir: string): Promise<BuildRecord[]> {
  const ids = await readdir(join(stateDir, 'builds')).catch(absentAs<string[]>([]));
  const records = await Promise.all(ids.map((id) => readRecord(stateDir, id)));
  return records
    .filter((record) => record !== undefined)
    .sort((a, b) => a.startedAt.localeCompare(b.startedAt) || a.id.localeCompare(b.id));
}

/**
 * @param idPrefix as many of the id's first characters as make it unique
 * @throws SpecError `builds.not-found`, `builds.ambiguous`
 */
export async function findBuild(stateDir: string, idPrefix: string): Promise<BuildRecord> {
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

async function readRecord(stateDir: string, id: string): Promise<BuildRecord | undefined> {
  const text = await readFile(recordPath(stateDir, id), 'utf8').catch(absentAs(undefined));
  if (text === undefined) return undefined;
  const record = parseRecord(text);
  if (record === undefined) return damagedRecord(id);
  return record.status === 'running' && !isAlive(record.process)
    ? { ...record, status: 'interrupted' }
    : record;
}

/** undefined when the file was cut short or overwritten: a full disk, a power failure, another program. */
function parseRecord(text: string): BuildRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const record = value as BuildRecord;
    const whole =
      typeof value === 'object' &&
      value !== null &&
      [record.id, record.name, record.directory, record.status, record.startedAt].every(
        (field) => typeof field === 'string',
      ) &&
      Array.isArray(record.images) &&
      typeof record.process?.pid === 'number';
    return whole ? record : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Stands in for a record that cannot be read. Its journal still tells what it owns, but not which images are finished. */
function damagedRecord(id: string): BuildRecord {
  return {
    id,
    name: '(damaged record)',
    directory: '',
    status: 'failed',
    process: { pid: 0, startedAt: '' },
    startedAt: '',
    error: { code: 'builds.damaged-record', message: 'The record of this build cannot be read.' },
    images: [],
    kept: false,
    unclean: false,
  };
}

export const isDamaged = (record: BuildRecord): boolean => record.error?.code === 'builds.damaged-record';

function absentAs<T>(value: T): (error: unknown) => T {
  return (error) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return value;
    throw error;
  };
}

import { randomBytes } from 'node:crypto';
import { lstat, readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Artifact } from '../artifact/artifact.ts';
import type { Clock } from '../foundation/clock.ts';
import { CancelledError, KilnError, SpecError, specErrorOf } from '../foundation/errors.ts';
import { withLock } from '../foundation/lock-file.ts';
import { hidesSomething } from '../foundation/printable.ts';
import { ownIdentity } from '../foundation/process-identity.ts';
import { asKilnError } from '../foundation/system-error.ts';
import { requireSpace } from '../host/free-space.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import { type BuildRecord, journalPath, listBuilds, writeRecord } from './build-records.ts';
import { type Journal, openJournal } from './journal.ts';
import { refuseAnothersFolder } from './refuse-anothers-folder.ts';
import { refuseOverwriting } from './refuse-overwriting.ts';

export const newBuildId = (): string => randomBytes(4).toString('hex');

type LeftThings = Pick<BuildRecord, 'kept' | 'guestLeft' | 'unclean'>;

export type ClaimedBuild = {
  readonly journal: Journal;
  /** What is still there when the build is over; part of the record then. */
  left(what: LeftThings): void;
  succeeded(artifacts: readonly Pick<Artifact, 'name'>[], seconds: number): Promise<void>;
  failed(error: unknown, seconds: number): Promise<void>;
};

export type ClaimOptions = {
  readonly stateDir: string;
  readonly id: string;
  readonly name: string;
  readonly directory: string;
  readonly clock: Clock;
};

/**
 * Writes the build's record and opens its journal: from here on whatever is created can be found again, and the folder is the build's.
 * @throws SpecError `output.in-use` when another build runs there
 */
export async function claimBuild({
  stateDir,
  id,
  name,
  directory,
  clock,
}: ClaimOptions): Promise<ClaimedBuild> {
  const started: BuildRecord = {
    id,
    name,
    directory,
    status: 'running',
    process: ownIdentity(),
    startedAt: new Date(clock.now()).toISOString(),
    images: [],
    kept: false,
    unclean: false,
  };
  // Of two that begin at once the second one sees the first one's record.
  return withLock(join(stateDir, 'claim.lock'), async () => {
    refuseTaken(await buildIn(directory, id, stateDir));
    return claimed(stateDir, started, clock);
  });
}

/** Another build that runs in that folder. */
async function buildIn(directory: string, id: string, stateDir: string): Promise<BuildRecord | undefined> {
  return (await listBuilds(stateDir)).find(
    (other) =>
      other.id !== id &&
      other.status === 'running' &&
      // A damaged record does not tell where.
      other.directory !== '' &&
      resolve(other.directory) === resolve(directory),
  );
}

function refuseTaken(other: BuildRecord | undefined): void {
  if (other === undefined) return;
  throw new SpecError(
    'output.in-use',
    `Build ${other.id} (${other.name}) runs in the output folder ${other.directory}, as process ${other.process.pid}. Name another folder, or wait for its end.`,
    { details: { directory: other.directory } },
  );
}

/** Takes over the record of a build whose process is gone. */
export async function reclaimBuild(
  stateDir: string,
  record: BuildRecord,
  clock: Clock,
): Promise<ClaimedBuild> {
  return claimed(stateDir, { ...record, status: 'running', process: ownIdentity(), unclean: false }, clock);
}

async function claimed(stateDir: string, started: BuildRecord, clock: Clock): Promise<ClaimedBuild> {
  const { id } = started;
  const journal = openJournal(journalPath(stateDir, id));
  await writeRecord(stateDir, started);
  let left: LeftThings = { kept: false, unclean: false };
  const ended = (seconds: number): Partial<BuildRecord> => ({
    endedAt: new Date(clock.now()).toISOString(),
    seconds,
    ...left,
  });
  // Should it fail, the process ends, and what it has written down counts as interrupted.
  journal.note({ kind: 'process', ...started.process });
  return {
    journal,
    left: (what) => {
      left = what;
    },
    succeeded: async (artifacts, seconds) => {
      const images = artifacts.map(({ name }) => name);
      try {
        await writeRecord(stateDir, { ...started, ...ended(seconds), status: 'succeeded', images });
      } catch (error) {
        // Else the next Kiln would take this build for interrupted, and its images for leftovers.
        journal.forget();
        throw error;
      }
    },
    failed: (error, seconds) =>
      writeRecord(stateDir, {
        ...started,
        ...ended(seconds),
        status: error instanceof CancelledError ? 'cancelled' : 'failed',
        error: {
          code: error instanceof KilnError ? error.code : 'internal',
          message: error instanceof Error ? error.message : String(error),
        },
      }),
  };
}

/**
 * Where the results go, without links: should one come into its place while the build runs, that can be told.
 * @param plan what would be overwritten there
 * @throws SpecError `output.in-use`, `output.is-input` and `output.exists` for what `force` does not change: another build's work, an image
 *   to import, files that no build made; `output.exists` when a folder named by the user holds something and `force` is not given;
 *   `output.not-a-folder`.
 *   `spec.invalid` for a path of which not all can be seen; HostError `host.no-permission`, `host.bad-path`, `host.no-space` where nothing can be made
 */
export async function outputDirectory(
  request: { readonly output?: string; readonly force?: boolean },
  cwd: string,
  plan: Pick<BuildPlan, 'name' | 'outputs' | 'media'>,
  id: string,
): Promise<string> {
  if (request.output === '') {
    throw new SpecError('output.not-a-folder', '--output is empty; it names a folder.');
  }
  refuseHidden(request.output);
  if (request.output === undefined)
    return canBeMade(await withoutLinks(join(cwd, 'builds', `${plan.name}-${id}`)));
  const directory = await withoutLinks(resolve(cwd, request.output));
  if (dirname(directory) === directory) throw isRoot(directory);
  const content = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    if (error.code === 'ENOTDIR') throw notAFolder(directory, error);
    throw asKilnError(error);
  });
  refuseAnothersFolder(directory, content);
  // Before --force is advised, which changes nothing about it.
  await refuseOverwriting(directory, plan);
  if (content.length > 0 && request.force !== true) {
    throw new SpecError(
      'output.exists',
      `The output folder ${directory} is not empty. Name another one, or add --force to replace results in it.`,
      { details: { directory } },
    );
  }
  return canBeMade(directory);
}

/** Whoever reads the path in a list or a log must see all of it, on one line. */
function refuseHidden(output = ''): void {
  if (!hidesSomething(output)) return;
  const problem = `${JSON.stringify(output)} holds line breaks, control characters or invisible ones; choose another folder`;
  throw specErrorOf('The request', [{ where: '--output', problem }]);
}

/** How much room it takes shows later. */
async function canBeMade(directory: string): Promise<string> {
  await requireSpace(directory, 1, 'the results');
  return directory;
}

/** realpath(3) for a path of which the end need not be there. */
async function withoutLinks(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const parent = dirname(path);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === path) return path;
    if (await isLink(path)) throw leadsNowhere(path);
    return join(await withoutLinks(parent), basename(path));
  }
}

const isLink = (path: string): Promise<boolean> =>
  lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );

function leadsNowhere(path: string): SpecError {
  return new SpecError(
    'output.not-a-folder',
    `${path} is a link that leads nowhere, so no results can go there. Make the folder it names, or remove the link.`,
    { details: { path } },
  );
}

function isRoot(directory: string): SpecError {
  return new SpecError(
    'output.not-a-folder',
    `${directory} is the root of the file system and no folder for results, with or without --force. Name a folder with --output.`,
    { details: { directory } },
  );
}

function notAFolder(directory: string, cause: unknown): SpecError {
  return new SpecError(
    'output.not-a-folder',
    `${directory} is a file or lies below one; --output names a folder.`,
    { cause },
  );
}

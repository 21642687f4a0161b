import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import type { Artifact } from '../artifact/artifact.ts';
import type { Clock } from '../foundation/clock.ts';
import { CancelledError, KilnError, SpecError } from '../foundation/errors.ts';
import { ownIdentity } from '../foundation/process-identity.ts';
import { asKilnError } from '../foundation/system-error.ts';
import { type BuildRecord, journalPath, writeRecord } from './build-records.ts';
import { type Journal, openJournal } from './journal.ts';

export const newBuildId = (): string => randomBytes(4).toString('hex');

export type ClaimedBuild = {
  readonly journal: Journal;
  /** What is still there when the build is over; part of the record then. */
  left(what: Pick<BuildRecord, 'kept' | 'unclean'>): void;
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

/** Writes the build's record and opens its journal: from here on whatever is created can be found again. */
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
  await writeRecord(stateDir, started);
  let left: Pick<BuildRecord, 'kept' | 'unclean'> = { kept: false, unclean: false };
  const ended = (seconds: number): Partial<BuildRecord> => ({
    endedAt: new Date(clock.now()).toISOString(),
    seconds,
    ...left,
  });
  return {
    journal: openJournal(journalPath(stateDir, id)),
    left: (what) => {
      left = what;
    },
    succeeded: (artifacts, seconds) =>
      writeRecord(stateDir, {
        ...started,
        ...ended(seconds),
        status: 'succeeded',
        images: artifacts.map(({ name }) => name),
      }),
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
 * Where the results go.
 * @throws SpecError `output.exists` when a folder named by the user holds something and `force` is not given
 */
export async function outputDirectory(
  request: { readonly output?: string; readonly force?: boolean },
  cwd: string,
  name: string,
  id: string,
): Promise<string> {
  if (request.output === '') {
    throw new SpecError('output.not-a-folder', '--output is empty; it names a folder.');
  }
  if (request.output === undefined) return join(cwd, 'builds', `${name}-${id}`);
  const directory = isAbsolute(request.output) ? request.output : resolve(cwd, request.output);
  const content = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    if (error.code === 'ENOTDIR') throw notAFolder(directory, error);
    throw asKilnError(error);
  });
  if (content.length > 0 && request.force !== true) {
    throw new SpecError(
      'output.exists',
      `The output folder ${directory} is not empty. Name another one, or add --force to replace results in it.`,
      { details: { directory } },
    );
  }
  return directory;
}

function notAFolder(directory: string, cause: unknown): SpecError {
  return new SpecError('output.not-a-folder', `${directory} is a file; --output names a folder.`, { cause });
}

import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type BuildRecord, findBuild, recordDirectory } from '../build/build-records.ts';
import { newBuildId } from '../build/claim-build.ts';
import { EXIT_CODES, SpecError } from '../foundation/errors.ts';
import { makeFolder } from '../foundation/make-folder.ts';
import { placesFrom } from '../foundation/places.ts';
import type { CliIo, StartAgain } from './cli-io.ts';
import { safeJson, safeLine } from './safe-text.ts';

/** Set for the process that does the work of a `--detach`: the id its build is to have. */
const VARIABLE = 'KILN_DETACHED_BUILD';

const POLL_MS = 50;

/** The id of the build this process is to run apart from the terminal; undefined in an ordinary one. */
export const detachedBuildId = (io: Pick<CliIo, 'env'>): string | undefined => io.env[VARIABLE];

/**
 * `--detach`: the same command line runs on in a session of its own; this one ends when the build is under way, or when it cannot be.
 * @returns the exit code
 */
export async function detachBuild(options: DetachOptions, io: CliIo): Promise<number> {
  const id = newBuildId();
  const folder = recordDirectory(placesFrom(io.env).state, id);
  await makeFolder(folder, 0o700);
  const begun = await startApart(id, { env: { [VARIABLE]: id } }, io);
  // It never became a build: what it said is all there is.
  if (begun.kind === 'ended') await rm(folder, { recursive: true, force: true });
  return tellBegun(begun, options, io);
}

/** `kiln builds resume ID --detach`. @returns the exit code */
export async function detachResume(id: string, options: DetachOptions, io: CliIo): Promise<number> {
  const build = await findBuild(placesFrom(io.env).state, id);
  return tellBegun(await startResume(build.id, io), options, io);
}

/**
 * Goes on with a build whose Kiln was killed, in a process of its own; none is started for another build.
 * @param id the whole id
 * @throws SpecError `builds.not-found`, `builds.running`, `builds.not-resumable`
 */
export async function startResume(id: string, io: Pick<CliIo, 'env' | 'startAgain'>): Promise<Begun> {
  const { requireResumable } = await import('../build/resume-build.ts');
  await requireResumable(id, placesFrom(io.env).state);
  return startApart(id, { env: {}, args: ['builds', 'resume', id] }, io);
}

/** What became of a process that was to run a build: the build is under way, or the process has ended before that. */
export type Begun =
  | { readonly kind: 'build'; readonly build: BuildRecord }
  | {
      readonly kind: 'ended';
      readonly exitCode: number;
      readonly output: string;
      readonly errors: string;
    };

async function startApart(
  id: string,
  start: Pick<StartAgain, 'args' | 'env'>,
  io: Pick<CliIo, 'env' | 'startAgain'>,
): Promise<Begun> {
  const { state } = placesFrom(io.env);
  const folder = recordDirectory(state, id);
  const files = { output: join(folder, 'output.log'), errors: join(folder, 'errors.log') };
  // An earlier process of the same build has written there too.
  const before = { output: await sizeOf(files.output), errors: await sizeOf(files.errors) };
  const child = await io.startAgain({ ...start, ...files });
  let exitCode: number | null | undefined;
  void child.ended.then((code) => {
    exitCode = code;
  });
  for (;;) {
    const hasEnded = exitCode !== undefined;
    const build = await recordOf(state, id);
    // A record of another process says nothing about what was started here.
    if (build?.process.pid === child.pid && build.status !== 'interrupted') {
      child.forget();
      return { kind: 'build', build };
    }
    if (hasEnded) break;
    await delay(POLL_MS);
  }
  const output = await textFrom(files.output, before.output);
  const errors = await textFrom(files.errors, before.errors);
  return { kind: 'ended', exitCode: exitCode ?? EXIT_CODES.bug, output, errors };
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

const textFrom = async (path: string, start: number): Promise<string> =>
  (await readFile(path)).subarray(start).toString('utf8');

function tellBegun(begun: Begun, options: DetachOptions, io: CliIo): number {
  if (begun.kind === 'build') {
    tellStarted(begun.build, options, io);
    return 0;
  }
  io.out.write(begun.output);
  io.err.write(begun.errors);
  return begun.exitCode;
}

export type DetachOptions = { readonly json?: boolean | undefined; readonly quiet?: boolean | undefined };

async function recordOf(state: string, id: string): Promise<BuildRecord | undefined> {
  return findBuild(state, id).catch((error: unknown) => {
    if (error instanceof SpecError && error.code === 'builds.not-found') return undefined;
    throw error;
  });
}

function tellStarted({ id, name, directory }: BuildRecord, options: DetachOptions, io: CliIo): void {
  const build = { buildId: id, name, directory };
  if (options.json) io.out.write(`${safeJson(build)}\n`);
  else if (options.quiet) io.out.write(`${id}\n`);
  else {
    io.out.write(
      `Build ${id} of ${safeLine(name)} runs in the background; its results go to ${safeLine(directory)}.\n` +
        `  kiln builds attach ${id}   shows it, and ends with its exit code\n` +
        `  kiln builds stop ${id}     ends it\n`,
    );
  }
}

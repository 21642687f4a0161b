import { setTimeout as delay } from 'node:timers/promises';
import { HostError, SpecError } from '../foundation/errors.ts';
import { isAlive } from '../foundation/process-identity.ts';
import { type BuildRecord, findBuild, requireWhole } from './build-records.ts';
import { canResume } from './interrupted-install.ts';
import { requireAwake } from './require-awake.ts';

const POLL_MS = 100;
/** Longer than any clean-up that goes on, which may wait half a minute for libvirt. */
const LIMIT_MS = 120_000;

/**
 * Ends a running build in good order, as Ctrl-C in its own terminal would, and waits until its process is gone.
 * @throws SpecError `builds.not-found`, `builds.damaged-record`, `builds.not-running`; HostError `builds.suspended`, `builds.not-stopped`
 */
export async function stopBuild(
  stateDir: string,
  id: string,
  signal: AbortSignal,
  limitMs = LIMIT_MS,
): Promise<BuildRecord> {
  const build = await findBuild(stateDir, id);
  if (build.status !== 'running') {
    requireWhole(build);
    throw notRunning(build, await canResume(build, stateDir));
  }
  requireAwake(build);
  process.kill(build.process.pid, 'SIGTERM');
  const deadline = performance.now() + limitMs;
  while (isAlive(build.process)) {
    requireAwake(build);
    if (performance.now() > deadline) throw notStopped(build);
    await delay(POLL_MS, undefined, { signal });
  }
  return findBuild(stateDir, build.id);
}

function notRunning(build: BuildRecord, resumable: boolean): SpecError {
  return new SpecError(
    'builds.not-running',
    `Build ${build.id} does not run (${build.status}).${whatIsLeft(build, resumable)}`,
  );
}

function whatIsLeft({ id, status, kept, guestLeft }: BuildRecord, resumable: boolean): string {
  const clean = `\`kiln builds clean ${id}\``;
  if (resumable) return ` \`kiln builds resume ${id}\` goes on with it, ${clean} removes it.`;
  if (status === 'interrupted') return ` ${clean} removes what it left.`;
  if (guestLeft)
    return ` Its guest was left running: ${clean} ends it, and removes it with all of the build.`;
  return kept ? ` ${clean} removes what it kept, with all of the build.` : '';
}

function notStopped({ id, process: { pid } }: BuildRecord): HostError {
  return new HostError(
    'builds.not-stopped',
    `Build ${id} was told to stop and still cleans up, as process ${pid}. \`kiln builds stop ${id}\` once more gives it five seconds; ` +
      `\`kiln builds clean ${id}\` removes what is left then.`,
    { details: { pid } },
  );
}

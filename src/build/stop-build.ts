import { setTimeout as delay } from 'node:timers/promises';
import { SpecError } from '../foundation/errors.ts';
import { isAlive } from '../foundation/process-identity.ts';
import { type BuildRecord, findBuild } from './build-records.ts';

const POLL_MS = 100;

/**
 * Ends a running build in good order, as Ctrl-C in its own terminal would, and waits until its process is gone.
 * @throws SpecError `builds.not-found`, `builds.not-running`
 */
export async function stopBuild(stateDir: string, id: string, signal: AbortSignal): Promise<BuildRecord> {
  const build = await findBuild(stateDir, id);
  if (build.status !== 'running') {
    throw new SpecError(
      'builds.not-running',
      `Build ${build.id} does not run (${build.status}).${build.status === 'interrupted' ? ` \`kiln builds clean ${build.id}\` removes what it left.` : ''}`,
    );
  }
  process.kill(build.process.pid, 'SIGTERM');
  while (isAlive(build.process)) await delay(POLL_MS, undefined, { signal });
  return findBuild(stateDir, build.id);
}

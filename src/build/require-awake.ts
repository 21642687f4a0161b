import { HostError } from '../foundation/errors.ts';
import { isSuspended } from '../foundation/process-identity.ts';
import type { BuildRecord } from './build-records.ts';

/** Whether the Kiln that runs a build is suspended, and how to wake it. */
export function whyAsleep({ id, status, process }: BuildRecord): string | undefined {
  if (status !== 'running' || !isSuspended(process)) return undefined;
  const { pid } = process;
  return `Build ${id} does not go on, since its process ${pid} is suspended (Ctrl-Z); \`kill -CONT ${pid}\`, or \`fg\` in its terminal, wakes it.`;
}

/**
 * A suspended Kiln neither tells anything nor ends when it is told to.
 * @throws HostError `builds.suspended`
 */
export function requireAwake(build: BuildRecord): void {
  const why = whyAsleep(build);
  if (why !== undefined)
    throw new HostError('builds.suspended', why, { details: { pid: build.process.pid } });
}

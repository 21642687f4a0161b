import { HostError } from '../foundation/errors.ts';
import { isSuspended } from '../foundation/process-identity.ts';
import type { BuildRecord } from './build-records.ts';

/**
 * A suspended Kiln neither tells anything nor ends when it is told to.
 * @throws HostError `builds.suspended`
 */
export function requireAwake({ id, status, process }: BuildRecord): void {
  if (status !== 'running' || !isSuspended(process)) return;
  const { pid } = process;
  throw new HostError(
    'builds.suspended',
    `Build ${id} does not go on, since its process ${pid} is suspended (Ctrl-Z); \`kill -CONT ${pid}\`, or \`fg\` in its terminal, wakes it.`,
    { details: { pid } },
  );
}

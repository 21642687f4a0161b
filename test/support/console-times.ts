import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildEvent } from '../../src/build/build-events.ts';

/** Seconds into the watching at which the guest's console said its last word. */
export function lastWordAt(logs: string): number {
  const text = readFileSync(join(logs, 'serial.timed.log'), 'utf8');
  return Number([...text.matchAll(/^\[ *(\d+\.\d)\] /gm)].at(-1)?.[1]);
}

/**
 * Seconds from the guest's last word until its failure was named and written down. A little too many: the clock of the console starts when the
 * guest runs, that of the stage before.
 */
export function secondsToName(events: readonly BuildEvent[], logs: string): number {
  const started = events.find((event) => event.type === 'stage-started' && event.stage === 'install');
  const startedAt = started?.at ?? Number.NEGATIVE_INFINITY;
  const namedAt = statSync(join(logs, 'failure.json')).mtimeMs;
  return (namedAt - startedAt) / 1000 - lastWordAt(logs);
}

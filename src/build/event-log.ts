import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { aboutFile } from '../foundation/write-file.ts';
import type { BuildEvent } from './build-events.ts';
import { recordDirectory } from './build-records.ts';

/** Every event of a build, one JSON object a line, beside its record: what `kiln builds attach` shows again. */
export const eventLogPath = (stateDir: string, id: string): string =>
  join(recordDirectory(stateDir, id), 'events.jsonl');

export type EventLog = { add(event: BuildEvent): void };

/**
 * Keeps events in memory until the build has a record to lie beside; one that never gets there leaves nothing.
 * @param onFault told once when the log cannot be written; the build goes on without
 */
export function createEventLog(stateDir: string, id: string, onFault: (error: Error) => void): EventLog {
  const path = eventLogPath(stateDir, id);
  let waiting = '';
  let isOpen = false;
  let isFaulty = false;
  return {
    add: (event) => {
      if (isFaulty) return;
      waiting += `${JSON.stringify(event)}\n`;
      isOpen ||= existsSync(recordDirectory(stateDir, id));
      if (!isOpen) return;
      try {
        // At once and in order: a Kiln that is killed has told everything up to then.
        appendFileSync(path, waiting, { mode: 0o600 });
        waiting = '';
      } catch (error) {
        isFaulty = true;
        onFault(aboutFile(error, path) as Error);
      }
    },
  };
}

import { readFile } from 'node:fs/promises';
import { ifMissing } from '../foundation/if-missing.ts';
import { createRecorder, type PhaseSpan } from '../watch/recorder.ts';
import type { BuildRecord } from './build-records.ts';
import { eventLogPath } from './event-log.ts';
import { parseEvent } from './follow-events.ts';

/**
 * The phases of an install that has not come to its end, made of the events that the build has told. The last one of a build that runs lasts until
 * now, of one that was interrupted until its last word, of one that was stopped until then.
 */
export async function phasesSoFar(
  { id, status }: Pick<BuildRecord, 'id' | 'status'>,
  stateDir: string,
  now = Date.now(),
): Promise<readonly PhaseSpan[]> {
  const text = await readFile(eventLogPath(stateDir, id), 'utf8').catch(ifMissing(''));
  const recorder = createRecorder();
  let startedAt: number | undefined;
  let isOver = false;
  for (const event of text.split('\n').flatMap(parseEvent)) {
    if (!('stage' in event) || event.stage !== 'install') continue;
    // One that was resumed began before.
    startedAt ??= event.at;
    const seconds = (event.at - startedAt) / 1000;
    if (event.type === 'stage-finished' || event.type === 'stage-failed') {
      isOver = true;
      recorder.end(seconds);
    }
    if (event.type !== 'stage-progress') continue;
    const { detail: phase, percent, packages } = event;
    const facts = {
      ...(percent === undefined ? {} : { percent }),
      ...(packages === undefined ? {} : { packages }),
    };
    recorder.progress({ phase, ...facts }, seconds);
  }
  if (startedAt !== undefined && status === 'running' && !isOver) recorder.end((now - startedAt) / 1000);
  return recorder.phases();
}

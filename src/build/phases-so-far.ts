import { readFile } from 'node:fs/promises';
import { ifMissing } from '../foundation/if-missing.ts';
import { createRecorder, type PhaseSpan, type WatchRecorder } from '../watch/recorder.ts';
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
  const { recorder, startedAt, isOver } = await readRecorded(id, stateDir);
  if (startedAt !== undefined && status === 'running' && !isOver) recorder.end((now - startedAt) / 1000);
  return recorder.phases();
}

/** For an install that is watched on: it has what the Kiln that was killed told of it, which is about to be told again. */
export async function recorderSoFar(id: string, stateDir: string): Promise<WatchRecorder> {
  const { recorder } = await readRecorded(id, stateDir);
  recorder.again();
  return recorder;
}

type Recorded = {
  readonly recorder: WatchRecorder;
  /** Milliseconds since the epoch; undefined when the install has not begun. */
  readonly startedAt: number | undefined;
  readonly isOver: boolean;
};

async function readRecorded(id: string, stateDir: string): Promise<Recorded> {
  const text = await readFile(eventLogPath(stateDir, id), 'utf8').catch(ifMissing(''));
  const recorder = createRecorder();
  let startedAt: number | undefined;
  let isOver = false;
  for (const event of text.split('\n').flatMap(parseEvent)) {
    if (!('stage' in event) || event.stage !== 'install') continue;
    // One that is begun once more is resumed: it began before, and is read anew.
    if (event.type === 'stage-started') {
      recorder.again();
      isOver = false;
    }
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
  return { recorder, startedAt, isOver };
}

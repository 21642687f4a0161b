import { setTimeout as delay } from 'node:timers/promises';
import { createTailFile } from '../watch/tail-file.ts';
import type { BuildEvent } from './build-events.ts';
import type { BuildStatus } from './build-records.ts';
import { isBuildEvent } from './event-shape.ts';

export type FollowEvents = {
  /** The event log. */
  readonly path: string;
  /** How the build's record has it. */
  readonly status: () => Promise<BuildStatus>;
  /** Ends the following; what was read by then has been handed on. */
  readonly signal: AbortSignal;
};

const POLL_MS = 200;
/** A build's record ends before its last event is written. */
const LAST_WORD_MS = 3000;

/** The events of a build from its first one, then as they come, until its end, or until it cannot tell it any more. */
export async function* followEvents({ path, status, signal }: FollowEvents): AsyncGenerator<BuildEvent> {
  const tail = createTailFile(path);
  const decoder = new TextDecoder();
  let rest = '';
  const readNew = async (): Promise<readonly BuildEvent[]> => {
    let text = '';
    await tail.readNew((bytes) => {
      text += decoder.decode(bytes, { stream: true });
    });
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    return lines.flatMap(parseEvent);
  };
  let endedAt: number | undefined;
  try {
    while (!signal.aborted) {
      // Asked before reading: what is written until the process ends is read in the last round.
      const now = await status();
      if (now !== 'running') endedAt ??= performance.now();
      for (const event of await readNew()) {
        yield event;
        if (isLast(event)) return;
      }
      // Nobody is left to tell it, or nobody will.
      if (now === 'interrupted' || performance.now() - (endedAt ?? Infinity) > LAST_WORD_MS) return;
      await delay(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    await tail.close();
  }
}

export const isLast = ({ type }: BuildEvent): boolean => type === 'build-finished' || type === 'build-failed';

/** An event of a line of the log; none of a line that a full disk cut short, or that is no event whatever wrote it. */
export function parseEvent(line: string): BuildEvent[] {
  try {
    const value: unknown = JSON.parse(line);
    return isBuildEvent(value) ? [value] : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

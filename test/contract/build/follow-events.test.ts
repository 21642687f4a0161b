import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BuildEvent } from '../../../src/build/build-events.ts';
import type { BuildStatus } from '../../../src/build/build-records.ts';
import { followEvents } from '../../../src/build/follow-events.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-events-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const STARTED: BuildEvent = { at: 1, type: 'stage-started', stage: 'install' };
const FAILED: BuildEvent = {
  at: 2,
  type: 'build-failed',
  code: 'cancelled',
  exitCode: 130,
  message: 'The build was cancelled.',
  details: {},
};

/** Follows a log of which `later` is written once the record says `status`. */
async function followed(status: BuildStatus, later: readonly BuildEvent[]): Promise<readonly string[]> {
  const path = join(folder, 'events.jsonl');
  const write = (event: BuildEvent): void => appendFileSync(path, `${JSON.stringify(event)}\n`);
  write(STARTED);
  let asked = 0;
  const told: string[] = [];
  const answer = async (): Promise<BuildStatus> => {
    asked += 1;
    // Seen ended once, and still without its last event.
    if (asked === 3) for (const event of later) write(event);
    return asked === 1 ? 'running' : status;
  };
  const { signal } = new AbortController();
  for await (const event of followEvents({ path, status: answer, signal })) told.push(event.type);
  return told;
}

it('waits for the last event, which is written after the record', async () => {
  expect(await followed('cancelled', [FAILED])).toEqual(['stage-started', 'build-failed']);
});

it('waits for none of a process that is gone, and not for ever of another', async () => {
  expect(await followed('interrupted', [FAILED])).toEqual(['stage-started']);
  expect(await followed('failed', [])).toEqual(['stage-started', 'stage-started']);
});

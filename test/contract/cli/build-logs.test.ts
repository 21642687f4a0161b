import { afterEach, beforeEach, expect, it } from 'vitest';
import { type BuildRecord, writeRecord } from '../../../src/build/build-records.ts';
import { runBuildLogs } from '../../../src/cli/build-logs-command.ts';
import { placesFrom } from '../../../src/foundation/places.ts';
import { ownIdentity } from '../../../src/foundation/process-identity.ts';
import { type PageScene, pageScene } from '../../support/page-scene.ts';
import { recordingIo } from '../../unit/cli/recording-io.ts';

let scene: PageScene;
beforeEach(() => {
  scene = pageScene();
});
afterEach(() => scene.remove());

const RUNNING = { status: 'running', process: ownIdentity() } as const;

/** What `builds logs --boot-check` answers for a build without a log of one. */
async function answerOf(build: Partial<BuildRecord>, plan: string): Promise<string> {
  const env = { HOME: scene.folder, XDG_STATE_HOME: scene.folder };
  const record = await scene.build({ id: 'abcd1234', ...build });
  await writeRecord(placesFrom(env).state, record);
  scene.leave(record, 'plan.json', plan);
  const answer = runBuildLogs(
    'abcd',
    { bootCheck: true, follow: record.status === 'running' },
    recordingIo({ env }),
  );
  const error = await answer.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'builds.no-log' });
  return (error as Error).message;
}

const WITHOUT = JSON.stringify({ bootCheck: { enabled: false } });

it('a build without a boot check says so at once, also while it runs and is followed', async () => {
  expect(await answerOf(RUNNING, WITHOUT)).toMatch(/has no console log of a boot check: it was left out\.$/);
  expect(await answerOf({ status: 'succeeded' }, WITHOUT)).toMatch(/: it was left out\.$/);
});

it.each(['{"bootCheck":{"enabled":true}}', '{"boot', '[]'])(
  'a build that ended before its boot check has none and gets none: %s',
  async (plan) =>
    expect(await answerOf({ status: 'failed' }, plan)).toMatch(/: it ended before there was one\.$/),
);

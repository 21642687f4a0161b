import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { buildDirectory } from '../../../src/build/build-directory.ts';
import { newRun } from '../../../src/build/build-frame.ts';
import { journalPath, writeRecord } from '../../../src/build/build-records.ts';
import type { CleanReport } from '../../../src/build/clean-builds.ts';
import { openJournal } from '../../../src/build/journal.ts';
import { tidyUp } from '../../../src/build/tidy-up.ts';
import { runStopBuild } from '../../../src/cli/attach-build-command.ts';
import { runCleanBuilds } from '../../../src/cli/clean-builds-command.ts';
import { printWords } from '../../../src/cli/completion-words.ts';
import { runListBuilds } from '../../../src/cli/list-builds-command.ts';
import { runShowBuild } from '../../../src/cli/show-build-command.ts';
import { placesFrom } from '../../../src/foundation/places.ts';
import { ownIdentity } from '../../../src/foundation/process-identity.ts';
import { METADATA_NAMESPACE } from '../../../src/vm/domain-xml.ts';
import { type PageScene, pageScene } from '../../support/page-scene.ts';
import { recordingIo } from '../../unit/cli/recording-io.ts';

const GONE = { pid: 4_194_304, startedAt: 'another boot/1' };
const RESUMABLE = 'abcd1234';
/** Its saved install was damaged. */
const LOST = 'beef5678';
/** Libvirt does not know its guest any more. */
const GUESTLESS = 'cafe9012';
const UUID = '6ba7b810-9dad-41d1-80b4-00c04fd430c8';
const OTHER_UUID = '6ba7b811-9dad-41d1-80b4-00c04fd430c8';

/** A host of libvirt's test driver with the one guest (libvirt.org/drvtest.html). */
const NODE = `<node>
  <domain type='test'>
    <name>web</name><uuid>${UUID}</uuid><memory>8192</memory><os><type>hvm</type></os>
    <metadata><k:build xmlns:k='${METADATA_NAMESPACE}' id='${RESUMABLE}'/></metadata>
  </domain>
</node>`;

let scene: PageScene;
beforeEach(async () => {
  scene = pageScene();
  writeFileSync(`${scene.folder}/node.xml`, NODE);
  await killedBuild(RESUMABLE, UUID);
  const lost = await killedBuild(LOST, OTHER_UUID);
  writeFileSync(lost.savedInstall, 'cut short');
});
afterEach(() => scene.remove());

const io = () =>
  recordingIo({
    cwd: scene.folder,
    env: { HOME: scene.folder, XDG_STATE_HOME: scene.folder, KILN_RUNTIME_DIR: `${scene.folder}/run` },
  });
const places = () => placesFrom(io().env);

/** A build whose Kiln was killed after its guest had begun to install, long ago, so that nobody waits for it any more. */
async function killedBuild(id: string, uuid: string) {
  const { state } = places();
  const record = await scene.build({ id, process: GONE });
  await writeRecord(state, record);
  const directory = buildDirectory(record.directory, id);
  mkdirSync(directory.work);
  const journal = openJournal(journalPath(state, id));
  journal.note({ kind: 'process', ...GONE });
  journal.note({ kind: 'path', path: directory.work });
  journal.note({
    kind: 'domain',
    uuid,
    name: 'web',
    uri: `test://${scene.folder}/node.xml`,
    privateDaemon: false,
  });
  const saved = { form: 1, plan: { limits: { totalSeconds: 60 } }, domain: { uuid }, startedAt: 1 };
  writeFileSync(directory.savedInstall, JSON.stringify(saved));
  return directory;
}

const RESUME = `\`kiln builds resume ${RESUMABLE}\``;

it('list marks what can be resumed, show says how', async () => {
  const table = io();
  await runListBuilds({}, table);
  expect(table.stdout()).toMatch(/abcd1234 {2}interrupted, resumable {2}/);
  expect(table.stdout()).toMatch(/beef5678 {2}interrupted +2026/);
  const list = io();
  await runListBuilds({ json: true }, list);
  expect(JSON.parse(list.stdout())).toMatchObject([
    { id: RESUMABLE, canResume: true },
    { id: LOST, canResume: false },
  ]);

  const shown = io();
  await runShowBuild(RESUMABLE, {}, shown);
  expect(shown.stdout()).toMatch(/^Status +interrupted, resumable$/m);
  expect(shown.stdout()).toMatch(
    /^Resume +`kiln builds resume abcd1234` goes on with it, `kiln builds clean abcd1234` removes it$/m,
  );
  const lost = io();
  await runShowBuild(LOST, {}, lost);
  expect(lost.stdout()).toMatch(/^Status +interrupted$/m);
  expect(lost.stdout()).not.toContain('builds resume');
  const story = io();
  await runShowBuild(RESUMABLE, { json: true }, story);
  expect(JSON.parse(story.stdout())).toMatchObject({ id: RESUMABLE, canResume: true });
});

it('stop says that it can be resumed', async () => {
  await expect(runStopBuild(RESUMABLE, io())).rejects.toMatchObject({
    code: 'builds.not-running',
    message: expect.stringContaining(`${RESUME} goes on with it`),
  });
  await expect(runStopBuild(LOST, io())).rejects.toMatchObject({
    message: expect.not.stringContaining('resume'),
  });
});

describe('clean', () => {
  beforeEach(async () => {
    await killedBuild(GUESTLESS, OTHER_UUID);
  });

  it.each([[[]], [[RESUMABLE, LOST, GUESTLESS]]])(
    'of ids %j names what can or could be resumed',
    async (ids) => {
      const { work } = buildDirectory(`${scene.folder}/${RESUMABLE}`, RESUMABLE);
      const told = io();
      await runCleanBuilds(ids, { dryRun: true }, told);
      expect(told.stdout()).toContain(`Build ${RESUMABLE} (web) can still be resumed: ${RESUME}\n`);
      expect(existsSync(work)).toBe(true);
      const asJson = io();
      await runCleanBuilds(ids, { dryRun: true, json: true }, asJson);
      expect((JSON.parse(asJson.stdout()) as CleanReport).resumable).toEqual([
        { id: RESUMABLE, name: 'web' },
      ]);

      const done = io();
      await runCleanBuilds(ids, {}, done);
      expect(done.stdout()).toContain(`Build ${RESUMABLE} (web) could have been resumed; now it cannot.\n`);
      for (const { stdout } of [told, done]) expect(stdout()).not.toMatch(/^Build (?!abcd1234)/m);
      expect(existsSync(work)).toBe(false);
      const again = io();
      await runCleanBuilds([], {}, again);
      expect(again.stdout()).toBe('Nothing to remove.\n');
    },
  );

  it('by the next build is told of as well', async () => {
    const notices: string[] = [];
    const onEvent = (event: { type: string; message?: string }): void => {
      if (event.type === 'notice') notices.push(event.message ?? '');
    };
    const { env } = io();
    await tidyUp(newRun({}, { cwd: scene.folder, env, places: places(), projectDir: scene.folder, onEvent }));
    expect(notices).toEqual([
      expect.stringContaining(`build ${RESUMABLE} (web), which could have been resumed until now`),
    ]);
  });
});

test.each([
  ['builds', [RESUMABLE, LOST, 'dada0001', 'dada0002']],
  ['running-builds', ['dada0001']],
  ['resumable-builds', [RESUMABLE]],
])('completion offers as %s those that it makes sense for', async (kind, ids) => {
  const { state } = places();
  await writeRecord(state, await scene.build({ id: 'dada0001', status: 'running', process: ownIdentity() }));
  await writeRecord(state, await scene.build({ id: 'dada0002', status: 'failed', process: GONE }));
  const asked = io();
  await printWords(kind, asked);
  expect(asked.stdout().trim().split('\n').sort()).toEqual([...ids].sort());
});

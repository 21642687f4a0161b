import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildDirectory } from '../../../src/build/build-directory.ts';
import { type BuildStatus, recordDirectory, writeRecord } from '../../../src/build/build-records.ts';
import { runResumeBuild } from '../../../src/cli/attach-build-command.ts';
import type { CliIo, StartAgain } from '../../../src/cli/cli-io.ts';
import { startResume } from '../../../src/cli/detach-build.ts';
import { placesFrom } from '../../../src/foundation/places.ts';
import { ownIdentity } from '../../../src/foundation/process-identity.ts';
import { type PageScene, pageScene } from '../../support/page-scene.ts';
import { recordingIo } from '../../unit/cli/recording-io.ts';

let scene: PageScene;
beforeEach(() => {
  scene = pageScene();
});
afterEach(() => scene.remove());

const GONE = { pid: 4_194_304, startedAt: 'another boot/1' };

/** A terminal whose state folder has one build; what would be started is noted instead. */
async function terminal(status: BuildStatus) {
  const env = { HOME: scene.folder, XDG_STATE_HOME: scene.folder };
  const { state } = placesFrom(env);
  const started: StartAgain[] = [];
  const startAgain: CliIo['startAgain'] = async (options) => {
    started.push(options);
    return { pid: 4_194_303, ended: Promise.resolve(2), forget: () => undefined };
  };
  const io = { ...recordingIo({ env }), startAgain };
  const process = status === 'interrupted' ? GONE : ownIdentity();
  const said = status === 'interrupted' ? 'running' : status;
  const record = await scene.build({ id: 'abcd1234', status: said, process });
  await writeRecord(state, record);
  const { savedInstall } = buildDirectory(record.directory, record.id);
  return { io, started, savedInstall, errors: join(recordDirectory(state, record.id), 'errors.log') };
}

describe('kiln builds resume --detach', () => {
  it.each([
    ['cancelled', 'builds.not-resumable'],
    ['failed', 'builds.not-resumable'],
    ['succeeded', 'builds.not-resumable'],
    ['running', 'builds.running'],
    // Nothing in its work folder to go on with.
    ['interrupted', 'builds.not-resumable'],
  ] as const)('refuses a build that is %s, and starts nothing', async (status, code) => {
    const { io, started, errors } = await terminal(status);
    await expect(runResumeBuild('abcd', { detach: true }, io)).rejects.toMatchObject({ code, exitCode: 2 });
    await expect(startResume('abcd1234', io)).rejects.toMatchObject({ code });
    expect(started).toEqual([]);
    expect(existsSync(errors)).toBe(false);
    expect(io.stdout()).toBe('');
  });

  it.each([
    ['empty', ''],
    ['cut off', '{"form":1,"plan":{"limits":'],
    ['no object', '"text"'],
    ['of another form', '{"form":7}'],
    ['without its domain', '{"form":1,"plan":{"limits":{"totalSeconds":60}},"startedAt":1}'],
    [
      'of words for numbers',
      '{"form":1,"plan":{"limits":{"totalSeconds":"60"}},"domain":{"uuid":"u"},"startedAt":1}',
    ],
    [
      'of a guest that no journal knows',
      '{"form":1,"plan":{"limits":{"totalSeconds":60}},"domain":{"uuid":"u"},"startedAt":1}',
    ],
  ])('refuses one whose saved install is %s, and starts nothing', async (_, text) => {
    const { io, started, savedInstall } = await terminal('interrupted');
    mkdirSync(dirname(savedInstall), { recursive: true });
    writeFileSync(savedInstall, text);
    await expect(runResumeBuild('abcd', { detach: true }, io)).rejects.toMatchObject({
      code: 'builds.not-resumable',
      exitCode: 2,
    });
    expect(await runResumeBuild('abcd', {}, io)).toBe(2);
    expect(io.stderr()).toContain('abcd1234 cannot be resumed');
    expect(started).toEqual([]);
  });
});

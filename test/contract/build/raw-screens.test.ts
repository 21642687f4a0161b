import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readStory } from '../../../src/build/build-story.ts';
import { reportBuild } from '../../../src/build/report-build.ts';
import { silentLogger } from '../../../src/foundation/logger.ts';
import { type PageScene, pageScene } from '../../support/page-scene.ts';

let scene: PageScene;
beforeEach(() => {
  scene = pageScene();
});
afterEach(() => scene.remove());

it('screenshots that are no pictures yet are neither evidence nor in a report', async () => {
  const build = await scene.build({ id: 'abcd1234' });
  mkdirSync(join(build.directory, 'logs', 'screens'));
  scene.leave(build, 'screens/screen-00060s.raw', 'P6\n1 1\n255\nabc');
  scene.leave(build, 'screens/screen-00120s.png', 'a picture');
  const { stateDir } = scene.host;
  expect((await readStory(build, stateDir)).evidence).toEqual(['screens/screen-00120s.png']);
  const { files } = await reportBuild({
    ...{ stateDir, id: build.id, cwd: scene.folder, about: [], logger: silentLogger },
  });
  expect(files.filter((name) => name.includes('screens'))).toEqual(['logs/screens/screen-00120s.png']);
});

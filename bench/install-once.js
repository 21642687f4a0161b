import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { assertInstalled } from './installed-disk.js';
import { secondsOf } from './measure.js';

/**
 * Seconds of the install; what it made is checked and removed outside of them.
 * @param {import('./ways/way.js').Way} way
 * @param {import('./scene.js').Scene} scene
 */
export async function installOnce(way, scene) {
  const folder = join(scene.folder, 'way');
  await mkdir(folder);
  try {
    let image = '';
    const seconds = await secondsOf(async () => {
      image = await way.install(scene, folder);
    });
    await assertInstalled(image, scene.signal);
    return seconds;
  } finally {
    await way.afterwards?.();
    await rm(folder, { recursive: true, force: true });
  }
}

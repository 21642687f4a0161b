import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publishImage } from '../../../src/publish/publish-image.ts';
import { type FaultScene, faultScene, IMAGE_SIZE } from '../../support/fault-scene.ts';
import { bodyOf } from '../../support/stand-in-http.ts';
import { readTargetWord } from '../../support/target-word.ts';

/** Images that lack a part, and images that change under Kiln's hands. */
let scene: FaultScene;
beforeEach(async () => {
  scene = await faultScene();
});
afterEach(() => scene.close());

describe('a lone image whose end is missing', () => {
  const SIZE = 4 * 2 ** 20;
  const made = (format: string, ...options: string[]): string => {
    const raw = join(scene.folder, 'content');
    writeFileSync(raw, randomBytes(SIZE));
    const path = join(scene.folder, `cut.${format}`);
    execFileSync('qemu-img', ['convert', '-f', 'raw', '-O', format, ...options, raw, path]);
    return path;
  };

  it.each([
    ['qcow2', []],
    ['qcow2', ['-c']],
    ['vmdk', []],
    ['vdi', []],
  ])('%s %j is damaged, and nothing is sent', async (format, options) => {
    const path = made(format, ...options);
    const target = (word: string) => publishImage(path, readTargetWord(word), scene.context());
    await expect(target('http:whole')).resolves.toMatchObject({ action: 'created' });
    truncateSync(path, statSync(path).size - 2 ** 20);
    for (const word of ['http:cut', 'glance:', 'cinder:'])
      await expect(target(word), word).rejects.toMatchObject({ code: 'disk.corrupt', exitCode: 6 });
    expect(scene.cloud.requests).toEqual([]);
    expect(readdirSync(scene.folder)).not.toContain('cut');
  });
});

describe('an image that changes while it is sent', () => {
  const path = (): string => join(scene.folder, 'image.raw');
  const changes: readonly (readonly [what: string, change: () => void])[] = [
    ['grows', () => appendFileSync(path(), Buffer.alloc(2 ** 20))],
    ['shrinks', () => truncateSync(path(), 2 ** 20)],
    ['is removed', () => rmSync(path())],
  ];

  it.each(changes)('and %s has changed: told at once, nothing stays', async (_what, change) => {
    writeFileSync(path(), Buffer.alloc(16 * IMAGE_SIZE, 'XFSB'));
    let uploads = 0;
    scene.uploadsFail(9, async (request, response) => {
      uploads += 1;
      request.once('data', change);
      if (change === changes[2]?.[1]) {
        await bodyOf(request).catch(() => undefined);
        response.destroy();
        return true;
      }
      return false;
    });
    expect(await scene.failure()).toMatchObject({ code: 'disk.changed', exitCode: 6 });
    expect(uploads).toBe(1);
    expect([...scene.cloud.images.values()]).toEqual([]);
  });

  it('one that goes between the look at it and its upload has changed as well', async () => {
    scene.cloud.fault = () => {
      rmSync(path(), { force: true });
      return false;
    };
    expect(await scene.failure()).toMatchObject({ code: 'disk.changed', exitCode: 6 });
    expect([...scene.cloud.images.values()]).toEqual([]);
  });
});

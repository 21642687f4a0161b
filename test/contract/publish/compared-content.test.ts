import { createHash } from 'node:crypto';
import { readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FaultScene, faultScene } from '../../support/fault-scene.ts';
import { bodyOf, reply } from '../../support/stand-in-http.ts';

/** Whatever checksum Glance computes, it is compared with the file; when it computes none, that is said. */
let scene: FaultScene;
beforeEach(async () => {
  scene = await faultScene();
  truncateSync(join(scene.folder, 'image.raw'), 2 ** 16);
});
afterEach(() => scene.close());

const sumOf = (algorithm: string): string =>
  createHash(algorithm)
    .update(readFileSync(join(scene.folder, 'image.raw')))
    .digest('hex');

/** Glance holds what was sent, and says this of it. */
function glanceSays(fields: Readonly<Record<string, unknown>>): void {
  scene.uploadsFail(1, async (request, response) => {
    const { length } = await bodyOf(request);
    for (const image of scene.cloud.images.values())
      Object.assign(image, { status: 'active', size: length, ...fields });
    return reply(response, 204);
  });
}

const ZEROS = '0'.repeat(64);

it.each([
  ['sha256', 'sha256'],
  ['sha3_256', 'sha3-256'],
  ['blake2b', 'blake2b512'],
  ['md5', 'md5'],
])('%s is compared', async (os_hash_algo, algorithm) => {
  glanceSays({ os_hash_algo, os_hash_value: ZEROS });
  expect(await scene.failure()).toMatchObject({
    code: 'publish.mismatch',
    message: expect.stringContaining(os_hash_algo),
  });
  expect(scene.cloud.images.size).toBe(0);
  glanceSays({ os_hash_algo, os_hash_value: sumOf(algorithm) });
  await expect(scene.publish()).resolves.toMatchObject({ action: 'created' });
  expect(scene.logged.join()).not.toContain('not compared');
});

it('without a hash the old MD5 sum is compared', async () => {
  glanceSays({ checksum: ZEROS });
  expect(await scene.failure()).toMatchObject({ code: 'publish.mismatch' });
  glanceSays({ checksum: sumOf('md5') });
  await expect(scene.publish()).resolves.toMatchObject({ action: 'created' });
  expect(scene.logged.join()).not.toContain('not compared');
});

it.each<[string, Record<string, unknown>]>([
  ['no sum', {}],
  ['neither sum nor length', { size: null }],
  ['a sum of an unknown kind', { os_hash_algo: 'whirl9', os_hash_value: ZEROS }],
])('%s is said', async (_what, fields) => {
  glanceSays(fields);
  const { id } = await scene.publish();
  expect(scene.logged.join('\n')).toMatch(new RegExp(`not compared.*${id}|${id}.*not compared`));
});

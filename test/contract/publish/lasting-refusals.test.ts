import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../../src/foundation/clock.ts';
import { type FaultScene, faultScene } from '../../support/fault-scene.ts';
import { bodyOf, reply } from '../../support/stand-in-http.ts';

/** A Glance that answers everything but what is sent to it. */
let scene: FaultScene;
beforeEach(async () => {
  scene = await faultScene();
  truncateSync(join(scene.folder, 'image.raw'), 2 ** 16);
});
afterEach(() => scene.close());

/** Waiting takes no time, and is added up. */
function leap(): Clock & { readonly waited: () => number } {
  let waited = 0;
  return {
    now: () => systemClock.now(),
    monotonic: () => waited,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      waited += ms;
    },
    waited: () => waited,
  };
}

it.each([503, 429])('uploads that are refused with %i are tried for two minutes', async (status) => {
  let uploads = 0;
  scene.uploadsFail(99, async (request, response) => {
    uploads += 1;
    await bodyOf(request);
    return reply(response, status, { message: 'slow down' });
  });
  const clock = leap();
  const error = await scene.failure({}, { clock });
  expect(error).toMatchObject({ code: 'publish.service', message: expect.stringContaining('slow down') });
  expect(error.message).not.toContain('--help');
  expect(clock.waited()).toBeGreaterThan(100_000);
  expect(clock.waited()).toBeLessThan(150_000);
  expect(uploads).toBeGreaterThan(3);
});

it.each([200, 204])('an upload answered with %i that left no content is no failed import', async (status) => {
  scene.uploadsFail(9, async (request, response) => {
    await bodyOf(request);
    return reply(response, status, '<html>');
  });
  const error = await scene.failure({}, { clock: leap() });
  expect(error).toMatchObject({ code: 'publish.service' });
  expect(error.message).toContain('holds none');
  expect(error.message).not.toContain('import');
  expect(scene.cloud.images.size).toBe(0);
});

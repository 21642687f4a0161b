import { truncateSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FaultScene, faultScene } from '../../support/fault-scene.ts';
import type { Fault } from '../../support/stand-in-cloud.ts';
import { bodyOf } from '../../support/stand-in-http.ts';

/** Services that neither answer nor go away. The limits are minutes; here they are parts of a second. */
const LIMITS = { answerMs: 300, stallMs: 300 };
const LARGE = 16 * 2 ** 20;
let scene: FaultScene;

beforeEach(async () => {
  scene = await faultScene();
});
afterEach(() => scene.close());

/** An answer of spaces without end. */
function trickle(response: ServerResponse, status = 200): true {
  response.writeHead(status, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 50);
  response.once('close', () => clearInterval(timer));
  return true;
}

describe('a login', () => {
  it.each<[string, Fault, RegExp]>([
    ['is never answered', () => true, /did not answer in time/],
    ['is answered without end', (_request, response) => trickle(response), /did not end in time/],
  ])('that %s ends', async (_what, fault, words) => {
    scene.cloud.fault = fault;
    expect(await scene.failure({}, { limits: LIMITS })).toMatchObject({
      code: 'publish.network',
      exitCode: 7,
      message: expect.stringMatching(words),
    });
  });
});

describe('an upload', () => {
  it('of which the service takes nothing any more is begun again', async () => {
    truncateSync(join(scene.folder, 'image.raw'), LARGE);
    scene.uploadsFail(1, (request) => {
      request.pause();
      return true;
    });
    const limits = { stallMs: LIMITS.stallMs, answerMs: 10_000 };
    await expect(scene.publish({}, { limits })).resolves.toMatchObject({ action: 'created' });
    expect(scene.logged.join()).toContain('has taken nothing for');
    expect([...scene.cloud.images.values()]).toMatchObject([{ status: 'active', size: LARGE }]);
  });

  it('that takes longer than the limit, but goes on, is left alone', async () => {
    truncateSync(join(scene.folder, 'image.raw'), LARGE);
    scene.cloud.restMs = 4;
    const began = performance.now();
    await expect(scene.publish({}, { limits: LIMITS })).resolves.toMatchObject({ action: 'created' });
    expect(performance.now() - began).toBeGreaterThan(2 * LIMITS.stallMs);
    expect(scene.cloud.requests.filter(({ line }) => line.startsWith('PUT'))).toHaveLength(1);
  });

  it('that is answered without end leaves nothing behind', async () => {
    scene.uploadsFail(9, async (request, response) => {
      await bodyOf(request);
      return trickle(response, 413);
    });
    expect(await scene.failure({}, { limits: LIMITS })).toMatchObject({ code: 'publish.network' });
    expect(scene.cloud.images.size).toBe(0);
  });
});

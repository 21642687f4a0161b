import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FaultScene, faultScene } from '../../support/fault-scene.ts';
import { reply } from '../../support/stand-in-http.ts';

/** Glance answers 202 to an import that it begins a moment later: until then the image is `queued`, as after one that failed. */
let scene: FaultScene;
beforeEach(async () => {
  scene = await faultScene();
});
afterEach(() => scene.close());

const TARGET = 'glance:,import=web-download=http://h/x';

/** The task's states in turn; at the end the image is what `end` makes of it. */
function importing(states: readonly string[], end: (image: Record<string, unknown>) => void): void {
  const left = [...states];
  scene.cloud.fault = (request, response) => {
    const { method, url = '' } = request;
    if (url === '/v2/info/import')
      return reply(response, 200, { 'import-methods': { value: ['web-download'] } });
    const id = /^\/v2\/images\/([^/]+)\//.exec(url)?.[1] ?? '';
    if (method === 'POST' && url.endsWith('/import')) return reply(response, 202);
    if (!url.endsWith('/tasks')) return false;
    const status = left.length > 1 ? left.shift() : left[0];
    if (left.length === 1) end(scene.cloud.images.get(id) ?? {});
    const message = status === 'failure' ? 'no such host' : '';
    return reply(response, 200, { tasks: [{ status, message }] });
  };
}

it('waits for one that has not begun', async () => {
  const content = readFileSync(join(scene.folder, 'image.raw'));
  importing(['pending', 'processing', 'success'], (image) => {
    const os_hash_value = createHash('sha512').update(content).digest('hex');
    Object.assign(image, { status: 'active', size: content.length, os_hash_algo: 'sha512', os_hash_value });
  });
  expect(await scene.publishTo(TARGET)).toMatchObject({ action: 'created' });
});

it("gives the task's reason for one that failed", async () => {
  importing(['pending', 'failure'], () => undefined);
  expect(await scene.failureTo(TARGET)).toMatchObject({
    code: 'publish.import-failed',
    message: expect.stringContaining('no such host'),
  });
  expect(scene.cloud.images.size).toBe(0);
});

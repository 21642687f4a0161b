import { truncateSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FaultScene, faultScene } from '../../support/fault-scene.ts';
import { loseAnswer } from '../../support/stand-in-faults.ts';

/** One answer that is lost after the upload costs no second one. */
let scene: FaultScene;
beforeEach(async () => {
  scene = await faultScene();
  truncateSync(join(scene.folder, 'image.raw'), 2 ** 16);
});
afterEach(() => scene.close());

const uploads = () => scene.cloud.requests.filter(({ line }) => /^PUT .*file$/.test(line));

it.each<[string, string, (request: IncomingMessage) => boolean]>([
  ['what describes it', 'glance:,tag=a', ({ method, url }) => method === 'PATCH' && !url?.includes('metal')],
  ['validation', 'ironic:,node=n', ({ url }) => url?.endsWith('/validate') === true],
  [
    'the last look at the node',
    'ironic:,node=n',
    ({ method, url }) => method === 'GET' && url?.endsWith('/nodes/n') === true,
  ],
])('the answer to %s (%s)', async (_what, target, isIt) => {
  let lost = 0;
  scene.cloud.fault = (request, response) => {
    const isLate = uploads().length > 0;
    if (!isLate || !isIt(request) || lost > 0) return false;
    lost += 1;
    return loseAnswer(request, response);
  };
  await expect(scene.publishTo(target)).resolves.toMatchObject({ action: 'created' });
  expect(lost).toBe(1);
  expect(uploads()).toHaveLength(1);
  expect([...scene.cloud.images.values()]).toMatchObject([{ status: 'active', name: 'image' }]);
});

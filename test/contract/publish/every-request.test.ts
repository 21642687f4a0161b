import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KilnError } from '../../../src/foundation/errors.ts';
import { type FaultScene, faultScene } from '../../support/fault-scene.ts';
import { REQUEST_FAULTS } from '../../support/stand-in-faults.ts';

/** Whichever request of a publication meets a fault, the image is there whole or not at all. */
const SIZE = 2 ** 16;
let scene: FaultScene;
beforeEach(async () => {
  scene = await faultScene();
  truncateSync(join(scene.folder, 'image.raw'), SIZE);
});
afterEach(() => scene.close());

async function requestsOfOne(): Promise<readonly string[]> {
  await scene.publish();
  const lines = scene.cloud.requests.map(({ line }) => line.replace(/\?.*|[0-9a-f-]{36}/g, ''));
  scene.cloud.images.clear();
  return lines;
}

describe.each(REQUEST_FAULTS)('a request that %s', (_what, fault) => {
  it('leaves no half image, and the next publication succeeds', async () => {
    const lines = await requestsOfOne();
    expect(lines.length).toBeGreaterThan(5);
    for (const [index, line] of lines.entries()) {
      let seen = -1;
      scene.cloud.fault = (request, response) => {
        seen += 1;
        return seen === index && fault(request, response);
      };
      const error = await scene.publish().then(
        () => undefined,
        (thrown: KilnError) => thrown,
      );
      scene.cloud.fault = undefined;
      const about = `request ${index}: ${line} ${error?.message ?? ''}`;
      if (error !== undefined) expect(error, about).toMatchObject({ exitCode: 7 });
      const left = [...scene.cloud.images.values()];
      expect(
        left.filter(({ status }) => status !== 'active'),
        about,
      ).toEqual([]);
      expect(left.length, about).toBe(error === undefined ? 1 : 0);
      await expect(scene.publish(), about).resolves.toHaveProperty('id');
      expect([...scene.cloud.images.values()], about).toMatchObject([{ status: 'active', size: SIZE }]);
      scene.cloud.images.clear();
    }
  }, 60_000);
});

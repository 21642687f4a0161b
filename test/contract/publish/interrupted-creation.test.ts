import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CancelledError, type KilnError } from '../../../src/foundation/errors.ts';
import { type FaultScene, faultScene, hasty } from '../../support/fault-scene.ts';
import { bodyOf, reply } from '../../support/stand-in-http.ts';

/** Ctrl-C while Glance takes its time: what it makes after all is taken back, or named before Kiln ends. */
let scene: FaultScene;
beforeEach(async () => {
  scene = await faultScene();
  truncateSync(join(scene.folder, 'image.raw'), 2 ** 16);
});
afterEach(() => scene.close());

const isCreation = ({ method, url }: { method?: string | undefined; url?: string | undefined }): boolean =>
  method === 'POST' && url === '/v2/images';

function cancelledBy(stopping: AbortController, haste = 1): Promise<KilnError> {
  return scene.publish({}, { signal: stopping.signal, clock: hasty(haste) }).then(
    () => {
      throw new Error('it was published');
    },
    (error: KilnError) => error,
  );
}

it('an image that Glance makes after Ctrl-C is removed', async () => {
  const stopping = new AbortController();
  let made: () => void = () => undefined;
  const making = new Promise<void>((resolve) => {
    made = resolve;
  });
  scene.cloud.fault = async (request, response) => {
    if (!isCreation(request)) return false;
    stopping.abort(new CancelledError('stopped'));
    await delay(500);
    response.once('close', made);
    return false;
  };
  expect(await cancelledBy(stopping)).toMatchObject({ code: 'cancelled', exitCode: 130 });
  await making;
  expect(scene.cloud.requests.map(({ line }) => line)).toContainEqual(expect.stringMatching(/^DELETE /));
  expect(scene.cloud.images.size).toBe(0);
});

it('an image of which Glance says nothing is named, at once and at the end', async () => {
  const stopping = new AbortController();
  let id = '';
  scene.cloud.fault = async (request) => {
    if (!isCreation(request)) return false;
    ({ id } = JSON.parse((await bodyOf(request)).toString()) as { id: string });
    stopping.abort(new CancelledError('stopped'));
    return true;
  };
  const error = await cancelledBy(stopping, 50);
  expect(error).toMatchObject({ code: 'cancelled', details: { orphan: id } });
  expect(error.message).toContain(`image delete ${id}`);
  expect(scene.logged.join('\n')).toContain(`image delete ${id}`);
});

it('what is being removed after Ctrl-C is named before Glance answers', async () => {
  const stopping = new AbortController();
  let logged = '';
  scene.cloud.fault = async (request, response) => {
    if (request.url?.endsWith('/file')) stopping.abort(new CancelledError('stopped'));
    if (request.method !== 'DELETE') return false;
    logged = scene.logged.join('\n');
    return reply(response, 204);
  };
  expect(await cancelledBy(stopping)).toMatchObject({ code: 'cancelled' });
  const [id] = scene.cloud.images.keys();
  expect(logged).toContain(`image delete ${id}`);
});

it('an image that the lost request made after all is the one that is filled', async () => {
  let creations = 0;
  scene.cloud.fault = async (request, response) => {
    if (!isCreation(request)) return false;
    creations += 1;
    const fields = JSON.parse((await bodyOf(request)).toString()) as Record<string, unknown>;
    if (creations === 1) {
      request.socket.destroy();
      return true;
    }
    const made = { owner: 'p', protected: false, os_hidden: false, tags: [], min_disk: 0, min_ram: 0 };
    const created_at = '2026-01-01T00:00:00Z';
    scene.cloud.images.set(String(fields.id), {
      ...made,
      ...fields,
      id: String(fields.id),
      status: 'queued',
      created_at,
    });
    return reply(response, 409, { message: `Image ID ${String(fields.id)} already exists!` });
  };
  await expect(scene.publish()).resolves.toMatchObject({ action: 'created' });
  expect([...scene.cloud.images.values()]).toMatchObject([{ status: 'active' }]);
});

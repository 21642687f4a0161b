import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FaultScene, faultScene } from '../../support/fault-scene.ts';
import { reply } from '../../support/stand-in-http.ts';

/** `--replace delete` leaves what somebody uses, wherever in the services' lists the user stands. */
let scene: FaultScene;
let older = '';
beforeEach(async () => {
  scene = await faultScene();
  older = (await scene.publish()).id ?? '';
  writeFileSync(join(scene.folder, 'image.raw'), Buffer.alloc(2 ** 16, 'XFSB'));
});
afterEach(() => scene.close());

const replaced = () => scene.publishTo('glance:,replace=delete');
const stays = (why: string) => ({
  action: 'replaced',
  notes: [expect.stringContaining(`not deleted: ${why}`)],
});
const volume = (id: string, image: string) => ({ id, volume_image_metadata: { image_id: image } });

it('an image that nobody uses is deleted', async () => {
  await expect(replaced()).resolves.toMatchObject({ notes: [expect.stringContaining('deleted')] });
  expect(scene.cloud.images.has(older)).toBe(false);
});

it('one that an earlier rotation hid is deleted as well', async () => {
  await scene.publishTo('glance:,replace=hide');
  const hidden = scene.cloud.images.get(older);
  expect(hidden).toMatchObject({ os_hidden: true, name: expect.stringMatching(/^image \(/) });
  writeFileSync(join(scene.folder, 'image.raw'), Buffer.alloc(2 ** 17, 'XFSB'));
  const { id, notes } = await replaced();
  expect([...scene.cloud.images.keys()]).toEqual([id]);
  expect(notes).toHaveLength(2);
});

it('a volume on the third page of Cinder counts', async () => {
  const pages = [[volume('v1', 'x')], [volume('v2', 'y')], [volume('v3', older)]];
  scene.cloud.fault = (request, response) => {
    const url = new URL(request.url ?? '', 'http://x');
    if (!url.pathname.endsWith('/volumes/detail')) return false;
    const page = ['v1', 'v2'].indexOf(url.searchParams.get('marker') ?? '') + 1;
    const volumes = pages[page] ?? [];
    // Cinder names itself by the address that it knows, which need not be the one that it is reached by.
    const href = `http://cinder.internal/v3/volumes/detail?marker=${volumes.at(-1)?.id}`;
    const links = page < 2 ? { volumes_links: [{ rel: 'next', href }] } : {};
    return reply(response, 200, { volumes, ...links });
  };
  await expect(replaced()).resolves.toMatchObject(stays('volume v3 was made from it'));
  expect(scene.cloud.images.has(older)).toBe(true);
});

it('a list without an end leaves the image', async () => {
  scene.cloud.fault = (request, response) =>
    request.url?.includes('/volumes/detail') === true &&
    reply(response, 200, {
      volumes: [volume('v', 'x')],
      volumes_links: [{ rel: 'next', href: '/v3/volumes/detail?marker=v' }],
    });
  await expect(replaced()).resolves.toMatchObject(stays('Cinder has more volumes than Kiln looks through'));
  expect(scene.cloud.images.has(older)).toBe(true);
});

it('an image that is hidden, or of another project, and boots with it counts', async () => {
  const root = { id: 'root', name: 'r', status: 'active', visibility: 'public', protected: false, tags: [] };
  scene.cloud.images.set('root', {
    ...root,
    created_at: '2026-01-01T00:00:00Z',
    os_hidden: true,
    owner: 'other',
    kernel_id: older,
  });
  await expect(replaced()).resolves.toMatchObject(stays('image root boots with it'));
  expect(scene.cloud.images.has(older)).toBe(true);
});

it('a Nova that answers with a page deletes nothing', async () => {
  scene.cloud.catalog.compute = `${scene.cloud.url}/compute`;
  scene.cloud.fault = (request, response) => {
    if (request.url?.startsWith('/compute') !== true) return false;
    response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>It works!</h1>');
    return true;
  };
  await expect(replaced()).rejects.toMatchObject({
    code: 'publish.service',
    exitCode: 7,
    message: expect.stringMatching(/^Nova /),
  });
  expect(scene.cloud.images.has(older)).toBe(true);
});

import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { uploadOf } from '../../../src/publish/glance/file-content.ts';
import { type FaultScene, faultScene, IMAGE_SIZE } from '../../support/fault-scene.ts';
import { bodyOf, reply } from '../../support/stand-in-http.ts';

/** A lone image has no sums; Kiln makes them while it sends. */
let scene: FaultScene;
let path: string;
beforeEach(async () => {
  scene = await faultScene();
  path = join(scene.folder, 'image.raw');
});
afterEach(() => scene.close());

const images = () => [...scene.cloud.images.values()];
const sha512 = (): string => createHash('sha512').update(readFileSync(path)).digest('hex');

it('carries the sum of what was sent, and nothing of its beginning', async () => {
  await expect(scene.publish()).resolves.toMatchObject({ action: 'created' });
  expect(images()).toMatchObject([{ kiln_sha512: sha512(), os_hash_value: sha512() }]);
  expect(images()[0]).not.toHaveProperty('kiln_begun');
  await expect(scene.publish()).resolves.toMatchObject({ action: 'unchanged' });
});

it('carries the right sum when a first try broke in the middle', async () => {
  scene.uploadsFail(1, (request) => {
    request.once('data', () => request.socket.destroy());
    return true;
  });
  await expect(scene.publish()).resolves.toMatchObject({ action: 'created' });
  expect(images()).toMatchObject([{ status: 'active', kiln_sha512: sha512() }]);
});

/** What a killed Kiln leaves: an image in state `status` after the given number of its requests. */
async function leftOver(isLast: (method: string, url: string) => boolean): Promise<string> {
  const stopped = new AbortController();
  scene.cloud.fault = (request) => {
    if (stopped.signal.aborted) return true; // a dead process cleans nothing up
    if (!isLast(request.method ?? '', request.url ?? '')) return false;
    stopped.abort();
    request.socket.destroy();
    return true;
  };
  const limits = { answerMs: 200, stallMs: 200 };
  await expect(scene.publish({}, { signal: stopped.signal, limits })).rejects.toMatchObject({
    code: 'cancelled',
  });
  scene.cloud.fault = undefined;
  const [image] = images();
  return String(image?.id);
}

it.each([
  ['before its content is removed', (method: string) => method === 'PUT', 'queued'],
  ['with its content is taken over', (method: string) => method === 'PATCH', 'active'],
])(
  'an image that was left %s, also under another name',
  async (_what, isLast, status) => {
    const id = await leftOver(isLast);
    expect(images()).toMatchObject([{ id, status }]);
    expect(images()[0]).toHaveProperty('kiln_begun');
    const [image] = images();
    if (image !== undefined) image.name = 'image (being published)';
    const published = await scene.publish();
    expect(published.action).toBe('created');
    expect(published.id === id).toBe(status === 'active');
    expect(images()).toMatchObject([
      { id: published.id, status: 'active', name: 'image', kiln_sha512: sha512() },
    ]);
    expect(images()[0]).not.toHaveProperty('kiln_begun');
    expect(images()[0]).not.toHaveProperty('kiln_begun_by');
  },
  30_000,
);

it('an image that was left and cannot be removed is named with the command that does', async () => {
  const id = await leftOver((method) => method === 'PUT');
  const dry = await scene.publish({}, { dryRun: true });
  expect(dry.notes).toContain(`image ${id}, which an earlier publication began, would be removed`);
  expect(dry.commands[0]).toContain(`image delete ${id}`);
  scene.cloud.fault = ({ method }, response) =>
    method === 'DELETE' && reply(response, 500, { message: 'no delete today' });
  const published = await scene.publish();
  expect(published.id).not.toBe(id);
  expect(scene.logged.join('\n')).toMatch(
    new RegExp(`Image ${id}, which an earlier .* no delete today\\. Do it with .* image delete ${id}`),
  );
});

it('an image that was left makes nobody one who may create images', async () => {
  await leftOver((method) => method === 'PUT');
  scene.cloud.forbids = ['private'];
  await expect(scene.publish({}, { dryRun: true })).rejects.toMatchObject({ code: 'publish.forbidden' });
});

it('an image that is written to while it is sent is taken back', async () => {
  scene.uploadsFail(1, async (request, response) => {
    await bodyOf(request);
    const written = readFileSync(path);
    for (const image of images())
      Object.assign(image, {
        status: 'active',
        size: IMAGE_SIZE,
        os_hash_algo: 'sha512',
        os_hash_value: createHash('sha512').update(written).digest('hex'),
      });
    writeFileSync(path, Buffer.alloc(IMAGE_SIZE, 'y'));
    return reply(response, 204);
  });
  expect(await scene.failure()).toMatchObject({ code: 'disk.changed' });
  expect(images()).toEqual([]);
});

it('one that grows is taken back', async () => {
  scene.uploadsFail(1, async (request, response) => {
    const body = await bodyOf(request);
    for (const image of images())
      Object.assign(image, { status: 'active', size: body.length, os_hash_algo: 'md5', os_hash_value: '' });
    appendFileSync(path, 'more');
    return reply(response, 204);
  });
  expect(await scene.failure()).toMatchObject({ code: 'disk.changed' });
  expect(images()).toEqual([]);
});

it('the sum is there with the last byte, so that nothing is read twice', async () => {
  const { signal } = new AbortController();
  const size = IMAGE_SIZE;
  const upload = uploadOf({ path, size }, { signal, stallMs: 60_000, sums: true, onProgress: () => {} });
  // As undici does it when the answer is there.
  for await (const _chunk of upload.body()) if (upload.sent() === size) break;
  upload.end();
  expect(upload.sha512()).toBe(sha512());
});

it.each([
  ['of which only the end was still to come', IMAGE_SIZE],
  ['that was refused in its middle', 2 ** 19],
])('a sending %s does not disturb the next one', async (_what, taken) => {
  const { signal } = new AbortController();
  const size = IMAGE_SIZE;
  const upload = uploadOf({ path, size }, { signal, stallMs: 60_000, sums: true, onProgress: () => {} });
  const [first, second] = [upload.body(), upload.body()].map((body) => body[Symbol.asyncIterator]());
  let length = 0;
  while (length < taken) length += (await first?.next())?.value?.length ?? taken;
  // A new token is there, and the same content begins anew before the old connection is let go.
  await second?.next();
  await first?.next();
  await first?.return?.();
  for (let piece = await second?.next(); piece?.done === false; piece = await second?.next());
  upload.end();
  expect(upload.signal.reason).toBeUndefined();
  expect([upload.sent(), upload.sha512()]).toEqual([size, sha512()]);
});

import { truncateSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CancelledError, type KilnError } from '../../../src/foundation/errors.ts';
import { type FaultScene, faultScene } from '../../support/fault-scene.ts';
import { reply } from '../../support/stand-in-http.ts';

/** The new image is in place, and the older one does not go. */
let scene: FaultScene;
let older: string;
beforeEach(async () => {
  scene = await faultScene();
  truncateSync(join(scene.folder, 'image.raw'), 2 ** 16);
  older = String((await scene.publish()).id);
  writeFileSync(join(scene.folder, 'image.raw'), Buffer.alloc(2 ** 17, 'XFSB'));
});
afterEach(() => scene.close());

const isAboutOlder = ({ method, url }: IncomingMessage): boolean =>
  (method === 'DELETE' || method === 'PATCH') && url === `/v2/images/${older}`;
const named = () => [...scene.cloud.images.values()].filter(({ name }) => name === 'image');
const failure = (word: string, signal = new AbortController().signal): Promise<KilnError> =>
  scene.publishTo(word, {}, { signal }).then(
    () => {
      throw new Error('it was published');
    },
    (error: KilnError) => error,
  );

describe.each(['delete', 'rename', 'hide'])('--replace %s', (action) => {
  const word = `glance:,replace=${action}`;

  it('of an image that is gone meanwhile has reached its goal', async () => {
    scene.cloud.fault = (request, response) => {
      if (!isAboutOlder(request)) return false;
      scene.cloud.images.delete(older);
      return reply(response, 404, { message: 'No image found with that ID' });
    };
    const done = await scene.publishTo(word);
    expect(done).toMatchObject({ action: 'replaced' });
    expect(done.notes.join()).toContain(older);
    expect([...scene.cloud.images.values()]).toMatchObject([
      { id: done.id, status: 'active', name: 'image' },
    ]);
  });

  it('that fails names the image in place, and the same command again does the rest', async () => {
    scene.cloud.fault = (request, response) =>
      isAboutOlder(request) && reply(response, 500, { message: 'An unknown exception occurred.' });
    const error = await failure(word);
    const newer = named().find(({ id }) => id !== older);
    expect(error).toMatchObject({ code: 'publish.service', exitCode: 7, details: { published: newer?.id } });
    expect(error.message).toContain('An unknown exception occurred.');
    expect(error.message).toContain(`${newer?.id} is in place as "image"`);
    scene.cloud.fault = undefined;
    await expect(scene.publishTo(word)).resolves.toMatchObject({ action: 'updated', id: newer?.id });
    expect(named()).toMatchObject([{ id: newer?.id }]);
  });

  it('that Ctrl-C ends names the image in place', async () => {
    const stopping = new AbortController();
    scene.cloud.fault = (request) => {
      if (!isAboutOlder(request)) return false;
      stopping.abort(new CancelledError('stopped'));
      return true;
    };
    const error = await failure(word, stopping.signal);
    const newer = named().find(({ id }) => id !== older);
    expect(error).toMatchObject({ code: 'cancelled', exitCode: 130, details: { published: newer?.id } });
    expect(error.message).toContain(`${newer?.id} is in place as "image"`);
  });
});

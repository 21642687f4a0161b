import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FaultScene, faultScene } from '../../support/fault-scene.ts';
import { reply } from '../../support/stand-in-http.ts';

/** Glance tells where its list goes on; Kiln goes there with its token, so only below the endpoint. */
let scene: FaultScene;
beforeEach(async () => {
  scene = await faultScene();
});
afterEach(() => scene.close());

const DRY = { dryRun: true };

/** Answers each list with an empty page that names the next one. */
function pages(next: string): void {
  scene.cloud.fault = ({ method, url = '' }, response) =>
    method === 'GET' && /^\/v2\/images\?(?!.*here)/.test(url) && reply(response, 200, { images: [], next });
}

it.each([
  ['a path', () => '/v2/images?here=1'],
  ['an address of the endpoint', () => `${scene.cloud.url}/v2/images?here=1`],
])('goes on at %s', async (_what, next) => {
  await scene.publish();
  pages(next());
  await expect(scene.publish()).resolves.toMatchObject({ action: 'unchanged' });
});

it('goes on below an endpoint with a path', async () => {
  scene.cloud.catalog.image = `${scene.cloud.url}/image/v2`;
  const asked: string[] = [];
  scene.cloud.fault = ({ method, url = '' }, response) => {
    if (method !== 'GET' || !url.startsWith('/image/v2/images?')) return false;
    asked.push(url);
    const next = asked.length % 2 === 0 ? '/v2/images?here' : `${scene.cloud.url}/image/v2/images?here`;
    return reply(response, 200, { images: [], ...(url.includes('here') ? {} : { next }) });
  };
  await scene.publish({}, DRY);
  expect(asked.filter((url) => url === '/image/v2/images?here').length).toBeGreaterThan(1);
});

it('sends no token to another host', async () => {
  const heard: (string | undefined)[] = [];
  const other = createServer(({ url }, response) => {
    heard.push(url);
    response.end('{"images": []}');
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(other.address() as AddressInfo).port}`;
  for (const next of [`@${host}/x`, `http://${host}/x`, `//${host}/x`, `/\\${host}/../../x`]) {
    pages(next);
    await scene.failure({}, DRY);
  }
  expect(heard).toEqual([]);
  other.close();
});

it.each(['', 'x', '?here', 'http://[', ':1/x', '//localhost/x', '@localhost/x', 'http://u:p@localhost/x'])(
  'refuses to go on at "%s"',
  async (next) => {
    pages(next);
    const error = await scene.failure({}, DRY);
    expect(error).toMatchObject({ code: 'publish.service', exitCode: 7 });
    expect(error.message).toMatch(/^Glance says that a list goes on at ".*", which is not below http/);
    expect(error.message).not.toContain('u:p');
  },
);

it('a list without end is refused', async () => {
  pages('/v2/images?again');
  const error = await scene.failure({}, DRY);
  expect(error).toMatchObject({ code: 'publish.service' });
  expect(error.message).toContain('without end');
});

import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CancelledError, type KilnError } from '../../../src/foundation/errors.ts';
import { checkCloud } from '../../../src/publish/check-target.ts';
import { type FaultScene, faultScene } from '../../support/fault-scene.ts';
import { reply } from '../../support/stand-in-http.ts';

/** What Keystone, its catalog and clouds.yaml say, when that is odd. */
let scene: FaultScene;
beforeEach(async () => {
  scene = await faultScene();
  truncateSync(join(scene.folder, 'image.raw'), 2 ** 16);
});
afterEach(() => scene.close());

const check = (signal?: AbortSignal, env: Record<string, string> = {}) =>
  checkCloud({}, ['image'], { ...scene.context(env), ...(signal === undefined ? {} : { signal }) });

const thrownBy = (work: Promise<unknown>): Promise<KilnError> =>
  work.then(
    () => {
      throw new Error('it succeeded');
    },
    (error: KilnError) => error,
  );

describe('a token that', () => {
  it.each([100, 1, 0, -4000])('ends in %i s publishes all the same', async (seconds) => {
    scene.cloud.tokenMs = seconds * 1000;
    await expect(scene.publish()).resolves.toMatchObject({
      action: 'created',
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/v2\/images\/[\da-f-]{36}$/),
    });
    expect([...scene.cloud.images.values()]).toMatchObject([{ status: 'active' }]);
  });

  it('ends when all is done is not renewed to say so', async () => {
    scene.cloud.fault = (request) => {
      if (request.method === 'PATCH') scene.cloud.catalog.image = 'gone';
      return false;
    };
    scene.cloud.tokenMs = 100_000;
    await expect(scene.publish()).resolves.toMatchObject({ action: 'created' });
    expect(scene.cloud.requests.at(-1)?.line).toMatch(/^PATCH/);
  });
});

describe('an address that is none', () => {
  it.each([
    '/image',
    '',
    'glance.example',
    'http://127.0.0.1:99999/',
    'ftp://127.0.0.1/',
    'http://127.0.0.1/\r\nX: y',
  ])('is refused in the catalog: %j', async (url) => {
    scene.cloud.catalog.image = url;
    const wanted = { code: 'publish.no-service', exitCode: 7, message: expect.stringContaining('Glance') };
    expect(await scene.failure()).toMatchObject(wanted);
    expect(await thrownBy(check())).toMatchObject(wanted);
  });

  it('is refused as an override and as the endpoint of a service without Keystone', async () => {
    const clouds = {
      over: {
        auth: { auth_url: scene.cloud.url, username: 'u', password: 'a-very-secret-word' },
        image_endpoint_override: 'http://',
      },
      alone: { auth_type: 'none', endpoint: 'notaurl' },
    };
    writeFileSync(join(scene.folder, 'clouds.yaml'), JSON.stringify({ clouds }));
    expect(await scene.failure({ OS_CLOUD: 'over' })).toMatchObject({
      code: 'publish.credentials',
      message: expect.stringContaining('image_endpoint_override'),
    });
    expect(await scene.failure({ OS_CLOUD: 'alone' })).toMatchObject({
      code: 'publish.credentials',
      message: expect.stringContaining('"notaurl"'),
    });
  });

  it.each(['notaurl', 'http://'])('is refused as a proxy: %s', async (proxy) => {
    expect(await scene.failure({ http_proxy: proxy })).toMatchObject({
      code: 'publish.credentials',
      message: expect.stringContaining('http_proxy'),
    });
  });
});

describe('a clouds.yaml', () => {
  const secret = 'hush-hush-hush';
  const bomb = `${Array.from({ length: 9 }, (_, n) => `a${n}: &a${n} [${n === 0 ? 'x' : Array.from({ length: 9 }, () => `*a${n - 1}`).join(', ')}]`).join('\n')}\nclouds: {}\n`;
  it.each([
    ['with aliases of aliases', bomb, /aliases/],
    ['with a password that begins with *', `clouds:\n  x:\n    auth:\n      password: *${secret}\n`, /quote/],
    ['with an unknown tag', `clouds:\n  x: !!js/function '${secret}'\n`, /line 2/],
    ['that is a list', `- ${secret}\n`, /clouds:/],
    ['that is a number', '5\n', /clouds:/],
    ['without clouds', 'cloud:\n  x: {}\n', /clouds\.yaml/],
  ])('%s is named as what is wrong', async (_what, text, words) => {
    const path = join(scene.folder, 'clouds.yaml');
    writeFileSync(path, text);
    const warned: unknown[] = [];
    const onWarning = (warning: unknown): void => void warned.push(warning);
    process.on('warning', onWarning);
    const error = await scene.failure({ OS_CLOUD: 'x' });
    await new Promise(setImmediate);
    process.off('warning', onWarning);
    expect(error).toMatchObject({ code: 'publish.credentials', message: expect.stringMatching(words) });
    expect(error.message).toContain(path);
    expect(error.message).not.toContain(secret);
    expect(error.message).not.toContain('No clouds.yaml was found');
    expect(warned).toEqual([]);
  });
});

it('a redirect of the login within its host is told with its path', async () => {
  scene.cloud.fault = (_request, response) =>
    reply(response, 302, {}, { location: '/identity/v3/auth/tokens' });
  expect(await scene.failure()).toMatchObject({
    code: 'publish.redirect',
    message: expect.stringContaining(`${scene.cloud.url}/identity/v3/auth/tokens`),
  });
});

it.each(['a publication', 'a check'])('Ctrl-C ends %s that waits for its login', async (what) => {
  const stopping = new AbortController();
  scene.cloud.fault = () => {
    setImmediate(() => stopping.abort(new CancelledError('stopped')));
    return true;
  };
  const began = performance.now();
  const work = what === 'a check' ? check(stopping.signal) : scene.publish({}, { signal: stopping.signal });
  expect(await thrownBy(work)).toMatchObject({ code: 'cancelled', exitCode: 130 });
  expect(performance.now() - began).toBeLessThan(5_000);
});

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FaultScene, faultScene, isUpload, IMAGE_SIZE as SIZE } from '../../support/fault-scene.ts';
import { type StandInCloud, standInCloud } from '../../support/stand-in-cloud.ts';
import { bodyOf, reply } from '../../support/stand-in-http.ts';

/** What happens when services and networks fail in ways the real ones of test/e2e do not on request. */
let scene: FaultScene;
let cloud: StandInCloud;
let folder: string;
let { publish, failure, uploadsFail, logged } = {} as FaultScene; // set before each test

beforeEach(async () => {
  scene = await faultScene();
  ({ cloud, folder, publish, failure, uploadsFail, logged } = scene);
});
afterEach(() => scene.close());

describe('passing faults', () => {
  it.each([0, 1, SIZE / 2, SIZE - 1])(
    'sends again when the connection breaks after %i bytes',
    async (bytes) => {
      uploadsFail(1, async (request, response) => {
        let seen = 0;
        for await (const part of request) {
          seen += (part as Buffer).length;
          if (seen >= bytes) break;
        }
        response.destroy();
        request.socket.destroy();
        return true;
      });
      await expect(publish()).resolves.toMatchObject({ action: 'created' });
      expect([...cloud.images.values()]).toMatchObject([{ status: 'active', size: SIZE }]);
    },
  );

  it.each([500, 502, 503])('sends again after an answer of %i', async (status) => {
    uploadsFail(2, async (request, response) => {
      await bodyOf(request);
      return reply(response, status, { message: 'not now' });
    });
    await expect(publish()).resolves.toMatchObject({ action: 'created' });
  });

  it('waits for another upload of the image to end', async () => {
    uploadsFail(1, async (request, response) => {
      await bodyOf(request);
      return reply(response, 409, {
        message: 'Image status transition from saving to saving is not allowed',
      });
    });
    await expect(publish()).resolves.toMatchObject({ action: 'created' });
  });

  it('gets a new token when the old one ends in mid-upload', async () => {
    uploadsFail(1, async (request, response) => {
      await bodyOf(request);
      return reply(response, 401, { message: 'Token expired' });
    });
    await expect(publish()).resolves.toMatchObject({ action: 'created' });
    const tokens = cloud.requests.filter(({ line }) => line.startsWith('PUT')).map(({ token }) => token);
    expect(new Set(tokens).size).toBe(2);
  });
});

describe('lasting faults', () => {
  it.each([
    [413, 'publish.quota', 'Image exceeds the storage quota'],
    [403, 'publish.forbidden', 'You are not authorized'],
    [409, 'publish.conflict', 'Image status transition from saving to saving is not allowed'],
    [415, 'publish.rejected', 'media type'],
    [500, 'publish.service', 'An unknown exception occurred.'],
  ])('an upload that ends with %i leaves nothing', async (status, code, message) => {
    uploadsFail(9, async (request, response) => {
      await bodyOf(request);
      return reply(response, status, { message });
    });
    expect(await failure()).toMatchObject({ code, exitCode: 7, message: expect.stringContaining(message) });
    expect(cloud.images.size).toBe(0);
  });

  it('an answer that comes before everything was sent counts', async () => {
    writeFileSync(join(folder, 'image.raw'), Buffer.alloc(64 * 2 ** 20));
    uploadsFail(9, (_request, response) =>
      reply(response, 413, { message: 'The incoming image is too large' }),
    );
    expect(await failure()).toMatchObject({ code: expect.stringMatching(/publish\.(quota|network)/) });
    expect(cloud.images.size).toBe(0);
  });

  it('an image that somebody deletes meanwhile is not made again', async () => {
    uploadsFail(1, async (request, response) => {
      await bodyOf(request);
      cloud.images.clear();
      return reply(response, 410, { message: 'Image could not be found after upload' });
    });
    expect(await failure()).toMatchObject({
      code: 'publish.image-lost',
      message: expect.stringContaining('is deleted in Glance while Kiln was sending it'),
    });
  });

  it('an image that ends killed is taken away', async () => {
    uploadsFail(1, async (request, response) => {
      await bodyOf(request);
      for (const image of cloud.images.values()) image.status = 'killed';
      return reply(response, 204);
    });
    expect(await failure()).toMatchObject({ code: 'publish.image-lost', details: { status: 'killed' } });
    expect(cloud.images.size).toBe(0);
  });

  it('bytes that arrive otherwise than they left are taken back', async () => {
    uploadsFail(1, async (request, response) => {
      await bodyOf(request);
      for (const image of cloud.images.values())
        Object.assign(image, { status: 'active', size: SIZE, os_hash_algo: 'sha512', os_hash_value: '00' });
      return reply(response, 204);
    });
    expect(await failure()).toMatchObject({ code: 'publish.mismatch' });
    expect(cloud.images.size).toBe(0);
  });

  it('an image that cannot be taken back is named with the command that does', async () => {
    cloud.fault = async (request, response) => {
      if (isUpload(request)) {
        await bodyOf(request);
        return reply(response, 413, { message: 'full' });
      }
      return request.method === 'DELETE' && reply(response, 403, { message: 'no' });
    };
    const error = await failure();
    const [id] = cloud.images.keys();
    expect(error).toMatchObject({ code: 'publish.quota', details: { orphan: id } });
    expect(error.message).toContain(`image delete ${id}`);
  });

  it('cancelling ends the upload and takes the image back', async () => {
    const stopping = new AbortController();
    uploadsFail(1, async (request) => {
      for await (const _part of request) stopping.abort();
      return true;
    });
    expect(await failure({}, { signal: stopping.signal })).toMatchObject({
      code: 'cancelled',
      exitCode: 130,
    });
    expect(cloud.images.size).toBe(0);
  });
});

describe('the way there', () => {
  it('sends credentials to no host that a service redirects to', async () => {
    const other = await standInCloud();
    try {
      cloud.fault = (request, response) =>
        request.url?.startsWith('/v2') === true &&
        reply(response, 302, undefined, { location: `${other.url}${request.url}` });
      expect(await failure()).toMatchObject({
        code: 'publish.redirect',
        message: expect.stringContaining(`redirects to ${other.url}`),
      });
      cloud.fault = async (request, response) => {
        if (!isUpload(request)) return false;
        await bodyOf(request); // an answer in the middle may be lost with the connection
        return reply(response, 307, undefined, { location: `${other.url}/x` });
      };
      expect(await failure()).toMatchObject({ code: 'publish.redirect' });
      expect(other.requests).toEqual([]);
    } finally {
      await other.close();
    }
  });

  it('sends a login to no place that Keystone redirects to', async () => {
    const other = await standInCloud();
    try {
      cloud.fault = (request, response) =>
        reply(response, 307, undefined, { location: `${other.url}${request.url}` });
      expect(await failure()).toMatchObject({
        code: 'publish.redirect',
        message: expect.stringMatching(`^Keystone .*redirects to ${other.url}.*OS_AUTH_URL`),
      });
      expect(other.requests).toEqual([]);
    } finally {
      await other.close();
    }
  });

  it('says of a redirect within one host where it leads', async () => {
    cloud.fault = async (request, response) => {
      if (!isUpload(request)) return false;
      await bodyOf(request);
      return reply(response, 308, undefined, { location: '/elsewhere/file' });
    };
    expect(await failure()).toMatchObject({
      code: 'publish.redirect',
      message: expect.stringContaining(`PUT to ${cloud.url}/elsewhere/file`),
    });
  });

  it('says when https:// leads to plain HTTP', async () => {
    const { message, ...error } = await failure({ OS_AUTH_URL: cloud.url.replace('http:', 'https:') });
    expect(error).toMatchObject({ code: 'publish.tls', exitCode: 7 });
    expect(message).toMatch(/does not answer in TLS.*http:\/\//);
    expect(message).not.toMatch(/OS_CACERT|SSL routines/);
  });

  it.each([
    ['no JSON', undefined, /no JSON/],
    ['another form', { id: 5 }, /an? created image .*\bid: expected string/],
  ])('says when Glance answers with %s', async (_what, body, words) => {
    cloud.fault = async (request, response) => {
      if (request.method !== 'POST' || request.url !== '/v2/images') return false;
      await bodyOf(request);
      return reply(response, 201, body);
    };
    const { message, ...error } = await failure();
    expect(error).toMatchObject({ code: 'publish.service', exitCode: 7 });
    expect(message).toMatch(words);
    expect(message).not.toMatch(/✖|\n|Invalid input/);
  });

  it.each([
    ['a name that does not exist', 'http://no-such-host.invalid:5000/v3', /DNS/],
    ['a port nobody listens on', 'http://127.0.0.1:1/v3', /refused/],
  ])('names %s', async (_what, url, words) => {
    expect(await failure({ OS_AUTH_URL: url })).toMatchObject({
      code: 'publish.network',
      message: expect.stringMatching(words),
    });
  });

  it('says when it is not Keystone that answers', async () => {
    cloud.fault = (_request, response) => reply(response, 200, { hello: 'world' });
    expect(await failure()).toMatchObject({ code: 'publish.credentials' });
    cloud.fault = (_request, response) =>
      reply(response, 401, { error: { message: 'The request you have made requires authentication.' } });
    expect(await failure()).toMatchObject({
      code: 'publish.auth',
      message: expect.stringContaining('requires authentication'),
    });
  });

  it('trusts no certificate it was not told of', async () => {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-keyout',
        key,
        '-out',
        cert,
        '-days',
        '2',
        ...subject,
      ],
      { stdio: 'ignore' },
    );
    const secure = await standInCloud({ key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') });
    try {
      const env = { OS_AUTH_URL: `${secure.url}/v3` };
      expect(await failure(env)).toMatchObject({
        code: 'publish.tls',
        message: expect.stringContaining('OS_CACERT'),
      });
      expect(secure.requests).toEqual([]);
      await expect(publish({ ...env, OS_CACERT: cert })).resolves.toMatchObject({ action: 'created' });
      await expect(publish({ ...env, OS_INSECURE: '1' })).resolves.toMatchObject({ action: 'unchanged' });
      expect(logged.join()).toContain('not checked');
    } finally {
      await secure.close();
    }
  });

  it('goes through a proxy, but for hosts that need none', async () => {
    const asked: string[] = [];
    const proxy = createServer();
    proxy.on('connect', ({ url = '' }, socket) => {
      asked.push(url);
      const [host = '', port] = url.split(':');
      const there = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        there.pipe(socket).pipe(there);
      });
      there.on('error', () => socket.destroy());
      socket.on('error', () => there.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    try {
      const env = { http_proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
      await expect(publish({ ...env, no_proxy: '127.0.0.1' })).resolves.toMatchObject({ action: 'created' });
      expect(asked).toEqual([]);
      await expect(publish(env)).resolves.toMatchObject({ action: 'unchanged' });
      expect(asked.length).toBeGreaterThan(0);
    } finally {
      proxy.closeAllConnections();
      proxy.close();
    }
  });
});

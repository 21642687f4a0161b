import { mkdtemp, rm } from 'node:fs/promises';
import { request as forward } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { openDownloader } from '../../../src/media/download.ts';
import { proxyFrom } from '../../../src/media/proxy-fetch.ts';
import { serving, startWebServer, type WebServer } from './web-server.ts';

const servers: WebServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function start(...args: Parameters<typeof startWebServer>): Promise<WebServer> {
  const server = await startWebServer(...args);
  servers.push(server);
  return server;
}

it.each([
  ['through the proxy', '', 1],
  ['past it where the environment says so', '127.0.0.1', 0],
])('fetches %s', async (_what, no, expected) => {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-proxy-'));
  try {
    const origin = await start(serving(new Map([['/a.txt', Buffer.from('text')]])));
    // A proxy gets the whole address instead of a path (RFC 9112, 3.2.2).
    const proxy = await start((request, response) => {
      forward(request.url ?? '', { method: request.method, headers: request.headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      }).end();
    });
    const settings = proxyFrom({ http_proxy: proxy.url, no_proxy: no });
    const downloader = openDownloader({ partial: folder, ...(settings ? { proxy: settings } : {}) });
    expect(await downloader.readText(`${origin.url}/a.txt`)).toBe('text');
    expect(proxy.requests).toHaveLength(expected);
    if (expected > 0) expect(proxy.requests[0]).toBe(`GET ${origin.url}/a.txt`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

it.each([
  [{}, undefined],
  [{ no_proxy: 'x' }, undefined],
  [{ HTTP_PROXY: 'http://p' }, undefined],
  [{ https_proxy: 'http://p' }, { https: 'http://p' }],
  [
    { all_proxy: 'http://p', http_proxy: 'http://q', NO_PROXY: 'x' },
    { http: 'http://q', https: 'http://p', no: 'x' },
  ],
])('reads %j', (env, expected) => expect(proxyFrom(env)).toEqual(expected));

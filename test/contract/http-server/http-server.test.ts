import { execFile } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type AccessEvent, accessLine } from '../../../src/http-server/access-event.ts';
import {
  firstOf,
  folderContent,
  memoryContent,
  type ServedContent,
  under,
} from '../../../src/http-server/served-content.ts';
import { type HttpServer, startHttpServer } from '../../../src/http-server/start-http-server.ts';

const run = promisify(execFile);
let folder: string;
let events: AccessEvent[];
const servers: HttpServer[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-http-'));
  events = [];
  mkdirSync(join(folder, 'root', 'pool'), { recursive: true });
  writeFileSync(join(folder, 'outside'), 'secret');
  writeFileSync(join(folder, 'root', 'pool', 'a file.deb'), '0123456789');
  writeFileSync(join(folder, 'root', 'empty'), '');
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: { content?: ServedContent; token?: boolean; port?: number } = {}) {
  const server = await startHttpServer({
    content: folderContent(join(folder, 'root')),
    onAccess: (event) => events.push(event),
    ...options,
  });
  servers.push(server);
  return server;
}

const endings = () => events.filter((event) => event.type === 'response');

/** fetch would tidy the path up first. */
function rawStatus(server: HttpServer, path: string): Promise<number> {
  return new Promise((settle, reject) => {
    request({ host: server.host, port: server.port, path }, (response) => {
      response.resume();
      settle(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

it('sends files with length, type and date, and tells of each request and its end', async () => {
  const server = await start();
  expect(server.url).toBe(`http://127.0.0.1:${server.port}/`);
  expect(server.guestUrl).toBe(`http://10.0.2.2:${server.port}/`);
  const answer = await fetch(`${server.url}pool/a%20file.deb`, { headers: { 'User-Agent': 'iPXE/1.0' } });
  expect(await answer.text()).toBe('0123456789');
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-length': '10',
    'content-type': 'application/vnd.debian.binary-package',
    'accept-ranges': 'bytes',
    'last-modified': expect.stringMatching(/GMT$/),
  });
  await vi.waitFor(() => expect(endings()).toHaveLength(1));
  expect(events.map(({ type }) => type)).toEqual(['request', 'response']);
  expect(events[1]).toMatchObject({
    id: 1,
    path: 'pool/a file.deb',
    userAgent: 'iPXE/1.0',
    status: 200,
    sentBytes: 10,
    totalBytes: 10,
    complete: true,
  });
});

it('sends ranges, refuses those outside, and nothing but headers for HEAD', async () => {
  const server = await start();
  const url = `${server.url}pool/a%20file.deb`;
  const part = await fetch(url, { headers: { Range: 'bytes=2-4' } });
  expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([
    206,
    '234',
    'bytes 2-4/10',
  ]);
  const outside = await fetch(url, { headers: { Range: 'bytes=10-' } });
  expect([outside.status, outside.headers.get('content-range')]).toEqual([416, 'bytes */10']);
  const head = await fetch(url, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '10', '']);
  const stale = await fetch(url, { headers: { Range: 'bytes=2-4', 'If-Range': '"another"' } });
  expect([stale.status, await stale.text()]).toEqual([200, '0123456789']);
});

it('continues a broken download the way curl does', async () => {
  const server = await start();
  const partial = join(folder, 'partial');
  writeFileSync(partial, '0123');
  await run('curl', ['-sSf', '-C', '-', '-o', partial, `${server.url}pool/a%20file.deb`]);
  expect(readFileSync(partial, 'utf8')).toBe('0123456789');
});

it('says that a file is unchanged to a client that has it', async () => {
  const server = await start();
  const url = `${server.url}pool/a%20file.deb`;
  const first = await fetch(url);
  await first.text();
  for (const headers of [
    { 'If-None-Match': first.headers.get('etag') ?? '' },
    { 'If-Modified-Since': first.headers.get('last-modified') ?? '' },
  ]) {
    expect((await fetch(url, { headers })).status).toBe(304);
  }
});

it('has nothing outside its folder, and no folders, pipes or other methods', async () => {
  symlinkSync(join(folder, 'outside'), join(folder, 'root', 'link'));
  symlinkSync('pool/a file.deb', join(folder, 'root', 'inner'));
  await run('mkfifo', [join(folder, 'root', 'pipe')]);
  const server = await start();
  for (const path of ['/link', '/pool', '/', '/pipe', '/missing', `/${'x'.repeat(300)}`]) {
    expect([path, await rawStatus(server, path)]).toEqual([path, 404]);
  }
  for (const path of ['/../outside', '/pool/../../outside', '/..%2foutside', '/a%00b']) {
    expect([path, await rawStatus(server, path)]).toEqual([path, 400]);
  }
  expect(await rawStatus(server, '/inner')).toBe(200);
  expect(await rawStatus(server, '/empty')).toBe(200);
  const post = await fetch(server.url, { method: 'POST', body: 'x' });
  expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});

it('hides its content behind an unguessable path when asked to, and that path from its log', async () => {
  const server = await start({ token: true });
  expect(new URL(server.url).pathname).toMatch(/^\/[0-9a-f]{32}\/$/);
  expect((await fetch(`${server.url}pool/a%20file.deb`)).status).toBe(200);
  expect((await fetch(`http://127.0.0.1:${server.port}/pool/a%20file.deb`)).status).toBe(404);
  await vi.waitFor(() => expect(endings()).toHaveLength(2));
  expect(endings().map(({ path }) => path)).toEqual(['pool/a file.deb', '(hidden)']);
});

it('serves from memory, from several places, and what is made for the request', async () => {
  const made: ServedContent = ({ path, query }) =>
    path === 'who' ? { kind: 'bytes', content: `mac ${query.get('mac')}`, type: 'text/plain' } : undefined;
  const files = memoryContent(new Map([['menu.ipxe', '#!ipxe\nshell\n']]));
  const server = await start({
    content: firstOf(files, made, under('debian', folderContent(join(folder, 'root')))),
  });
  const text = async (path: string): Promise<string> => (await fetch(server.url + path)).text();
  expect(await text('menu.ipxe')).toBe('#!ipxe\nshell\n');
  expect(await text('who?mac=52:54:00')).toBe('mac 52:54:00');
  expect(await text('debian/pool/a%20file.deb')).toBe('0123456789');
  expect((await fetch(`${server.url}pool/a%20file.deb`)).status).toBe(404);
});

it('tells that an answer was cut off when the client leaves or the file shrinks', async () => {
  const big = join(folder, 'root', 'big');
  writeFileSync(big, '');
  truncateSync(big, 64 * 2 ** 20);
  const server = await start();
  const socket = connect(server.port, server.host);
  socket.write('GET /big HTTP/1.1\r\nHost: x\r\n\r\n');
  await new Promise((settle) => socket.once('data', settle));
  socket.destroy();
  await vi.waitFor(() => expect(endings()).toHaveLength(1));
  expect(endings()[0]).toMatchObject({ path: 'big', status: 200, complete: false, totalBytes: 64 * 2 ** 20 });
});

it('ends the connection at once when a file ends before its length', { timeout: 10_000 }, async () => {
  const big = join(folder, 'root', 'big');
  writeFileSync(big, '');
  truncateSync(big, 64 * 2 ** 20);
  const server = await start();
  const socket = connect(server.port, server.host);
  socket.write('GET /big HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(socket, 'data');
  truncateSync(big, 0);
  const since = Date.now();
  socket.on('error', () => {}).resume();
  await once(socket, 'close');
  expect(Date.now() - since).toBeLessThan(5000);
  await vi.waitFor(() => expect(endings()).toHaveLength(1));
  const [ending] = endings();
  expect(ending).toMatchObject({ path: 'big', status: 200, complete: false, totalBytes: 64 * 2 ** 20 });
  expect(ending === undefined ? '' : accessLine(ending)).toMatch(/ \/big 200 \d+ \(cut off\)$/);
});

it('frees its port when closed, and says so when it cannot have one', async () => {
  const server = await start();
  await expect(start({ port: server.port })).rejects.toMatchObject({ code: 'host.cannot-listen' });
  await server.close();
  await server.close();
  const again = await start({ port: server.port });
  expect(again.port).toBe(server.port);
  await expect(
    startHttpServer({ content: memoryContent(new Map()), host: '192.0.2.1' }),
  ).rejects.toMatchObject({ code: 'host.cannot-listen' });
});

import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { recordDirectory } from '../../../src/build/build-records.ts';
import type { OpenGuest } from '../../../src/build/open-guest.ts';
import { LibvirtError } from '../../../src/libvirt/libvirt-error.ts';
import { BACKLOG_BYTES } from '../../../src/serve/console-channel.ts';
import { type PageServer, startPageServer } from '../../../src/serve/start-page-server.ts';
import { FakeLibvirt } from '../../fakes/fake-libvirt.ts';
import { type PageScene, pageScene } from '../../support/page-scene.ts';

let scene: PageScene;
let server: PageServer;
let origin: string;
/** What the browser has after it has opened the printed address. */
let visitor: { readonly base: string; readonly cookie: string };
const opened: WebSocket[] = [];

beforeEach(() => start(pageScene()));
afterEach(async () => {
  for (const socket of opened.splice(0)) socket.terminate();
  await server.close();
  scene.remove();
});

async function start(next: PageScene): Promise<void> {
  scene = next;
  server = await startPageServer(scene.host, { listen: '127.0.0.1', port: 0 });
  origin = `http://127.0.0.1:${server.port}`;
  const greeting = await fetch(server.url);
  const [, base = ''] = /url=(\/[0-9a-f]+\/)"/.exec(await greeting.text()) ?? [];
  visitor = { base, cookie: greeting.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
}

/** The guest of every build. */
const guestAt =
  (connection: FakeLibvirt, domain: OpenGuest['domain']) =>
  async (id: string): Promise<OpenGuest> => ({
    build: await scene.build({ id }),
    domain,
    libvirt: { connection, privateDaemon: false, close: async () => undefined },
  });

/** fetch() sets Host itself. */
async function statusOf(
  path: string,
  headers: Record<string, string>,
  method = 'GET',
): Promise<number | undefined> {
  const asking = request({
    port: server.port,
    path,
    method,
    headers: { host: `127.0.0.1:${server.port}`, ...headers },
  });
  asking.end();
  const [answer] = (await once(asking, 'response')) as [{ statusCode?: number; resume(): void }];
  answer.resume();
  return answer.statusCode;
}

const get = (path: string): Promise<Response> =>
  fetch(`${origin}${visitor.base}${path}`, { headers: { cookie: visitor.cookie } });

type Heard = {
  readonly texts: unknown[];
  bytes: Buffer;
  readonly socket: WebSocket;
  readonly closed: Promise<number>;
};

async function live(path: string, headers: Record<string, string> = {}): Promise<Heard> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${visitor.base}live/${path}`, {
    headers: { cookie: visitor.cookie, origin, ...headers },
  });
  opened.push(socket);
  const closed = new Promise<number>((settle) => socket.once('close', settle));
  const heard: Heard = { texts: [], bytes: Buffer.alloc(0), socket, closed };
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) heard.bytes = Buffer.concat([heard.bytes, data]);
    else heard.texts.push(JSON.parse(data.toString()));
  });
  await once(socket, 'open');
  return heard;
}

const refusedUpgrade = (path: string, headers: Record<string, string>): Promise<string> =>
  live(path, headers).then(
    () => 'opened',
    (error: Error) => error.message,
  );

describe('who gets in', () => {
  it('the printed address gives a cookie for one unguessable path, out of reach of scripts and other sites', async () => {
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[0-9a-f]{32}$/);
    const [cookie = ''] = (await fetch(server.url)).headers.getSetCookie();
    expect(cookie).toContain(`; Path=${visitor.base}; HttpOnly; SameSite=Strict`);
    expect(cookie).not.toContain(new URL(server.url).searchParams.get('token'));
    expect((await get('')).status).toBe(200);
    expect((await get('page/main.js')).status).toBe(200);
    expect((await get('xterm/lib/xterm.mjs')).headers.get('content-type')).toMatch(/javascript/);
    expect((await get('novnc/core/rfb.js')).status).toBe(200);
  });

  it.each([
    ['nothing', (): [string, Record<string, string>] => [visitor.base, {}], 401],
    ['a wrong token', (): [string, Record<string, string>] => [`/?token=${'0'.repeat(32)}`, {}], 401],
    ['no token', (): [string, Record<string, string>] => ['/?token=', {}], 401],
    [
      'a wrong cookie',
      (): [string, Record<string, string>] => [visitor.base, { cookie: 'kiln-page=1' }],
      401,
    ],
    ['the cookie at another path', (): [string, Record<string, string>] => ['/api/builds/x', visitor], 401],
    [
      'a rebound name',
      (): [string, Record<string, string>] => [visitor.base, { ...visitor, host: 'evil.example' }],
      403,
    ],
    [
      'a rebound name with the token',
      (): [string, Record<string, string>] => [
        server.url.slice(origin.length),
        { host: `evil.example:${server.port}` },
      ],
      403,
    ],
    [
      'another origin',
      (): [string, Record<string, string>] => [visitor.base, { ...visitor, origin: 'http://evil.example' }],
      403,
    ],
    [
      'another port of this host',
      (): [string, Record<string, string>] => [visitor.base, { ...visitor, origin: 'http://127.0.0.1:1' }],
      403,
    ],
    [
      'no origin',
      (): [string, Record<string, string>] => [visitor.base, { ...visitor, origin: 'null' }],
      403,
    ],
    [
      'a way out of the folder',
      (): [string, Record<string, string>] => [`${visitor.base}page/..%2f..%2fpackage.json`, visitor],
      400,
    ],
    [
      'a forwarded port',
      (): [string, Record<string, string>] => [
        visitor.base,
        { cookie: visitor.cookie, host: 'localhost:9999' },
      ],
      200,
    ],
  ])('%s', async (_what, ask, status) => {
    const [path, { base: _base, ...headers }] = ask();
    expect(await statusOf(path, headers)).toBe(status);
  });

  it.each([
    ['POST', 405],
    ['PUT', 405],
    ['TRACE', 405],
    ['OPTIONS', 405],
    ['HEAD', 200],
  ])('the printed address only by reading it: %s is %d', async (method, status) => {
    expect(await statusOf(server.url.slice(origin.length), {}, method)).toBe(status);
  });

  it('nobody who names two hosts', async () => {
    const socket = connect(server.port, '127.0.0.1');
    const path = server.url.slice(origin.length);
    socket.end(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('WebSockets and orders only for the page itself', async () => {
    const { id } = await scene.build({ id: 'aaaa0001', status: 'failed' });
    for (const foreign of ['http://evil.example', `http://localhost:${server.port}`, 'null']) {
      expect(await refusedUpgrade('builds', { origin: foreign })).toContain('403');
    }
    expect(await refusedUpgrade('builds', { cookie: '' })).toContain('401');
    const path = `${visitor.base}api/builds/${id}/stop`;
    expect(await statusOf(path, { cookie: visitor.cookie }, 'POST')).toBe(403);
    expect(await statusOf(path, { cookie: visitor.cookie, origin }, 'POST')).toBe(409);
    expect(
      await statusOf(`${visitor.base}api/builds/${id}`, { cookie: visitor.cookie, origin }, 'DELETE'),
    ).toBe(405);
  });

  it('every answer forbids what the page does not need', async () => {
    const index = await get('');
    const policy = index.headers.get('content-security-policy') ?? '';
    const html = await index.text();
    const [, nonce = ''] = /name="style-nonce" content="([^"]{20,})"/.exec(html) ?? [];
    expect(policy).toContain("default-src 'none'; script-src 'self'");
    expect(policy).toContain(`style-src 'self' 'nonce-${nonce}'`);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(html).not.toMatch(/https?:/);
    for (const path of ['', 'page/main.js', 'nothing', 'api/builds/none']) {
      const { headers } = await get(path);
      expect(headers.get('x-content-type-options'), path).toBe('nosniff');
      expect(headers.get('content-security-policy'), path).toContain("default-src 'none'");
    }
  });

  it('a port in use is one clear error', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    await expect(startPageServer(scene.host, { listen: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'host.cannot-listen',
    });
    other.close();
  });
});

describe('what is shown', () => {
  it('the list, whenever it changes, with what running builds do', async () => {
    await scene.build({ id: 'aaaa0001', status: 'succeeded', startedAt: '2026-01-02T00:00:00.000Z' });
    await scene.build({ id: 'aaaa0002', name: '<script>alert(1)</script>' });
    const { texts } = await live('builds');
    await vi.waitFor(() => expect(texts).toHaveLength(1));
    expect(texts[0]).toMatchObject({
      builds: [
        { id: 'aaaa0002', status: 'running', name: '<script>alert(1)</script>' },
        { id: 'aaaa0001', status: 'succeeded' },
      ],
      notShown: 0,
    });
    scene.tell('aaaa0002', {
      type: 'stage-progress',
      at: 1,
      stage: 'install',
      detail: 'Base system',
      percent: 40,
    });
    await vi.waitFor(
      () =>
        expect(texts.at(-1)).toMatchObject({
          builds: [{ now: { stage: 'install', detail: 'Base system', percent: 40 } }, {}],
        }),
      { timeout: 5000 },
    );
  });

  it('the events of a build from the first one, and then as they come', async () => {
    const build = await scene.build({ id: 'aaaa0001' });
    scene.tell(build.id, { type: 'stage-started', at: 1, stage: 'plan' });
    const { texts, closed } = await live(`${build.id}/events`);
    await vi.waitFor(() => expect(texts).toHaveLength(1));
    scene.tell(build.id, { type: 'stage-finished', at: 2, stage: 'plan', seconds: 1 });
    await vi.waitFor(() => expect(texts).toHaveLength(2), { timeout: 5000 });
    await scene.build({ ...build, status: 'failed' });
    expect(await closed).toBe(1000);
    expect(texts.at(-1)).toMatchObject({ type: 'no-more-events' });
  });

  it('evidence: pictures as pictures, all else as text without rights, nothing outside the log folder', async () => {
    const build = await scene.build({
      id: 'aaaa0001',
      status: 'failed',
      error: { code: 'install.failed', message: 'No.' },
    });
    scene.leave(
      build,
      'failure.json',
      JSON.stringify({
        code: 'install.failed',
        message: 'No.',
        patternAt: 'own.yaml:6',
        consoleTail: ['x'],
      }),
    );
    scene.leave(build, 'evil.html', '<script>alert(1)</script>');
    scene.leave(build, 'screenshot.png', Buffer.from('\x89PNG'));
    const story = (await (await get(`api/builds/${build.id}`)).json()) as object;
    expect(story).toMatchObject({
      build: { error: { code: 'install.failed' } },
      failure: { patternAt: 'own.yaml:6', consoleTail: ['x'] },
      evidence: ['evil.html', 'failure.json', 'screenshot.png'],
      canResume: false,
      stageTitles: { verify: 'Verify the disk' },
    });
    const evil = await get(`api/builds/${build.id}/logs/evil.html`);
    expect(evil.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(evil.headers.get('content-security-policy')).toContain('sandbox');
    expect((await get(`api/builds/${build.id}/logs/screenshot.png`)).headers.get('content-type')).toBe(
      'image/png',
    );
    expect((await get(`api/builds/${build.id}/logs/..%2frecord.json`)).status).toBe(400);
    expect((await get('api/builds/nosuch')).status).toBe(404);
    const report = await get(`api/builds/${build.id}/report.tar.gz`);
    expect(report.headers.get('content-disposition')).toBe(
      `attachment; filename="kiln-report-${build.id}.tar.gz"`,
    );
    expect(Buffer.from(await report.arrayBuffer()).subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
  });
});

it('a build whose record is damaged shows that, and no files of other folders', async () => {
  const { id } = await scene.build({ id: 'aaaa0001', status: 'failed' });
  writeFileSync(join(recordDirectory(scene.host.stateDir, id), 'record.json'), '{');
  expect(await (await get(`api/builds/${id}`)).json()).toMatchObject({
    build: { error: { code: 'builds.damaged-record' } },
    evidence: [],
  });
  expect((await get(`api/builds/${id}/logs/serial.log`)).status).toBe(404);
  expect(await (await live(`${id}/console`)).closed).toBe(4404);
});

describe('the console', () => {
  it('shows what was said and what is said now', async () => {
    const build = await scene.build({ id: 'aaaa0001' });
    scene.say(build, 'before\n');
    const heard = await live(`${build.id}/console`);
    await vi.waitFor(() => expect(heard.bytes.toString()).toBe('before\n'));
    scene.say(build, 'now\u001b[31m\n');
    await vi.waitFor(() => expect(heard.bytes.toString()).toBe('before\nnow\u001b[31m\n'));
  });

  it('tells no browser to do something billions of times', async () => {
    const build = await scene.build({ id: 'aaaa0001' });
    scene.say(build, 'ě\u001b[2147');
    const heard = await live(`${build.id}/console`);
    await vi.waitFor(() => expect(heard.bytes.toString()).toBe('ě\u001b['));
    scene.say(build, '483647Sé');
    await vi.waitFor(() => expect(heard.bytes.toString()).toBe('ě\u001b[100Sé'));
  });

  it('lets long lines go on below, though the firmware had them cut', async () => {
    const build = await scene.build({ id: 'aaaa0001' });
    scene.say(build, '\u001b[?7lSeaBIOS');
    const heard = await live(`${build.id}/console`);
    await vi.waitFor(() => expect(heard.bytes.toString()).toBe('\u001b[?lSeaBIOS'));
  });

  it('shows the end of a long log, and says what it leaves out', async () => {
    const build = await scene.build({ id: 'aaaa0001', status: 'failed' });
    scene.say(build, Buffer.alloc(3 * BACKLOG_BYTES, 'x'));
    scene.say(build, 'the end');
    const heard = await live(`${build.id}/console`);
    await vi.waitFor(() => expect(heard.bytes.toString('latin1')).toMatch(/the end$/));
    expect(heard.bytes).toHaveLength(BACKLOG_BYTES);
    expect(heard.texts).toEqual([{ type: 'left-out', bytes: 2 * BACKLOG_BYTES + 'the end'.length }]);
  });

  it('a browser that does not read stalls nobody, costs no memory and catches up at the end', async () => {
    const build = await scene.build({ id: 'aaaa0001' });
    const [slow, quick] = [await live(`${build.id}/console`), await live(`${build.id}/console`)];
    slow.socket.pause();
    const before = process.memoryUsage().rss;
    const piece = Buffer.alloc(2 ** 20, 'y');
    for (let written = 0; written < 64; written += 1) scene.say(build, piece);
    scene.say(build, 'the end');
    await vi.waitFor(() => expect(quick.bytes.subarray(-7).toString()).toBe('the end'), { timeout: 20_000 });
    // What the two sockets of the slow one hold between them is the kernel's.
    expect(process.memoryUsage().rss - before).toBeLessThan(160 * 2 ** 20);
    slow.socket.resume();
    await vi.waitFor(() => expect(slow.bytes.subarray(-7).toString()).toBe('the end'), { timeout: 20_000 });
    expect(slow.bytes.length).toBeLessThan(16 * 2 ** 20);
    expect(slow.texts).toContainEqual(expect.objectContaining({ type: 'left-out' }));
  });

  it('says in its own words that somebody else types already', async () => {
    await server.close();
    scene.remove();
    const fake = new FakeLibvirt();
    const { uuid, name } = await fake.defineXml('<domain><name>x</name></domain>');
    const message = 'operation failed: Active console session exists for this domain';
    fake.openConsole = () =>
      Promise.reject(new LibvirtError('virDomainOpenConsole', { code: 9, domain: 10, message }));
    await start(pageScene(guestAt(fake, { uuid, name })));
    const build = await scene.build({ id: 'aaaa0001' });
    const heard = await live(`${build.id}/console`);
    heard.socket.send(JSON.stringify({ type: 'input', on: true }));
    await vi.waitFor(() => expect(heard.texts).toHaveLength(1));
    expect(heard.texts).toEqual([
      { type: 'input', on: false, why: expect.stringMatching(/console of x .*: it is open elsewhere/) },
    ]);
    expect(JSON.stringify(heard.texts)).not.toContain('Active console');
  });

  it('gives the guest keys only while the page asks for it', async () => {
    await server.close();
    scene.remove();
    const typed: string[] = [];
    let closed = 0;
    const fake = new FakeLibvirt();
    const { uuid, name } = await fake.defineXml('<domain><name>x</name></domain>');
    fake.openConsole = async () => ({
      read: async () => undefined,
      write: async (bytes) => void typed.push(Buffer.from(bytes).toString()),
      close: async () => {
        closed += 1;
      },
    });
    await start(pageScene(guestAt(fake, { uuid, name })));
    const build = await scene.build({ id: 'aaaa0001' });
    const heard = await live(`${build.id}/console`);
    heard.socket.send(Buffer.from('unasked'));
    heard.socket.send(JSON.stringify({ type: 'input', on: true }));
    await vi.waitFor(() => expect(heard.texts).toEqual([{ type: 'input', on: true }]));
    heard.socket.send(Buffer.from('yes\r'));
    heard.socket.send(JSON.stringify({ type: 'input', on: false }));
    await vi.waitFor(() => expect(heard.texts).toHaveLength(2));
    heard.socket.send(Buffer.from('too late'));
    heard.socket.send('no JSON');
    await vi.waitFor(() => expect(heard.texts).toHaveLength(3));
    expect(typed).toEqual(['yes\r']);
    expect(closed).toBe(1);
    heard.socket.send(JSON.stringify({ type: 'input', on: true }));
    await vi.waitFor(() => expect(heard.texts).toHaveLength(4));
    heard.socket.close();
    await vi.waitFor(() => expect(closed).toBe(2));
  });

  it('says why a build without a guest takes no keys and has no screen', async () => {
    const build = await scene.build({ id: 'aaaa0001', status: 'failed' });
    const heard = await live(`${build.id}/console`);
    heard.socket.send(JSON.stringify({ type: 'input', on: true }));
    await vi.waitFor(() =>
      expect(heard.texts).toEqual([{ type: 'input', on: false, why: `No guest of build ${build.id}.` }]),
    );
    expect(await (await live(`${build.id}/screen`)).closed).toBe(4404);
    expect((await get(`api/builds/${build.id}/screen.png`)).status).toBe(404);
  });
});

it('closing ends what is open', async () => {
  const build = await scene.build({ id: 'aaaa0001' });
  const ends = [await live('builds'), await live(`${build.id}/events`), await live(`${build.id}/console`)];
  const closing = server.close();
  await Promise.all(ends.map(({ closed }) => closed));
  await Promise.race([closing, delay(5000).then(() => Promise.reject(new Error('it does not close')))]);
});

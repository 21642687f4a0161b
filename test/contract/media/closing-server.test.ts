import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import 'undici';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../../src/foundation/clock.ts';
import { openDownloader } from '../../../src/media/download.ts';

const CONTENT = Buffer.alloc(64 * 2 ** 10, 'kiln');
const clock = { ...systemClock, sleep: async () => {} };

let folder: string;
let server: Server | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-closing-'));
});
afterEach(async () => {
  server?.close();
  await rm(folder, { recursive: true, force: true });
});

/** A server of HTTP/1.0, such as Python's: one answer per connection, which it closes right behind the body. */
async function serve(head: string, body: Buffer): Promise<string> {
  server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write(`HTTP/1.0 200 OK\r\n${head}\r\n`);
      socket.end(body);
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/vmlinuz`;
}

// Loading undici, as publishing does, makes it the client behind Node's fetch().
it.each([
  ['tells the length', `Content-Length: ${CONTENT.length}\r\n`, false],
  ['tells no length', '', false],
  ['is a proxy', `Content-Length: ${CONTENT.length}\r\n`, true],
])(
  'fetches from a server that closes the connection behind the body and %s',
  async (_what, head, proxied) => {
    const url = await serve(head, CONTENT);
    const proxy = proxied ? { proxy: { http: new URL(url).origin } } : {};
    const downloader = openDownloader({ partial: join(folder, 'partial'), clock, ...proxy });
    for (let round = 0; round < 20; round += 1) {
      await downloader.download(url, join(folder, 'vmlinuz'));
      expect((await readFile(join(folder, 'vmlinuz'))).equals(CONTENT)).toBe(true);
    }
  },
);

it('takes a connection that was closed too early for an interruption', async () => {
  const url = await serve(`Content-Length: ${CONTENT.length}\r\n`, CONTENT.subarray(0, 48 * 2 ** 10));
  const downloader = openDownloader({ partial: join(folder, 'partial'), clock });
  await expect(downloader.download(url, join(folder, 'vmlinuz'))).rejects.toMatchObject({
    code: 'media.download',
    message: expect.stringMatching(/try again: what has arrived is kept\.$/),
  });
});

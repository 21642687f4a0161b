import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../../src/foundation/clock.ts';
import { openDownloader } from '../../../src/media/download.ts';

const clock = { ...systemClock, sleep: async () => {} };

let folder: string;
let server: Server | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-odd-answers-'));
});
afterEach(async () => {
  server?.close();
  await rm(folder, { recursive: true, force: true });
});

/** A server whose every answer begins with that line, which Node's own would not send. */
async function answering(statusLine: string): Promise<string> {
  server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(`${statusLine}\r\nContent-Length: 0\r\n\r\n`, 'latin1'));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/x.iso`;
}

it.each([
  ['HTTP/1.0 403 bad \x1b[31m<b>', false, 'media.download', /: HTTP 403 bad \[31m<b>\. Check/],
  ['HTTP/1.0 403 bad \x1b[31m<b>', true, 'media.download', /: HTTP 403\. Check/],
  ['HTTP/1.1 404 not\x01 here', false, 'media.not-found', /: HTTP 404 not here\. Check/],
  ['HTTP/1.1 404 ', false, 'media.not-found', /: HTTP 404\. Check/],
  ['HTTP/1.1 999 odd', false, 'media.download', /: the server's answer is not HTTP \(status 999\)\. Check/],
])('tells what %j is, through a proxy: %s', async (statusLine, proxied, code, message) => {
  const url = await answering(statusLine);
  const proxy = proxied ? { proxy: { http: new URL(url).origin } } : {};
  const downloader = openDownloader({ partial: join(folder, 'partial'), clock, ...proxy });
  await expect(downloader.download(url, join(folder, 'x.iso'))).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  });
});

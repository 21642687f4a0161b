import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../../src/foundation/clock.ts';
import { openDownloader } from '../../../src/media/download.ts';
import type { Downloader } from '../../../src/media/downloader.ts';
import { type FtpServer, startFtpServer } from './ftp-server.ts';

const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
const FILES = new Map([
  ['/pub/a.iso', CONTENT],
  ['/pub/a b.txt', Buffer.from('text')],
]);
const clock = { ...systemClock, sleep: async () => {} };

let folder: string;
let server: FtpServer;
let downloader: Downloader;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-ftp-'));
  downloader = openDownloader({ partial: join(folder, 'partial'), clock });
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

it('fetches, and tells what is there', async () => {
  server = await startFtpServer(FILES);
  await downloader.download(`${server.url}/pub/a.iso`, join(folder, 'a.iso'));
  expect((await readFile(join(folder, 'a.iso'))).equals(CONTENT)).toBe(true);
  expect(await readdir(join(folder, 'partial'))).toEqual([]);
  expect(await downloader.exists(`${server.url}/pub/a.iso`)).toBe(true);
  expect(await downloader.exists(`${server.url}/pub/b.iso`)).toBe(false);
  expect(await downloader.readText(`${server.url}/pub/a%20b.txt`)).toBe('text');
  expect(await downloader.identity(`${server.url}/pub/a.iso`)).toBe('300000 2026-01-01T12:00:00.000Z');
});

it('goes on where a broken connection stopped', async () => {
  let left = 1;
  server = await startFtpServer(FILES, () => (left-- > 0 ? 100_000 : undefined));
  await downloader.download(`${server.url}/pub/a.iso`, join(folder, 'a.iso'));
  expect((await readFile(join(folder, 'a.iso'))).equals(CONTENT)).toBe(true);
  expect(server.commands).toContain('REST 100000');
});

it('reads parts', async () => {
  server = await startFtpServer(FILES);
  const bytes = await downloader.openBytes(`${server.url}/pub/a.iso`);
  expect(bytes?.size).toBe(CONTENT.length);
  expect((await bytes?.read(131_000, 200))?.equals(CONTENT.subarray(131_000, 131_200))).toBe(true);
  expect((await bytes?.read(299_990, 50))?.equals(CONTENT.subarray(299_990))).toBe(true);
});

it.each([
  ['/pub/none.iso', 'media.not-found'],
  ['/pub/a%0d%0aDELE%20x', 'media.not-found'],
])('refuses %s', async (path, code) => {
  server = await startFtpServer(FILES);
  await expect(downloader.download(`${server.url}${path}`, join(folder, 'x'))).rejects.toMatchObject({
    code,
  });
  expect(server.commands.join()).not.toContain('DELE');
});

it('gives up on a server that is not there', async () => {
  server = await startFtpServer(FILES);
  await server.close();
  await expect(downloader.exists(`${server.url}/pub/a.iso`)).rejects.toMatchObject({
    code: 'media.download',
  });
});

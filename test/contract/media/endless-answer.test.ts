import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Downloader, openDownloader } from '../../../src/media/download.ts';
import { fetchMedia } from '../../../src/media/fetch-media.ts';
import { LARGEST_TEXT } from '../../../src/media/tree/media-tree.ts';
import { startFtpServer } from './ftp-server.ts';
import { type Answer, startWebServer, type WebServer } from './web-server.ts';

const PIECE = Buffer.alloc(2 ** 16, 'kiln ');

let folder: string;
let server: WebServer;
let sent: number;
/** Settles when the client ends the connection. */
let ended: Promise<void>;
let downloader: Downloader;

/** 200 (206 to who asks for a part), without a length and without an end. */
function endless(onClose: () => void): Answer {
  return ({ headers: { range } }, response) => {
    response.on('close', onClose);
    response.writeHead(range ? 206 : 200, range ? { 'content-range': 'bytes 0-0/4000000000' } : {});
    const more = (): void => {
      if (response.destroyed) return;
      sent += PIECE.length;
      response.write(PIECE, more);
    };
    more();
  };
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-endless-'));
  downloader = openDownloader({ partial: join(folder, 'partial') });
  sent = 0;
  let onClose = (): void => {};
  ended = new Promise((resolve) => {
    onClose = resolve;
  });
  server = await startWebServer(endless(onClose));
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

it('a text is read to its limit, and the connection ended there', async () => {
  await expect(downloader.readText(`${server.url}/.treeinfo`)).rejects.toMatchObject({
    code: 'media.download',
    exitCode: 4,
    message: expect.stringMatching(/\/\.treeinfo cannot be fetched: the server sends more than 1\.0 MiB/),
  });
  await ended;
  // What lies in the buffers of both ends comes on top.
  expect(sent).toBeLessThan(LARGEST_TEXT + 32 * 2 ** 20);
  expect(server.requests).toEqual(['GET /.treeinfo']);
});

it('a list of checksums that does not end is refused, and nothing of it stays', async () => {
  const cacheDir = join(folder, 'cache');
  const [from, checksums] = [`${server.url}/x.iso`, `${server.url}/SUMS`];
  await expect(fetchMedia({ kind: 'import', from, checksums }, { cacheDir })).rejects.toMatchObject({
    code: 'media.download',
    exitCode: 4,
    message: expect.stringMatching(/\/SUMS cannot be fetched: the server sends more than 4\.0 MiB/),
  });
  await ended;
  const left = await readdir(cacheDir, { recursive: true, withFileTypes: true });
  expect(left.filter((entry) => entry.isFile() && entry.parentPath.endsWith('partial'))).toEqual([]);
});

it('so is a signature', async () => {
  const [cacheDir, checksums] = [join(folder, 'cache'), join(folder, 'SUMS')];
  await writeFile(checksums, `${'0'.repeat(64)}  x.iso\n`);
  const media = { from: `${server.url}/x.iso`, checksums, signature: `${server.url}/SUMS.gpg` };
  await expect(fetchMedia({ kind: 'import', ...media }, { cacheDir })).rejects.toMatchObject({
    code: 'media.download',
    message: expect.stringMatching(/\/SUMS\.gpg cannot be fetched: the server sends more than 4\.0 MiB/),
  });
});

it('a small file on an FTP server that is larger than allowed is refused', async () => {
  const ftp = await startFtpServer(new Map([['/SUMS', Buffer.alloc(11, 'x')]]));
  try {
    await expect(downloader.readSmall(`${ftp.url}/SUMS`, 10)).rejects.toMatchObject({
      code: 'media.download',
    });
    expect((await downloader.readSmall(`${ftp.url}/SUMS`, 11)).toString()).toBe('x'.repeat(11));
    await expect(downloader.readSmall(`${ftp.url}/none`, 11)).rejects.toMatchObject({
      code: 'media.not-found',
    });
  } finally {
    await ftp.close();
  }
});

it('a text whose length is told to be too large is refused with the same words', async () => {
  await server.close();
  server = await startWebServer((_request, response) => {
    response.writeHead(200, { 'content-length': LARGEST_TEXT + 1 }).write(PIECE);
  });
  await expect(downloader.readText(`${server.url}/.treeinfo`)).rejects.toMatchObject({
    message: expect.stringMatching(/sends more than 1\.0 MiB/),
  });
});

it('a text on an FTP server that is too large is refused with the same words', async () => {
  const ftp = await startFtpServer(new Map([['/t/.treeinfo', Buffer.alloc(LARGEST_TEXT + 1)]]));
  try {
    await expect(downloader.readText(`${ftp.url}/t/.treeinfo`)).rejects.toMatchObject({
      code: 'media.download',
      message: expect.stringMatching(/sends more than 1\.0 MiB/),
    });
  } finally {
    await ftp.close();
  }
});

it('a part of a large file is read as long as it was asked for', async () => {
  await server.close();
  const answer = endless(() => {});
  server = await startWebServer((request, response) =>
    request.method === 'HEAD'
      ? response.writeHead(200, { 'content-length': 4_000_000_000 }).end()
      : answer(request, response),
  );
  const bytes = await downloader.openBytes(`${server.url}/a.iso`);
  expect(bytes?.size).toBe(4_000_000_000);
  await bytes?.close();
});

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/foundation/clock.ts';
import { type DownloadOptions, openDownloader } from '../../../src/media/download.ts';
import { type Answer, serving, startWebServer, type WebServer } from './web-server.ts';

const CONTENT = Buffer.alloc(300_000, 'kiln');
const FILES = new Map([['/a.iso', CONTENT]]);
/** Time that passes at once, so that pauses between attempts cost none. */
const clock = { ...systemClock, sleep: async () => {} };

let folder: string;
let server: WebServer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-download-'));
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

async function fetchWith(answer: Answer, options: Partial<DownloadOptions> = {}): Promise<Buffer> {
  server = await startWebServer(answer);
  const downloader = openDownloader({ partial: join(folder, 'partial'), clock, ...options });
  await downloader.download(`${server.url}/a.iso`, join(folder, 'a.iso'));
  return readFile(join(folder, 'a.iso'));
}

describe('download', () => {
  it('fetches a file, tells how far it is and leaves no part behind', async () => {
    const seen: number[] = [];
    const got = await fetchWith(serving(FILES), {
      onProgress: ({ bytes, total }) => seen.push(bytes, total ?? 0),
    });
    expect(got.equals(CONTENT)).toBe(true);
    expect(seen.at(-1)).toBe(CONTENT.length);
    expect(seen.at(-2)).toBe(CONTENT.length);
    expect(await readdir(join(folder, 'partial'))).toEqual([]);
  });

  it('goes on where a broken connection stopped', async () => {
    let breakOff = (): void => {};
    const got = await fetchWith(
      (request, response) => {
        if (request.headers.range) return serving(FILES)(request, response);
        breakOff = () => response.destroy();
        response.writeHead(200, { 'content-length': CONTENT.length });
        response.write(CONTENT.subarray(0, 100_000));
      },
      { onProgress: () => breakOff() },
    );
    expect(got.equals(CONTENT)).toBe(true);
    expect(server.requests.at(-1)).toMatch(/^GET \/a\.iso bytes=\d+-$/);
  });

  it('starts anew when the server does not do ranges', async () => {
    let first = true;
    const got = await fetchWith((_request, response) => {
      response.writeHead(200, { 'content-length': CONTENT.length });
      if (!first) return response.end(CONTENT);
      first = false;
      return response.write(CONTENT.subarray(0, 1000), () => response.destroy());
    });
    expect(got.equals(CONTENT)).toBe(true);
  });

  it('notices a connection on which nothing comes', async () => {
    let first = true;
    const got = await fetchWith(
      (request, response) => {
        if (!first) return serving(FILES)(request, response);
        first = false;
        response.writeHead(200, { 'content-length': CONTENT.length }).write('k');
      },
      { stallMs: 200 },
    );
    expect(got.equals(CONTENT)).toBe(true);
  });

  it('takes no part for the whole', async () => {
    const got = await fetchWith((request, response) => {
      if (request.headers.range) return serving(FILES)(request, response);
      response.writeHead(206, {
        'content-length': 100,
        'content-range': `bytes 0-99/${CONTENT.length}`,
        etag: `"${CONTENT.length}"`,
      });
      return response.end(CONTENT.subarray(0, 100));
    });
    expect(got.equals(CONTENT)).toBe(true);
  });

  it('begins anew when the file has another length now', async () => {
    const grown = Buffer.concat([CONTENT, Buffer.from('more')]);
    let first = true;
    const got = await fetchWith((request, response) => {
      const start = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0);
      if (first) {
        first = false;
        response.writeHead(200, { 'content-length': CONTENT.length, etag: '"1"' });
        return response.write(CONTENT.subarray(0, 1000), () => response.destroy());
      }
      // As long as what was left, of a file that is longer now.
      const rest = start > 0 ? grown.subarray(start, CONTENT.length) : grown;
      const range = { 'content-range': `bytes ${start}-${CONTENT.length - 1}/${grown.length}` };
      response.writeHead(start > 0 ? 206 : 200, {
        'content-length': rest.length,
        etag: '"1"',
        ...(start > 0 ? range : {}),
      });
      return response.end(rest);
    });
    expect(got.equals(grown)).toBe(true);
  });

  it('tries again when the server is busy, and gives up in the end', async () => {
    const busy: Answer = (_request, response) => {
      response.writeHead(503).end();
    };
    await expect(fetchWith(busy, { attempts: 3 })).rejects.toMatchObject({ code: 'media.download' });
    expect(server.requests).toHaveLength(3);
  });

  it('does not try again what the server refuses', async () => {
    await expect(fetchWith(serving(new Map()))).rejects.toMatchObject({
      code: 'media.not-found',
      details: { status: 404 },
    });
    expect(server.requests).toHaveLength(1);
  });

  it('ends when it is told to', async () => {
    const stop = new AbortController();
    const hang: Answer = (_request, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('k');
      stop.abort();
    };
    await expect(fetchWith(hang, { signal: stop.signal })).rejects.toThrow();
    expect(server.requests).toHaveLength(1);
  });
});

describe('a URL with credentials', () => {
  it('sends them to its own origin alone', async () => {
    const seen: (string | undefined)[] = [];
    const other = await startWebServer((request, response) => {
      seen.push(request.headers.authorization);
      serving(FILES)(request, response);
    });
    server = await startWebServer((request, response) => {
      seen.push(request.headers.authorization);
      const location = request.url?.startsWith('/a.iso') ? '/b.iso' : `${other.url}/a.iso`;
      response.writeHead(302, { location }).end();
    });
    try {
      const url = `${server.url.replace('://', '://us%40er:p%C3%A4w@')}/a.iso?tok=s`;
      await openDownloader({ partial: folder, clock }).download(url, join(folder, 'a.iso'));
      const login = `Basic ${Buffer.from('us@er:päw').toString('base64')}`;
      expect(seen).toEqual([login, login, undefined]);
      expect(server.requests[0]).toBe('GET /a.iso?tok=s');
    } finally {
      await other.close();
    }
  });

  it('keeps them out of messages', async () => {
    server = await startWebServer(serving(new Map()));
    const url = `${server.url.replace('://', '://user:pw@')}/a.iso?tok=s`;
    const failing = openDownloader({ partial: folder, clock }).download(url, join(folder, 'a.iso'));
    await expect(failing).rejects.toMatchObject({
      code: 'media.not-found',
      message: expect.not.stringMatching(/user|pw|tok/),
    });
  });
});

describe('what another attempt would not change', () => {
  it.each([
    ['another scheme', 'ftp://host/x', 1],
    ['a malformed address', 'http://[', 1],
    ['itself', '/a.iso', 21],
  ])('is not tried again: redirect to %s', async (_what, location, requests) => {
    const redirect: Answer = (_request, response) => {
      response.writeHead(302, { location }).end();
    };
    await expect(fetchWith(redirect)).rejects.toMatchObject({ code: 'media.download' });
    expect(server.requests).toHaveLength(requests);
  });

  it('is not tried again: a range refused that was not asked for', async () => {
    const refuse: Answer = (_request, response) => {
      response.writeHead(416).end();
    };
    await expect(fetchWith(refuse)).rejects.toMatchObject({ code: 'media.download' });
    expect(server.requests).toHaveLength(1);
  });
});

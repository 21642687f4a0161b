import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cleanBuilds } from '../../../src/build/clean-builds.ts';
import type { CliIo } from '../../../src/cli/cli-io.ts';
import { runPruneCache } from '../../../src/cli/media-cache-command.ts';
import { silentLogger } from '../../../src/foundation/logger.ts';
import { newOwnFolder } from '../../../src/foundation/own-folder.ts';
import { cacheUsers, withCacheLease } from '../../../src/media/cache-lease.ts';
import { openMediaCache } from '../../../src/media/media-cache.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-lease-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const cache = (): string => join(folder, 'cache');
const make = (content: string) =>
  openMediaCache(cache()).make(`url ${content}`, async (path) => {
    writeFileSync(path, content);
    return undefined;
  });

/** From a state folder that knows of no build. */
const cleanAll = (dryRun = false) =>
  cleanBuilds({
    places: { cache: cache(), state: join(folder, 'other-state'), runtime: join(folder, 'run') },
    env: {},
    all: true,
    dryRun,
  });

async function prune(maxSize: string): Promise<string> {
  let text = '';
  const out = { write: (part: string) => (text += part) };
  await runPruneCache({ maxSize }, { env: { KILN_CACHE_DIR: cache() }, out } as unknown as CliIo);
  return text;
}

describe('a cache that is in use', () => {
  it.each([false, true])(
    'is kept by a clean-up of another state folder, which says who uses it',
    async (dry) => {
      const { path } = await make('medium');
      await withCacheLease(cache(), 'build 4f0c2a91', async () => {
        const why = `build 4f0c2a91 is running as process ${process.pid} and may read its media there`;
        expect(await cleanAll(dry)).toMatchObject({ removed: [], kept: [{ what: cache(), why }] });
        expect(existsSync(path)).toBe(true);
      });
      expect(await cacheUsers(cache())).toEqual([]);
      await cleanAll();
      expect(existsSync(cache())).toBe(false);
    },
  );

  it('keeps of a pruning what was asked for since, whoever prunes', async () => {
    const [old, used] = [await make('old'), await make('used')];
    const since = new Date(Date.now() + 60_000);
    expect(await prune('1GiB')).toContain('0 items');
    await withCacheLease(cache(), 'build 4f0c2a91', () => prune('0'), { since });
    expect([existsSync(old.path), existsSync(used.path)]).toEqual([false, false]);
    const again = await make('again');
    const told = await withCacheLease(cache(), 'build 4f0c2a91', async () => {
      expect((await openMediaCache(cache()).findContent(again.sha256))?.path).toBe(again.path);
      return prune('0');
    });
    expect(told).toContain(`in use by build 4f0c2a91 (process ${process.pid})`);
    expect(existsSync(again.path)).toBe(true);
  });

  it('is used no more by a process that is gone', async () => {
    const { path } = await make('medium');
    const leases = join(cache(), 'media', 'leases');
    mkdirSync(leases);
    const live = await newOwnFolder(leases, 'build 4f0c2a91.');
    mkdirSync(live.replace(/91\.\d+-\d+/, '91.1-1'));
    rmSync(live, { recursive: true });
    expect(await cacheUsers(cache())).toEqual([]);
    await cleanAll();
    expect(existsSync(path)).toBe(false);
  });
});

it('a command that downloads uses the cache as well, until it has ended', async () => {
  const { fetchMedia } = await import('../../../src/media/fetch-media.ts');
  const { startWebServer } = await import('./web-server.ts');
  let kept: unknown;
  const server = await startWebServer((request, response) => {
    const answer = async (): Promise<void> => {
      if (request.method === 'GET') kept = (await cleanAll()).kept;
      response.end('content');
    };
    void answer();
  });
  try {
    await fetchMedia(
      { kind: 'import', from: `${server.url}/x.iso` },
      { cacheDir: cache(), arch: 'x86_64', offline: false, logger: silentLogger },
    );
  } finally {
    await server.close();
  }
  expect(kept).toMatchObject([{ why: expect.stringContaining('kiln media fetch is running') }]);
  expect(readdirSync(join(cache(), 'media', 'leases'))).toEqual([]);
});

it('work goes on where nothing can be noted in the cache', async () => {
  writeFileSync(cache(), 'a file');
  const warnings: string[] = [];
  const logger = { ...silentLogger, warn: (message: string) => warnings.push(message) };
  expect(await withCacheLease(join(cache(), 'below'), 'build x', async () => 1, { logger })).toBe(1);
  expect(warnings).toEqual([expect.stringContaining('Nothing tells others')]);
});

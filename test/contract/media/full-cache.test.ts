import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../src/foundation/logger.ts';
import { probeCacheIn } from '../../../src/foundation/probe-cache.ts';
import { writeFile } from '../../../src/foundation/write-file.ts';
import { openMediaCache } from '../../../src/media/media-cache.ts';
import { completePartial } from '../../../src/media/partial-file.ts';
import { fillUp, mayMount, mountSmall } from '../disk/small-mount.ts';

/** A page of memory. */
const ROOM_FOR_LOCK = 4096;
const MAY_MOUNT = await mayMount();

describe.runIf(MAY_MOUNT)('in a cache that is full', () => {
  let folder: string;
  let unmount: (() => Promise<void>) | undefined;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kiln-full-cache-'));
    unmount = await mountSmall(folder);
    for (const name of ['objects', 'index', 'locks', 'partial']) await openMediaCache(folder).folder(name);
    fillUp(folder);
  });
  afterEach(async () => {
    await unmount?.();
    rmSync(folder, { recursive: true });
  });

  const files = (): string[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);

  const NO_SPACE = { code: 'ENOSPC' };

  it('no file of a medium stays', async () => {
    const making = openMediaCache(folder).make('a medium', async () => undefined);
    await expect(making).rejects.toMatchObject(NO_SPACE);
    expect(files()).toEqual(['ballast']);
  });

  it('no draft of what is remembered stays', async () => {
    const medium = join(folder, 'ballast');
    await expect(openMediaCache(folder).digestOf(medium)).rejects.toMatchObject(NO_SPACE);
    await probeCacheIn(folder, silentLogger).write('accelerator', 'key', 'x'.repeat(9000));
    expect(files()).toEqual(['ballast']);
  });

  it('no beginning of a download stays that has nothing in it', async () => {
    const target = join(folder, 'medium.iso');
    const url = 'http://host.invalid/medium.iso';
    const ballast = join(folder, 'ballast');
    truncateSync(ballast, statSync(ballast).size - ROOM_FOR_LOCK);
    const download = completePartial(join(folder, 'partial'), url, target, undefined, async (part) => {
      await part.begin({ version: 'x'.repeat(9000) });
      await writeFile(part.path, 'content');
    });
    await expect(download).rejects.toMatchObject(NO_SPACE);
    expect(files()).toEqual(['ballast']);
  });
});

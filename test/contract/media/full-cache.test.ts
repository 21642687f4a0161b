import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../src/foundation/logger.ts';
import { probeCacheIn } from '../../../src/foundation/probe-cache.ts';
import { asKilnError } from '../../../src/foundation/system-error.ts';
import { writeFile } from '../../../src/foundation/write-file.ts';
import { openDownloader } from '../../../src/media/download.ts';
import { openIsoImage } from '../../../src/media/iso9660/iso-image.ts';
import { openMediaCache } from '../../../src/media/media-cache.ts';
import { completePartial } from '../../../src/media/partial-file.ts';
import { appendToInitrd } from '../../../src/seed/append-to-initrd.ts';
import { fillUp, mayMount, mountSmall } from '../disk/small-mount.ts';
import { startFtpServer } from './ftp-server.ts';
import { makeIso } from './make-iso.ts';
import { serving, startWebServer } from './web-server.ts';

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

  it.each(['http', 'ftp'])('the file that a download over %s could not write is named', async (scheme) => {
    const files = new Map([['/a.iso', Buffer.alloc(2 ** 20, 'kiln')]]);
    const server = await (scheme === 'ftp' ? startFtpServer(files) : startWebServer(serving(files)));
    const ballast = join(folder, 'ballast');
    truncateSync(ballast, statSync(ballast).size - 16 * ROOM_FOR_LOCK);
    try {
      const downloader = openDownloader({ partial: join(folder, 'partial') });
      const failure = await downloader
        .download(`${server.url}/a.iso`, join(folder, 'a.iso'))
        .catch(asKilnError);
      expect(failure).toMatchObject({
        code: 'host.no-space',
        message: expect.stringContaining(`${join(folder, 'partial')}/`),
      });
    } finally {
      await server.close();
    }
  });

  it('so is the target of a file taken out of an ISO image', async () => {
    const path = `${folder}.iso`;
    const target = join(folder, 'vmlinuz');
    await makeIso(path, { 'casper/vmlinuz': 'x'.repeat(100_000) });
    const image = await openIsoImage(path);
    try {
      const record = await image.find('casper/vmlinuz');
      if (record === undefined) throw new Error('the image lacks its file');
      await expect(image.extract(record, target)).rejects.toMatchObject({ ...NO_SPACE, path: target });
    } finally {
      await image.close();
      rmSync(path);
    }
  });

  it('so is the initrd that a script is put into', async () => {
    const initrd = `${folder}.initrd`;
    const target = join(folder, 'initrd');
    writeFileSync(initrd, Buffer.alloc(100_000));
    try {
      await expect(appendToInitrd(initrd, [], target)).rejects.toMatchObject({ ...NO_SPACE, path: target });
    } finally {
      rmSync(initrd);
    }
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

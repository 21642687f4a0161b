import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MediaKind, MediaSource, ResolvedMedia } from '../../../src/media/install-media.ts';
import { type ResolveOptions, resolveMedia } from '../../../src/media/resolve-media.ts';
import { makeIso } from './make-iso.ts';
import { serving, startWebServer, type WebServer } from './web-server.ts';

const TREEINFO = [
  '[general]',
  'family = Kiln Test Linux',
  'version = 1.0',
  'arch = x86_64',
  '[images-x86_64]',
  'kernel = images/pxeboot/vmlinuz',
  'initrd = images/pxeboot/initrd.img',
].join('\n');
const TREE = {
  '.treeinfo': TREEINFO,
  'images/pxeboot/vmlinuz': 'kernel\0',
  'images/pxeboot/initrd.img': 'initrd\0',
};

let folder: string;
let iso: string;
let server: WebServer | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-resolve-'));
  iso = join(folder, 'test.iso');
  await makeIso(
    iso,
    { ...TREE, 'boot.img': Buffer.alloc(2048) },
    { biosImage: 'boot.img', label: 'KILNTEST' },
  );
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await rm(folder, { recursive: true, force: true });
});

const source = (kind: MediaKind, from: string, more: Partial<MediaSource> = {}): MediaSource => ({
  kind,
  from,
  ...more,
});

function resolve(
  sources: readonly MediaSource[],
  options: Partial<ResolveOptions> = {},
): Promise<ResolvedMedia> {
  return resolveMedia(sources, { cacheDir: join(folder, 'cache'), ...options });
}

const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');

describe('resolveMedia: files of this machine', () => {
  it('a CD-ROM image, with its digest and what it is', async () => {
    const media = await resolve([source('cdrom', iso)]);
    expect(media).toMatchObject({
      kind: 'cdrom',
      isoPath: iso,
      source: 'test.iso',
      facts: { osId: 'kiln-test', volumeLabel: 'KILNTEST', boots: { bios: true, uefi: false } },
      files: [{ role: 'iso', name: 'test.iso', sha256: sha256(await readFile(iso)) }],
    });
  });

  it('kernel and initrd out of an ISO, taken from the cache the second time', async () => {
    const media = await resolve([source('location', iso)]);
    if (media.kind !== 'location') throw new Error(media.kind);
    expect(await readFile(media.kernelPath, 'utf8')).toBe('kernel\0');
    expect(await readFile(media.initrdPath, 'utf8')).toBe('initrd\0');
    expect(media.isoPath).toBe(iso);
    expect(media.files.map(({ role }) => role)).toEqual(['iso', 'kernel', 'initrd']);
    expect(await resolve([source('location', iso)])).toEqual(media);
  });

  it('an install tree in a folder', async () => {
    const tree = join(folder, 'tree');
    await mkdir(join(tree, 'images/pxeboot'), { recursive: true });
    for (const [name, content] of Object.entries(TREE)) await writeFile(join(tree, name), content);
    const media = await resolve([source('location', tree)]);
    expect(media).toMatchObject({ tree: { kind: 'directory', path: tree }, source: 'tree' });
    await rm(join(tree, 'images/pxeboot/vmlinuz'));
    await symlink('/etc/passwd', join(tree, 'images/pxeboot/vmlinuz'));
    await expect(resolve([source('location', tree)])).rejects.toMatchObject({ code: 'media.unsafe-path' });
  });

  it('a finished disk image, as it is', async () => {
    await writeFile(join(folder, 'disk.qcow2'), 'QFI');
    const media = await resolve([source('import', join(folder, 'disk.qcow2'))]);
    expect(media).toMatchObject({
      kind: 'import',
      diskPath: join(folder, 'disk.qcow2'),
      facts: { osId: undefined },
    });
  });

  it('no path of this machine in what the manifest gets', async () => {
    const { source: named, files } = await resolve([source('location', iso)]);
    expect(JSON.stringify([named, files])).not.toContain(folder);
  });
});

describe('resolveMedia: pins', () => {
  it('accepts the file that is pinned', async () => {
    const digest = createHash('sha512')
      .update(await readFile(iso))
      .digest('hex');
    await expect(
      resolve([source('cdrom', iso, { pin: { algorithm: 'sha512', digest } })]),
    ).resolves.toBeDefined();
  });

  it('refuses another, and does not go on to the next candidate', async () => {
    const pin = { algorithm: 'sha256', digest: '0'.repeat(64) } as const;
    await expect(resolve([source('cdrom', iso, { pin }), source('cdrom', iso)])).rejects.toMatchObject({
      code: 'media.checksum',
      details: { expected: pin.digest, got: sha256(await readFile(iso)) },
    });
  });
});

describe('resolveMedia: over HTTP', () => {
  it('an ISO, fetched once, then from the cache without the network', async () => {
    server = await startWebServer(serving(new Map([['/t.iso', await readFile(iso)]])));
    const named = [source('cdrom', `${server.url}/t.iso?token=secret`)];
    const media = await resolve(named);
    expect(media.source).toBe(`${server.url}/t.iso`);
    expect(await resolve(named)).toEqual(media);
    expect(server.requests.filter((request) => request.startsWith('GET'))).toHaveLength(1);
    const before = server.requests.length;
    expect(await resolve(named, { offline: true })).toEqual(media);
    expect(server.requests).toHaveLength(before);
  });

  it('an ISO again when the server has another', async () => {
    const files = new Map([['/t.iso', await readFile(iso)]]);
    server = await startWebServer(serving(files));
    const first = await resolve([source('cdrom', `${server.url}/t.iso`)]);
    files.set('/t.iso', Buffer.concat([await readFile(iso), Buffer.alloc(2048)]));
    const second = await resolve([source('cdrom', `${server.url}/t.iso`)]);
    expect(second.files[0]?.sha256).not.toBe(first.files[0]?.sha256);
  });

  it('the cached ISO when the server is gone', async () => {
    const gone = await startWebServer(serving(new Map([['/t.iso', await readFile(iso)]])));
    const named = [source('cdrom', `${gone.url}/t.iso`)];
    const media = await resolve(named);
    await gone.close();
    expect(await resolve(named)).toEqual(media);
  }, 30_000);

  it('an install tree', async () => {
    const files = Object.entries(TREE).map(([name, text]) => [`/tree/${name}`, Buffer.from(text)] as const);
    server = await startWebServer(serving(new Map(files)));
    const media = await resolve([source('location', `${server.url}/tree`)]);
    expect(media).toMatchObject({ kind: 'location', tree: { kind: 'url', url: `${server.url}/tree` } });
    if (media.kind === 'location') expect(await readFile(media.kernelPath, 'utf8')).toBe('kernel\0');
  });

  it('nothing in offline mode', async () => {
    await expect(
      resolve([source('cdrom', 'http://127.0.0.1:9/x.iso')], { offline: true }),
    ).rejects.toMatchObject({
      code: 'media.offline',
    });
  });
});

describe('resolveMedia: candidates', () => {
  it('takes the first that works and tells which it passed over', async () => {
    const passed: string[] = [];
    const media = await resolve([source('cdrom', join(folder, 'none.iso')), source('cdrom', iso)], {
      onPassedOver: ({ from }, why) => passed.push(`${from}: ${why}`),
    });
    expect(media.source).toBe('test.iso');
    expect(passed).toHaveLength(1);
    expect(passed[0]).toContain('none.iso');
  });

  it('takes one that is here before one that would be fetched, and says so', async () => {
    const told: string[] = [];
    const media = await resolve([source('cdrom', 'http://127.0.0.1:9/x.iso'), source('cdrom', iso)], {
      onProgress: ({ detail }) => told.push(detail),
    });
    expect(media.source).toBe('test.iso');
    expect(told).toEqual([`${iso} is here already; http://127.0.0.1:9/x.iso not asked`]);
  });

  it('asks for news of one that was fetched before, as when it is named alone', async () => {
    const files = new Map([['/t.iso', await readFile(iso)]]);
    server = await startWebServer(serving(files));
    const url = `${server.url}/t.iso`;
    const named = [source('cdrom', 'http://127.0.0.1:9/x.iso'), source('cdrom', url)];
    const first = await resolve([source('cdrom', url)]);
    const asked = (): string[] => server?.requests.splice(0) ?? [];
    asked();
    expect(await resolve(named)).toEqual(first);
    expect(asked()).toEqual(['HEAD /t.iso']);
    await resolve(named, { offline: true });
    expect(asked()).toEqual([]);
    files.set('/t.iso', Buffer.concat([await readFile(iso), Buffer.alloc(2048)]));
    expect((await resolve(named)).files[0]?.sha256).not.toBe(first.files[0]?.sha256);
    files.delete('/t.iso');
    const passed: string[] = [];
    const media = await resolve([source('cdrom', url), source('cdrom', iso)], {
      onPassedOver: ({ from }) => passed.push(from),
    });
    expect([media.source, passed]).toEqual(['test.iso', [url]]);
  });

  it('asks nobody for one that is pinned and was fetched before', async () => {
    const content = await readFile(iso);
    server = await startWebServer(serving(new Map([['/t.iso', content]])));
    const pin = { algorithm: 'sha256', digest: sha256(content) } as const;
    const pinned = source('cdrom', `${server.url}/t.iso`, { pin });
    await resolve([pinned]);
    server.requests.length = 0;
    await resolve([source('cdrom', 'http://127.0.0.1:9/x.iso'), pinned]);
    expect(server.requests).toEqual([]);
  });

  it('takes one that was fetched before when its server is gone', async () => {
    const gone = await startWebServer(serving(new Map([['/t.iso', await readFile(iso)]])));
    const named = [source('cdrom', `${gone.url}/t.iso`), source('cdrom', iso)];
    const media = await resolve(named.slice(0, 1));
    await gone.close();
    expect(await resolve(named)).toEqual(media);
  }, 30_000);

  it('keeps credentials and tokens out of what it tells and of the cache', async () => {
    server = await startWebServer(serving(new Map([['/t.iso', await readFile(iso)]])));
    const url = (name: string): string => `${server?.url.replace('://', '://user:hush@')}/${name}?tok=hush`;
    const passed: string[] = [];
    const media = await resolve([source('cdrom', url('none.iso')), source('cdrom', url('t.iso'))], {
      onPassedOver: ({ from }, why) => passed.push(from, why),
    });
    const index = join(folder, 'cache', 'media', 'index');
    const kept = await Promise.all((await readdir(index)).map((name) => readFile(join(index, name), 'utf8')));
    expect(passed).toHaveLength(2);
    expect(kept.length).toBeGreaterThan(0);
    expect(JSON.stringify([passed, kept, media])).not.toContain('hush');
  });

  it('names every reason when none works', async () => {
    const failure = await resolve([
      source('cdrom', join(folder, 'none.iso')),
      source('cdrom', 'debian-offline:nosuch'),
    ]).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'media.none-usable' });
    const { reasons } = (failure as { details: { reasons: { source: string }[] } }).details;
    expect(reasons.map((reason) => reason.source)).toEqual([
      join(folder, 'none.iso'),
      'debian-offline:nosuch',
    ]);
  });

  it('reports a single one as it is', async () => {
    await expect(resolve([source('cdrom', join(folder, 'none.iso'))])).rejects.toMatchObject({
      code: 'media.not-found',
    });
    await expect(resolve([])).rejects.toMatchObject({ code: 'media.none-usable' });
  });

  it.each([
    ['cdrom', '.', 'media.not-iso'],
    ['cdrom', 'data.iso', 'media.not-bootable'],
    ['location', 'data.iso', 'media.no-kernel'],
    ['import', 'empty.img', 'media.empty'],
    ['cdrom', 'smb://host/x.iso', 'media.unsupported'],
    ['location', 'debian-offline:nosuch', 'media.unavailable'],
  ] as const)('%s %s: %s', async (kind, name, code) => {
    await makeIso(join(folder, 'data.iso'), { 'readme.txt': 'x' });
    await writeFile(join(folder, 'empty.img'), '');
    const from = name.includes(':') ? name : join(folder, name);
    await expect(resolve([source(kind, from)])).rejects.toMatchObject({ code });
  });

  it('names a download that is no ISO by its address, without what that hides', async () => {
    const page = Buffer.from('<!DOCTYPE html><title>Not here</title>');
    server = await startWebServer(serving(new Map([['/x.iso', page]])));
    const address = `${server.url.replace('//', '//me:hush@')}/x.iso?token=hush`;
    await expect(resolve([source('cdrom', address)])).rejects.toMatchObject({
      code: 'media.not-iso',
      message: expect.stringMatching(`^${server.url}/x.iso is not an ISO 9660 image: it is a web page`),
    });
  });

  it('ends as cancelled when it is', async () => {
    const signal = AbortSignal.abort();
    await expect(resolve([source('cdrom', 'http://127.0.0.1:9/x.iso')], { signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});

import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../../src/foundation/clock.ts';
import { KilnError } from '../../../src/foundation/errors.ts';
import { fileBytes } from '../../../src/media/byte-source.ts';
import { openDownloader } from '../../../src/media/download.ts';
import { inspectMedia } from '../../../src/media/inspect-media.ts';
import type { MediaSource } from '../../../src/media/install-media.ts';
import { resolveMedia } from '../../../src/media/resolve-media.ts';
import { makeIso } from './make-iso.ts';
import { type Answer, serving, startWebServer, type WebServer } from './web-server.ts';

const treeinfo = (changes: Record<string, string> = {}): string => {
  const { arch = 'x86_64', kernel = 'images/pxeboot/vmlinuz', sum = '' } = changes;
  return `[general]\nfamily = Fedora\nversion = 43\narch = ${arch}\n\n[images-${arch}]\nkernel = ${kernel}\ninitrd = initrd.img\n${sum}`;
};
const tree = (info: string): Map<string, Buffer> =>
  new Map(
    Object.entries({ '.treeinfo': info, 'images/pxeboot/vmlinuz': 'kernel\0', 'initrd.img': 'initrd\0' }).map(
      ([name, text]) => [`/os/${name}`, Buffer.from(text)],
    ),
  );

let folder: string;
let server: WebServer | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-bad-media-'));
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await rm(folder, { recursive: true, force: true });
});

/** What a build would say before anything starts. */
async function refused(source: MediaSource): Promise<KilnError> {
  const error = await resolveMedia([source], { cacheDir: join(folder, 'cache'), arch: 'x86_64' }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof KilnError)) throw new Error(`not refused with an error of Kiln: ${String(error)}`);
  expect(error.exitCode).toBe(4);
  return error;
}

async function refusedTree(files: ReadonlyMap<string, Buffer>): Promise<KilnError> {
  server = await startWebServer(serving(files));
  return refused({ kind: 'location', from: `${server.url}/os` });
}

/** The same with pauses that cost no time. */
async function refusedDownload(answer: Answer, stallMs = 5000): Promise<unknown> {
  server = await startWebServer(answer);
  const clock = { ...systemClock, sleep: async () => {} };
  const downloader = openDownloader({ partial: join(folder, 'partial'), clock, stallMs, attempts: 2 });
  return downloader.download(`${server.url}/x.iso`, join(folder, 'x.iso')).then(
    () => undefined,
    (error: unknown) => error,
  );
}

it('a page that says "not found" instead of a kernel', async () => {
  const files = tree(treeinfo()).set('/os/images/pxeboot/vmlinuz', Buffer.from('<html>404 Not Found</html>'));
  const error = await refusedTree(files);
  expect(error.code).toBe('media.not-a-boot-file');
  expect(error.message).toContain('404 Not Found');
});

/** A server that sends one page for whatever it does not have, and says that all is well. */
const withPage =
  (files: ReadonlyMap<string, Buffer>, page: string): Answer =>
  (request, response) =>
    files.has(request.url ?? '') ? serving(files)(request, response) : void response.writeHead(200).end(page);

it.each(['<!DOCTYPE html>\n<title>Welcome</title>', '<?xml version="1.0"?>\n<html lang="en"></html>'])(
  'a server that answers everything with a page: %s',
  async (page) => {
    server = await startWebServer(withPage(new Map(), page));
    const expected = {
      code: 'media.no-kernel',
      message: expect.stringMatching(
        /is no install tree: .* the server sends a web page that begins with "</,
      ),
    };
    expect(await refused({ kind: 'location', from: `${server.url}/` })).toMatchObject(expected);
    await expect(inspectMedia(`${server.url}/`, { cacheDir: join(folder, 'cache') })).rejects.toMatchObject(
      expected,
    );
  },
);

it('a page for what a server does not have hides no tree that is there', async () => {
  const boot = ['/os/images/pxeboot/vmlinuz', '/os/images/pxeboot/initrd.img'];
  const files = new Map(boot.map((path) => [path, Buffer.from('boot\0')]));
  server = await startWebServer(withPage(files, '<html>not found</html>'));
  const found = await inspectMedia(`${server.url}/os`, { cacheDir: join(folder, 'cache') });
  expect(found.bootFiles.map(({ path }) => path)).toEqual([
    'images/pxeboot/vmlinuz',
    'images/pxeboot/initrd.img',
  ]);
  expect(found.family).toBeUndefined();
});

it('a kernel that is not the one .treeinfo lists, with the line', async () => {
  const sum = `[checksums]\nimages/pxeboot/vmlinuz = sha256:${'0'.repeat(64)}\n`;
  expect(await refusedTree(tree(treeinfo({ sum })))).toMatchObject({
    code: 'media.checksum',
    message: expect.stringContaining('.treeinfo:10'),
  });
});

it('paths in .treeinfo that lead out of the media, with the line', async () => {
  expect(await refusedTree(tree(treeinfo({ kernel: '../../boot/vmlinuz' })))).toMatchObject({
    code: 'media.unsafe-path',
    message: expect.stringContaining('.treeinfo:7'),
  });
});

it('media of another architecture', async () => {
  expect(await refusedTree(tree(treeinfo({ arch: 'aarch64' })))).toMatchObject({
    code: 'media.wrong-arch',
    details: { arch: 'aarch64', wanted: 'x86_64' },
  });
  const iso = join(folder, 'arm.iso');
  const info = 'Debian GNU/Linux 13.1.0 "Trixie" - Official arm64 NETINST 20250906-10:22';
  await makeIso(iso, { '.disk/info': info, 'boot.img': Buffer.alloc(2048) }, { efiImage: 'boot.img' });
  expect((await refused({ kind: 'cdrom', from: iso })).code).toBe('media.wrong-arch');
});

it('an ISO that is a disk image, a page, or cut off', async () => {
  const path = join(folder, 'x.iso');
  const disk = Buffer.alloc(200_000);
  disk.write('QFI\xfb', 'latin1');
  await writeFile(path, disk);
  expect(await refused({ kind: 'cdrom', from: path })).toMatchObject({
    code: 'media.not-iso',
    details: { kind: 'a qcow2 disk image' },
  });
  await writeFile(path, '<!DOCTYPE html><title>Sign in</title>');
  expect((await refused({ kind: 'cdrom', from: path })).message).toContain('web page');
  await makeIso(
    path,
    { 'big.bin': Buffer.alloc(2 ** 20), 'boot.img': Buffer.alloc(2048) },
    { biosImage: 'boot.img' },
  );
  await writeFile(path, (await readFile(path)).subarray(0, 2 ** 19));
  expect((await refused({ kind: 'cdrom', from: path })).code).toBe('media.truncated');
});

it.each([
  ['a pipe', (path: string) => execFileSync('mkfifo', [path]), 'media.not-a-file', 'is a pipe, not a file'],
  ['a link to itself', (path: string) => symlink(path, path), 'media.not-a-file', 'go round in a circle'],
  [
    'a link to nothing',
    (path: string) => symlink('none', path),
    'media.not-a-file',
    'is a link to what is not there',
  ],
  [
    'a link to a device',
    (path: string) => symlink('/dev/zero', path),
    'media.unsafe-path',
    'leads out of the folder',
  ],
  [
    'a link out of the tree',
    (path: string) => symlink('/etc/shadow', path),
    'media.unsafe-path',
    'leads out of the folder',
  ],
])('a kernel in a folder that is %s: told as that', async (_what, make, code, why) => {
  const kernel = join(folder, 'images/pxeboot/vmlinuz');
  await mkdir(dirname(kernel), { recursive: true });
  await writeFile(join(dirname(kernel), 'initrd.img'), Buffer.alloc(1000));
  await make(kernel);
  for (const wanted of [{}, { kernel: 'images/pxeboot/vmlinuz', initrd: 'images/pxeboot/initrd.img' }])
    expect(await refused({ kind: 'location', from: folder, ...wanted })).toMatchObject({
      code,
      exitCode: 4,
      message: expect.stringMatching(new RegExp(`^images/pxeboot/vmlinuz of .*${why}`)),
    });
});

it('a pipe, a device, a folder, links in a circle: told, and never waited for', async () => {
  const [pipe, circle] = [join(folder, 'pipe'), join(folder, 'circle')];
  execFileSync('mkfifo', [pipe]);
  await symlink(circle, circle);
  for (const kind of ['cdrom', 'location', 'import'] as const) {
    expect(await refused({ kind, from: pipe })).toMatchObject({
      code: 'media.not-a-file',
      message: expect.stringContaining('is a pipe'),
    });
    expect((await refused({ kind, from: '/dev/zero' })).message).toContain('is a device');
    expect((await refused({ kind, from: circle })).message).toContain('symbolic links go round in a circle');
  }
  expect((await refused({ kind: 'import', from: folder })).message).toContain('name the disk image in it');
  expect((await refused({ kind: 'cdrom', from: folder })).message).toContain('--location');
  await expect(fileBytes(join(folder, 'x'.repeat(300)))).rejects.toThrow('a name that is too long');
  await expect(inspectMedia(pipe, { cacheDir: join(folder, 'cache') })).rejects.toMatchObject({
    code: 'media.not-a-file',
  });
});

it('a download that always ends early, or says more than it sends', async () => {
  const short: Answer = (_request, response) => {
    response.writeHead(200, { 'content-length': 1000 });
    response.write('only this', () => response.destroy());
  };
  expect(await refusedDownload(short)).toMatchObject({
    code: 'media.download',
    exitCode: 4,
    message: expect.stringMatching(/the server closed the connection before .*what has arrived is kept\.$/),
  });
});

it('a server that sends nothing of use: why, and that nothing is kept', async () => {
  const busy: Answer = (_request, response) => {
    response.writeHead(503).end();
  };
  const other: Answer = (request) => request.socket.end('220 this is no web server\r\n');
  expect(await refusedDownload(busy)).toMatchObject({
    message: expect.stringMatching(
      /HTTP 503, 2 times\. Check the network and the address, then try again\.$/,
    ),
  });
  await server?.close();
  expect(await refusedDownload(other)).toMatchObject({
    code: 'media.download',
    message: expect.stringContaining("the server's answer is not HTTP"),
  });
});

it('a server that stalls', async () => {
  const silent: Answer = (_request, response) => {
    response.writeHead(200, { 'content-length': 1000 }).write('k');
  };
  expect(await refusedDownload(silent, 200)).toMatchObject({
    code: 'media.download',
    message: expect.stringMatching(/(only 1 B came in|nothing came for) 0\.2 s/),
  });
});

it('a server that says nothing', async () => {
  expect(await refusedDownload(() => undefined, 200)).toMatchObject({
    code: 'media.download',
    message: expect.stringContaining('nothing came for 0.2 s'),
  });
});

it('a server that drips', async () => {
  const dripping: Answer = (request, response) => {
    response.writeHead(200, { 'content-length': 100_000 });
    const drip = setInterval(() => response.write('k'), 20);
    request.on('close', () => clearInterval(drip));
  };
  expect(await refusedDownload(dripping, 300)).toMatchObject({
    code: 'media.download',
    message: expect.stringMatching(/only \d+ B came in 0.3 s/),
  });
});

it('a server that redirects in circles', async () => {
  const circle: Answer = (request, response) => {
    response.writeHead(302, { location: request.url === '/x.iso' ? '/y.iso' : '/x.iso' }).end();
  };
  expect(await refusedDownload(circle)).toMatchObject({
    code: 'media.download',
    message: expect.stringContaining('redirects more than'),
  });
});

it('a file that is replaced while it is fetched is begun anew, not patched together', async () => {
  const [old, young] = [Buffer.alloc(1000, 'o'), Buffer.alloc(1000, 'y')];
  let first = true;
  server = await startWebServer((request, response) => {
    if (first) {
      first = false;
      response.writeHead(200, { 'content-length': 1000, etag: '"old"' });
      response.write(old.subarray(0, 500), () => response.destroy());
      return;
    }
    // A server that ignores If-Range, as some do.
    const start = Number(/\d+/.exec(request.headers.range ?? '0')?.[0]);
    const status = start > 0 ? 206 : 200;
    response.writeHead(status, {
      'content-length': 1000 - start,
      etag: '"young"',
      ...(start > 0 ? { 'content-range': `bytes ${start}-999/1000` } : {}),
    });
    response.end(young.subarray(start));
  });
  const clock = { ...systemClock, sleep: async () => {} };
  const target = join(folder, 'x.iso');
  await openDownloader({ partial: join(folder, 'partial'), clock }).download(`${server.url}/x.iso`, target);
  expect((await readFile(target)).equals(young)).toBe(true);
});

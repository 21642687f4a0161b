import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inspectionText } from '../../../src/cli/inspect-media-command.ts';
import { inspectMedia } from '../../../src/media/inspect-media.ts';
import { startFtpServer } from './ftp-server.ts';
import { type IsoOptions, makeIso } from './make-iso.ts';
import { serving, startWebServer, type WebServer } from './web-server.ts';

const KERNEL = Buffer.from([0, 1, 2, 3]);
const INITRD = Buffer.from([31, 139, 8, 0]);
const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
const treeinfo = (kernelSum = sha256(KERNEL), kernel = 'images/pxeboot/vmlinuz'): string =>
  `[general]
family = Rocky Linux
version = 9.4
arch = x86_64

[images-x86_64]
kernel = ${kernel}
initrd = images/pxeboot/initrd.img

[checksums]
images/pxeboot/vmlinuz = sha256:${kernelSum}
images/pxeboot/initrd.img = md5:00
`;
const files = (text = treeinfo()): Record<string, string | Buffer> => ({
  '.treeinfo': text,
  'images/pxeboot/vmlinuz': KERNEL,
  'images/pxeboot/initrd.img': INITRD,
  // So large that reading all of it would show.
  'Packages/large.rpm': Buffer.alloc(8 * 2 ** 20),
});

let folder: string;
let server: WebServer | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-inspect-test-'));
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await rm(folder, { recursive: true, force: true });
});

const inspect = (from: string, offline = false) =>
  inspectMedia(from, { cacheDir: join(folder, 'cache'), offline });
async function iso(content: Record<string, string | Buffer>, options: IsoOptions = {}): Promise<string> {
  const path = join(folder, 'x.iso');
  await makeIso(path, { 'boot.img': Buffer.alloc(2048), ...content }, { biosImage: 'boot.img', ...options });
  return path;
}

describe('kiln media inspect', () => {
  it('refuses a folder that is no medium at all', async () => {
    await expect(inspect(folder)).rejects.toMatchObject({
      code: 'media.no-kernel',
      exitCode: 4,
      message: expect.stringMatching(/is no install tree\. One has .*install\.amd\/ \(Debian\).* Name /),
    });
  });

  it('names what lies in such a folder and could be meant', async () => {
    const path = await iso({});
    await mkdir(join(folder, 'unpacked/install.amd'), { recursive: true });
    for (const name of ['vmlinuz', 'initrd.gz'])
      await writeFile(join(folder, 'unpacked/install.amd', name), 'a boot file\0');
    await mkdir(join(folder, 'other'));
    await expect(inspect(folder)).rejects.toMatchObject({
      message: expect.stringContaining(`Name what is in it: ${folder}/unpacked, ${path}.`),
    });
  });

  it('tells an address that is not there from one without an installer', async () => {
    server = await startWebServer(serving(new Map([['/os', Buffer.from('a folder')]])));
    await expect(inspect(`${server.url}/nope`)).rejects.toMatchObject({ code: 'media.not-found' });
    await expect(inspect(`${server.url}/os`)).rejects.toMatchObject({ code: 'media.no-kernel' });
  });

  it('tells all about an ISO, with checksums it has checked', async () => {
    const found = await inspect(await iso(files(), { label: 'Rocky-9-4-x86_64-dvd', efiImage: 'boot.img' }));
    expect(found).toMatchObject({
      kind: 'iso',
      osId: 'rocky9',
      title: 'Rocky Linux 9',
      version: '9.4',
      arch: 'x86_64',
      family: 'anaconda',
      volumeLabel: 'Rocky-9-4-x86_64-dvd',
      boots: { bios: true, uefi: true },
      isIpxe: false,
      bootFiles: [
        {
          role: 'kernel',
          path: 'images/pxeboot/vmlinuz',
          sizeBytes: 4,
          sha256: sha256(KERNEL),
          listed: { algorithm: 'sha256', digest: sha256(KERNEL), where: '.treeinfo:11' },
          matches: true,
        },
        { role: 'initrd', sha256: sha256(INITRD) },
      ],
      kernelArguments: ['inst.stage2=hd:LABEL=Rocky-9-4-x86_64-dvd'],
      problems: [],
    });
    expect(found.why).toEqual([
      '.treeinfo names Rocky Linux 9.4',
      'its volume label is Rocky-9-4-x86_64-dvd',
    ]);
  });

  it('reads of an ISO on a server only what it needs', async () => {
    const content = await readFile(await iso(files()));
    let sent = 0;
    server = await startWebServer((request, response) => {
      const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
      const part = content.subarray(Number(from ?? 0), Number(to ?? content.length) + 1);
      if (request.method === 'HEAD')
        return response.writeHead(200, { 'content-length': content.length }).end();
      sent += part.length;
      return response
        .writeHead(206, {
          'content-range': `bytes ${from}-${to}/${content.length}`,
          'content-length': part.length,
        })
        .end(part);
    });
    const found = await inspect(`${server.url}/x.iso`);
    expect(found).toMatchObject({ kind: 'iso', osId: 'rocky9', sizeBytes: content.length });
    expect(sent).toBeLessThan(2 ** 20);
  });

  it('fetches an ISO whose server gives no parts, and knows it offline then', async () => {
    const content = await readFile(await iso(files()));
    server = await startWebServer((request, response) => {
      response.writeHead(200, { 'content-length': content.length, etag: '"1"' });
      response.end(request.method === 'HEAD' ? undefined : content);
    });
    const url = `${server.url}/x.iso`;
    expect((await inspect(url)).osId).toBe('rocky9');
    const before = server.requests.length;
    expect((await inspect(url, true)).osId).toBe('rocky9');
    expect(server.requests).toHaveLength(before);
  });

  it('looks at trees on web servers, FTP servers and in folders alike', async () => {
    const tree = new Map(Object.entries(files()).map(([name, text]) => [`/os/${name}`, Buffer.from(text)]));
    server = await startWebServer(serving(tree));
    const ftp = await startFtpServer(tree);
    try {
      for (const url of [`${server.url}/os`, `${ftp.url}/os/`]) {
        const found = await inspect(url);
        expect(found).toMatchObject({ kind: 'tree', osId: 'rocky9', problems: [] });
        expect(found.bootFiles[0]?.listed?.where).toBe('.treeinfo:11');
        const text = inspectionText(found, (label) => label);
        expect(text).toMatch(/^Kernel .* as \.treeinfo:11 lists, not checked$/m);
        expect(text).toMatch(/^Initrd .*initrd\.img, not checked$/m);
      }
    } finally {
      await ftp.close();
    }
    await expect(inspect(`${server.url}/os`, true)).rejects.toMatchObject({ code: 'media.offline' });
  });

  it('says what is wrong', async () => {
    const found = await inspect(await iso(files(treeinfo('00'.repeat(32)))));
    expect(found.bootFiles[0]?.matches).toBe(false);
    expect(found.problems).toEqual(['images/pxeboot/vmlinuz is not the file that .treeinfo:11 lists.']);
  });

  it('knows iPXE, and SUSE and Ubuntu by their own files', async () => {
    expect(await inspect(await iso({ 'ipxe.lkrn': KERNEL }))).toMatchObject({ isIpxe: true, problems: [] });
    const suse = {
      'media.1/products': '/ openSUSE-Leap 15.6-1\n',
      'boot/x86_64/loader/linux': KERNEL,
      'boot/x86_64/loader/initrd': INITRD,
    };
    expect(await inspect(await iso(suse))).toMatchObject({ osId: 'opensuse15.6', family: 'autoyast' });
    const focal = {
      '.disk/info': 'Ubuntu-Server 20.04.6 LTS "Focal Fossa" - Release amd64 (20230314)',
      'casper/vmlinuz': KERNEL,
      'casper/initrd': INITRD,
    };
    expect(await inspect(await iso(focal))).toMatchObject({ osId: 'ubuntu20.04', family: 'subiquity' });
  });

  it('refuses what is no ISO, a page instead of a kernel, and paths that lead out', async () => {
    const disk = join(folder, 'disk.iso');
    await writeFile(disk, Buffer.concat([Buffer.from('QFI\xfb', 'latin1'), Buffer.alloc(200_000)]));
    await expect(inspect(disk)).rejects.toMatchObject({
      code: 'media.not-iso',
      message: expect.stringContaining('qcow2'),
    });
    const page = { ...files(), 'images/pxeboot/vmlinuz': '<html><body>404 Not Found' };
    await expect(inspect(await iso(page))).rejects.toMatchObject({ code: 'media.not-a-boot-file' });
    const out = files(treeinfo(undefined, '../../etc/shadow'));
    await expect(inspect(await iso(out))).rejects.toMatchObject({
      code: 'media.unsafe-path',
      details: { path: '../../etc/shadow', where: '.treeinfo:7' },
    });
  });
});

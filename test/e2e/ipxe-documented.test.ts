import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firstOf, folderContent, type ServedContent } from '../../src/http-server/served-content.ts';
import { runIpxe } from '../../src/ipxe/run-ipxe.ts';
import { openIsoImage } from '../../src/media/iso9660/iso-image.ts';
import { type CompiledCli, compileCli } from '../support/compiled-cli.ts';
import { type IpxeScene, ipxeScene, PROBE_CACHE, type WatchedServer } from '../support/ipxe-scene.ts';
import { speakingKernel } from '../support/kernel-images.ts';

/** The examples of docs/ipxe.md, typed into a shell as they stand there, but for the address and the stick's device; then booted. */
const page = readFileSync(new URL('../../docs/ipxe.md', import.meta.url), 'utf8');

/** The blocks of one section in one language, in their order. */
function blocks(section: string, language: string): readonly string[] {
  const text = page.split(/^#+ /m).find((part) => part.startsWith(`${section}\n`)) ?? '';
  const found = [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)];
  return found.filter(([, kind]) => kind === language).map(([, , block = '']) => block);
}

const example = (section: string, index = 0, language = 'sh'): string => {
  const block = blocks(section, language)[index];
  if (block === undefined) throw new Error(`docs/ipxe.md has no example ${index} in "${section}"`);
  return block;
};

const ADDRESS = 'http://boot.example/';
let cli: CompiledCli;
let scene: IpxeScene;

beforeAll(async () => {
  [cli, scene] = await Promise.all([compileCli(), ipxeScene(['bios', 'uefi'])]);
  mkdirSync(join(cli.folder, 'bin'));
  writeFileSync(join(cli.folder, 'bin/kiln'), `#!/bin/sh\nexec ${process.execPath} ${cli.main} "$@"\n`, {
    mode: 0o755,
  });
});
afterAll(async () => {
  await scene?.remove();
  await cli?.remove();
});

const newFolder = (): string => mkdtempSync(join(scene.folder, 'example-'));

const started = (script: string, cwd: string) =>
  spawn('sh', ['-eu', '-c', script], {
    cwd,
    env: {
      PATH: `${join(cli.folder, 'bin')}:${process.env.PATH}`,
      HOME: cli.folder,
      KILN_CACHE_DIR: PROBE_CACHE,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

async function type(script: string, cwd: string): Promise<{ readonly code: number; readonly text: string }> {
  const child = started(script, cwd);
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
  const [code] = (await once(child, 'close')) as [number];
  return { code, text };
}

/** Serves what an example exports, and stand-in kernels for what is not there. */
async function server(folder: string): Promise<WatchedServer> {
  const kernel = speakingKernel();
  const standIns: ServedContent = ({ path }) =>
    /vmlinuz$|linux$|initrd(\.gz)?$/.test(path) ? { kind: 'bytes', content: kernel } : undefined;
  mkdirSync(join(folder, 'menus'));
  return scene.serve(firstOf(folderContent(join(folder, 'menus')), standIns));
}

const here = (text: string, { guestUrl }: WatchedServer): string => text.replaceAll(ADDRESS, guestUrl);

describe('Make a stick', () => {
  it('writes an ISO that boots from the stick and fetches the menus, by BIOS and UEFI', async () => {
    const folder = newFolder();
    const made = await type(example('Make a stick').replace('/dev/sdX', 'stick.img'), folder);
    expect(made.code, made.text).toBe(0);
    expect(statSync(join(folder, 'boot.iso')).size).toBeLessThan(3_000_000);
    for (const firmware of ['bios', 'uefi'] as const) {
      const fetching = /^KILN-IPXE fetching http:\/\/boot\.example\/menu\.ipxe/;
      const { lines } = await runIpxe({
        host: scene.host,
        iso: join(folder, 'stick.img'),
        as: 'stick',
        firmware,
        deadlineMs: 240_000,
        until: (line) => fetching.test(line),
      });
      expect(lines.join('\n'), firmware).toMatch(/^KILN-IPXE network 10\.0\.2\.15/m);
      expect(
        lines.some((line) => fetching.test(line)),
        lines.at(-1),
      ).toBe(true);
    }
  });

  it('takes a static network without asking for an address', async () => {
    const folder = newFolder();
    const made = await type(example('Make a stick', 1), folder);
    expect(made.code, made.text).toBe(0);
    const isFetching = (line: string): boolean => line.startsWith('KILN-IPXE fetching');
    const { lines } = await runIpxe({
      host: scene.host,
      iso: join(folder, 'boot.iso'),
      firmware: 'bios',
      network: 'silent',
      deadlineMs: 120_000,
      until: isFetching,
    });
    expect(lines.join('\n')).toContain('KILN-IPXE network 192.0.2.10');
    // What comes before the machine is taken down is heard, too.
    expect(lines.find(isFetching)).toContain('http://192.0.2.80/menu.ipxe');
  });
});

describe('Host your own menus', () => {
  it('exports them, and a script of one machine installs that machine unattended', async () => {
    const folder = newFolder();
    const menus = await server(folder);
    const exported = await type(here(example('Host your own menus'), menus), folder);
    expect(exported.code, exported.text).toBe(0);
    mkdirSync(join(folder, 'hosts'));
    writeFileSync(join(folder, 'hosts/MAC-525400123456.ipxe'), example('Host your own menus', 0, 'ipxe'));
    const withHosts = await type(here(example('Host your own menus', 2), menus), folder);
    expect(withHosts.code, withHosts.text).toBe(0);
    const { text } = await scene.boot({ chain: [`${menus.guestUrl}menu.ipxe`] }, /KERNEL .*|failed/, {
      macAddress: '52:54:00:12:34:56',
    });
    expect(text).toMatch(/KERNEL initrd .*url=http:\S+\/scripts\/debian-13\.preseed/);
    expect(menus.requests).toEqual(expect.arrayContaining(['200 hosts/MAC-525400123456.ipxe']));
    const copied = await type(example('Host your own menus', 3), folder);
    expect(copied.code, copied.text).toBe(0);
    expect(readdirSync(join(folder, 'menus/tools'))).toEqual(['memtest64.bin', 'memtest64.efi']);
  });

  it('serves them until it is interrupted', async () => {
    const child = started(`exec ${example('Host your own menus', 1).replace('8080', '0')}`, newFolder());
    const ended = once(child, 'close');
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    expect(line).toMatch(/^Serving http:\/\/127\.0\.0\.1:\d+\/menu\.ipxe/);
    child.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
  });
});

it('Add a custom entry: it is in the menus and starts its kernel', async () => {
  const folder = newFolder();
  const menus = await server(folder);
  mkdirSync(join(folder, 'lab'));
  writeFileSync(join(folder, 'lab/menu.yaml'), here(example('Add a custom entry', 0, 'yaml'), menus));
  const exported = await type(here(example('Add a custom entry'), menus), folder);
  expect(exported.code, exported.text).toBe(0);
  const settings = { kiln_os: 'custom', kiln_entry: 'rescue' };
  const { text } = await scene.boot({ chain: [`${menus.guestUrl}menu.ipxe`], settings }, /KERNEL .*|failed/);
  expect(text).toContain('KERNEL initrd initrd=initrd console=ttyS0');
});

it('Sign them: good as they are, refused when one was changed, and said so where iPXE cannot verify', async () => {
  const folder = newFolder();
  const signed = await type(example('Sign them'), folder);
  expect(signed.code, signed.text).toBe(0);
  expect(readdirSync(join(folder, 'menus'))).toEqual(expect.arrayContaining(['menu.ipxe', 'menu.ipxe.sig']));
  writeFileSync(join(folder, 'menus/menu.ipxe'), '#!ipxe\nshell\n');
  const served = await type('kiln ipxe serve --folder menus --verify-ca ca.pem', folder);
  expect(served).toMatchObject({ code: 2, text: expect.stringContaining('[ipxe.tampered]') });
  const made = await type(`kiln ipxe iso -o boot.iso --firmware bios --verify --chain ${ADDRESS}`, folder);
  expect(made.code, made.text).toBe(0);
  const can = scene.tools.capabilities.bios?.commands.includes('imgverify') === true;
  expect(made.text.includes('has no imgverify')).toBe(!can);
});

it("Sign them: a program of one's own goes onto the ISO, and is asked", async () => {
  const folder = newFolder();
  // What follows the last byte is no matter to the program, and makes it another one.
  const script = example('Sign them', 1).replace(/^(cp .*)$/m, '$1\nprintf own >> own/ipxe.lkrn');
  const { code, text } = await type(script, folder);
  expect(code, text).toBe(0);
  const iso = await openIsoImage(join(folder, 'boot.iso'));
  const record = await iso.find('ipxe.lkrn');
  const onIso = record?.kind === 'file' ? await iso.read(record, 2 ** 22) : undefined;
  await iso.close();
  expect(onIso?.equals(readFileSync(join(folder, 'own/ipxe.lkrn')))).toBe(true);
});

it('Check a script: a real iPXE names what it does not know', async () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'boot.ipxe'), '#!ipxe\ndhcp\nchain http://boot.example/menu.ipxe\n');
  expect(await type(example('Check a script'), folder)).toMatchObject({
    code: 0,
    text: expect.stringContaining('no fault found'),
  });
  writeFileSync(join(folder, 'boot.ipxe'), '#!ipxe\nfrobnicate\ngoto nowhere\n');
  const { code, text } = await type(example('Check a script'), folder);
  expect(code).toBe(2);
  expect(text).toMatch(/boot\.ipxe:2: .*frobnicate[\s\S]*boot\.ipxe:3: .*nowhere/);
});

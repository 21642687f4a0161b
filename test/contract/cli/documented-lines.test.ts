import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shellWords } from '../../../src/install-script/shell-words.ts';
import { PROJECT_DIR } from '../../support/build-sandbox.ts';
import { type CompiledCli, compileCli, type Ended } from '../../support/compiled-cli.ts';
import { makeIso } from '../media/make-iso.ts';
import { serving, startWebServer, type WebServer } from '../media/web-server.ts';

/**
 * What the pages about media and install scripts show is run, with stand-ins for the media and servers they name. A documented `kiln build`
 * is run as `kiln plan`, which takes the same words and decides the same things before anything starts.
 */
const KERNEL = Buffer.from([0, 1, 2, 3]);
const INITRD = Buffer.from([31, 139, 8, 0]);
const treeinfo = (family: string, version: string): string =>
  `[general]\nfamily = ${family}\nversion = ${version}\narch = x86_64\n\n[images-x86_64]\nkernel = images/pxeboot/vmlinuz\n` +
  'initrd = images/pxeboot/initrd.img\n';
const tree = (family: string, version: string): Record<string, string | Buffer> => ({
  '.treeinfo': treeinfo(family, version),
  'images/pxeboot/vmlinuz': KERNEL,
  'images/pxeboot/initrd.img': INITRD,
});
const KICKSTART = `text
lang en_US.UTF-8
keyboard us
install
timezone Etc/UTC
rootpw --lock
zerombr
cdrom
ignoredisk --only-use=sda
clearpart --all --initlabel
autopart
bootloader --append="console=tty0 console=ttyS0,115200n8"
network --bootproto=dhcp --device=link
poweroff
%post --erroronfail
{{completion_marker_command}}
%end
`;

let cli: CompiledCli;
let server: WebServer;

beforeAll(async () => {
  cli = await compileCli();
  const iso = join(cli.folder, 'dvd.iso');
  const boots = { label: 'Rocky-9-4-x86_64-dvd', biosImage: 'boot.img' };
  await makeIso(iso, { 'boot.img': Buffer.alloc(2048), ...tree('Rocky Linux', '9.4') }, boots);
  const served = Object.entries(tree('Fedora', '43')).map(
    ([name, content]) => [`/fedora/43/os/${name}`, Buffer.from(content)] as const,
  );
  server = await startWebServer(
    serving(new Map([...served, ['/rocky/9.4/isos/x86_64/Rocky-9.4-x86_64-dvd.iso', await readFile(iso)]])),
  );
});
afterAll(async () => {
  await server?.close();
  await cli?.remove();
});

type Block = { readonly language: string; readonly text: string };

/** Fenced blocks of a page. */
async function blocksOf(page: string): Promise<readonly Block[]> {
  const text = await readFile(join(PROJECT_DIR, 'docs', page), 'utf8');
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', body = '']) => ({
    language,
    text: body,
  }));
}

async function linesOf(page: string): Promise<readonly string[]> {
  const blocks = await blocksOf(page);
  return blocks
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.split('\n'))
    .filter((line) => line.startsWith('kiln '));
}

const put = (name: string, text: string): Promise<void> => writeFile(join(cli.folder, name), text);

function run(line: string, verb?: string): Promise<Ended> {
  const here = line.replace(/https?:\/\/(mirror\.example|example\.org)/g, server.url);
  const [, first = '', ...words] = shellWords(here) ?? [];
  return cli.run([verb ?? first, ...words]);
}

/** A plan looks at media of this machine: any installer will do that is none of another system. */
async function planLine(line: string): Promise<Ended> {
  const names = ['images/pxeboot/vmlinuz', 'images/pxeboot/initrd.img', 'live/vmlinuz', 'live/initrd.img'];
  const installer = Object.fromEntries(names.map((path) => [path, KERNEL]));
  for (const [, name = ''] of line.matchAll(/ \.\/(\S+\.(?:iso|qcow2))/g))
    await makeIso(join(cli.folder, name), installer, { biosImage: 'images/pxeboot/vmlinuz' });
  return run(line, 'plan');
}

describe('install-scripts.md', () => {
  it('its builds can be planned, its own script among them', async () => {
    const own = (await blocksOf('install-scripts.md')).find(({ text }) => text.startsWith('#!'));
    await put('install.sh', own?.text ?? '');
    await put('change.sh', own?.text ?? '');
    await put('my.ks', await readFile(join(PROJECT_DIR, 'install_scripts/kickstart/debian-13.ks'), 'utf8'));
    const lines = await linesOf('install-scripts.md');
    expect(lines.length).toBeGreaterThanOrEqual(5);
    for (const line of lines) expect(await planLine(line), line).toMatchObject({ code: 0 });
  });
});

describe('catalogue.md', () => {
  it('its lines can be planned', async () => {
    const lines = await linesOf('catalogue.md');
    expect(lines.length).toBeGreaterThanOrEqual(3);
    for (const line of lines) expect(await planLine(line), line).toMatchObject({ code: 0 });
  });
});

describe('lint.md', () => {
  it('its lines find what the page shows', async () => {
    await put('server.ks', KICKSTART);
    await put(
      'preseed.cfg',
      await readFile(join(PROJECT_DIR, 'install_scripts/preseed/debian-13.preseed'), 'utf8'),
    );
    const [bad = '', ...good] = await linesOf('lint.md');
    const shown = (await blocksOf('lint.md')).find(({ language }) => language === '');
    expect(await run(bad)).toMatchObject({ code: 2, stdout: shown?.text });
    for (const line of good) expect(await run(line), line).toMatchObject({ code: 0 });
  });
});

describe('media.md', () => {
  it('the template it shows is one', async () => {
    const block = (await blocksOf('media.md')).find(({ language }) => language === 'yaml');
    await put('rocky.yaml', `name: rocky\nbase: rocky-9\n${block?.text}`);
    expect(await cli.run(['plan', 'rocky.yaml'])).toMatchObject({ code: 0 });
  });

  it('inspecting an ISO says what it shows', async () => {
    const shown = (await blocksOf('media.md')).find(({ text }) => text.startsWith('$ kiln'));
    const [command = '', ...lines] = (shown?.text ?? '').trimEnd().split('\n');
    const { stdout } = await run(command.replace('$ ', ''), 'media');
    const said = stdout.replaceAll(server.url, 'https://example.org').split('\n');
    for (const line of lines.filter((one) => one !== '...')) expect(said).toContain(line);
  });

  it('the small images it makes of a tree and of an ISO are there afterwards', async () => {
    await mkdir(join(cli.folder, 'out'), { recursive: true });
    await put('my.ks', KICKSTART.replace('{{completion_marker_command}}', 'true'));
    // The first line assembles Debian's ISO, which the end-to-end tests do.
    const [, ...lines] = (await linesOf('media.md')).filter((line) => line.includes(' bootstrap '));
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      expect(await run(line), line).toMatchObject({ code: 0 });
      const name = / -o (\S+)/.exec(line)?.[1] ?? '';
      expect((await readFile(join(cli.folder, name))).length).toBeGreaterThan(100_000);
    }
  });
});

describe('os.md', () => {
  /** The program's own folder of data, copied so that it can be added to. */
  async function own(folder: string): Promise<string> {
    const path = join(cli.folder, folder);
    await rm(path);
    await cp(join(PROJECT_DIR, folder), path, { recursive: true });
    return path;
  }

  it('a distribution is added as data alone', async () => {
    const [table, templates] = [await own('os-table'), await own('vm-templates')];
    const oracle = JSON.parse(await readFile(join(table, 'oracle.json'), 'utf8'));
    const row = {
      id: 'demo9',
      template: 'demo-9',
      title: 'Demo Linux 9',
      version: '9',
      released: '2026-01-01',
    };
    const demo = {
      ...oracle,
      distribution: 'Demo Linux',
      names: ['^demo linux'],
      idPrefix: 'demo',
      generic: [],
      systems: [{ ...row, aliases: ['demo'], cpuLevel: 'x86-64' }],
    };
    await writeFile(join(table, 'demo.json'), JSON.stringify(demo));
    await writeFile(join(templates, 'demo-9.yaml'), 'base: _jeos-kickstart\nname: demo-9\nos: demo9\n');
    expect((await cli.run(['os', 'list'])).stdout).toMatch(/^demo9 +Demo Linux 9/m);

    const folder = join(cli.folder, 'demo');
    for (const [name, content] of Object.entries(tree('Demo Linux', '9'))) {
      await mkdir(join(folder, name, '..'), { recursive: true });
      await writeFile(join(folder, name), content);
    }
    expect((await cli.run(['media', 'inspect', folder])).stdout).toContain('Demo Linux 9 (demo9)');
    expect(await cli.run(['lint', 'demo-9'])).toMatchObject({ code: 0 });
    const planned = await cli.run(['plan', 'demo-9', '--location', folder, '--json']);
    expect(planned.code, planned.stderr).toBe(0);
    expect(planned.stdout).toContain('inst.ks=file:/ks.cfg');
    await put('own.ks', `# kiln: os=demo\n${KICKSTART.replace('install\n', '').replace('=sda', '=vda')}`);
    expect((await cli.run(['plan', 'own.ks', '--location', folder, '--json'])).stdout).toContain('demo9');
  });
});

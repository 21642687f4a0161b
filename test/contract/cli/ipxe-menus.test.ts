import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../../src/foundation/logger.ts';
import { probeCacheIn } from '../../../src/foundation/probe-cache.ts';
import { PROBE_SCRIPT } from '../../../src/ipxe/capabilities.ts';
import { type CompiledCli, compileCli, type Ended } from '../../support/compiled-cli.ts';
import { makeSigner } from '../../support/signing-keys.ts';

/** docs/ipxe.md's examples that need no guest, and what goes wrong with them, through the command line. */
let cli: CompiledCli;
let folder: string;

beforeAll(async () => {
  cli = await compileCli();
});
afterAll(() => cli.remove());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-menus-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const kiln = (...args: string[]): Promise<Ended> => cli.run(['ipxe', ...args]);
const target = (): string => join(folder, 'menus');
const exportTo = (...more: string[]): Promise<Ended> =>
  kiln('menu', 'export', target(), '--url', 'http://boot.example/', ...more);

function custom(files: Readonly<Record<string, string>>): string {
  const path = join(folder, 'custom');
  mkdirSync(path, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}

async function authority(name: string): Promise<{ key: string; certificate: string }> {
  const [key, certificate] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  await makeSigner(folder, name);
  return { key, certificate };
}

describe('kiln ipxe menu export', () => {
  it('writes menus whose scripts are sound, and replaces them as a whole', async () => {
    expect(await exportTo()).toMatchObject({ code: 0, stderr: '' });
    expect(readdirSync(target())).toEqual(
      expect.arrayContaining([
        'boot.cfg',
        'debian.ipxe',
        'kiln-menus.json',
        'menu.ipxe',
        'scripts',
        'version.ipxe',
      ]),
    );
    expect(readFileSync(join(target(), 'scripts', 'debian-13.preseed'), 'utf8')).toContain('d-i partman');
    // Debian's own netboot files have no kickseed.
    expect(readdirSync(join(target(), 'scripts')).filter((name) => /debian.*\.ks$/.test(name))).toEqual([]);
    for (const name of readdirSync(target()).filter((one) => one.endsWith('.ipxe')))
      expect(await kiln('check', '--static', join(target(), name)), name).toMatchObject({ code: 0 });
    expect(await exportTo('--title', 'Second', '--timeout', '5s', '--default', 'debian')).toMatchObject({
      code: 0,
    });
    expect(readFileSync(join(target(), 'menu.ipxe'), 'utf8')).toContain('menu Second ');
    expect(readFileSync(join(target(), 'boot.cfg'), 'utf8')).toMatch(
      /kiln_timeout 5000\n.*kiln_default debian\n/,
    );
    expect(readdirSync(folder)).toEqual(['menus']);
  });

  it('takes mirrors, install scripts, own menus and scripts of single machines', async () => {
    const menus = custom({
      'menu.yaml': [
        'title: Lab',
        'entries:',
        '  - {key: rescue, title: Rescue system, kernel: http://boot.example/vmlinuz, initrd: http://boot.example/initrd, arguments: console=ttyS0}',
        '  - {key: theirs, title: Their menu, chain: http://other.example/menu.ipxe}',
        '  - {key: more, title: More, menu: more.yaml}',
      ].join('\n'),
      'more.yaml': 'entries:\n  - {key: disc, title: A disc, sanboot: http://boot.example/x.iso}\n',
    });
    const hosts = join(folder, 'hosts');
    mkdirSync(hosts);
    writeFileSync(join(hosts, 'MAC-525400123456.ipxe'), '#!ipxe\nset kiln_os debian\n');
    const ended = await exportTo(
      ...['--custom', menus, '--hosts', hosts, '--mirror', 'debian=http://mirror.example/debian'],
      ...['--script-url', 'debian=http://boot.example/p.cfg'],
    );
    expect(ended).toMatchObject({ code: 0 });
    const text = (name: string): string => readFileSync(join(target(), name), 'utf8');
    expect(text('boot.cfg')).toContain('set debian_mirror_host mirror.example\n');
    expect(text('boot.cfg')).toContain('set debian_script http://boot.example/p.cfg\n');
    expect(text('custom.ipxe')).toContain(
      'kernel http://boot.example/vmlinuz initrd=initrd console=ttyS0 || goto failed\ninitrd --name initrd http://boot.example/initrd',
    );
    expect(text('custom.ipxe')).toContain('chain --autofree custom-more.ipxe');
    expect(text('custom-more.ipxe')).toContain('sanboot --no-describe http://boot.example/x.iso');
    expect(text('menu.ipxe')).toContain('hosts/MAC-${mac:hexraw}.ipxe');
    expect(text('hosts/MAC-525400123456.ipxe')).toContain('set kiln_os debian');
  });

  it.each([
    [
      'ipxe.bad-menu',
      {
        'menu.yaml':
          'entries:\n  - {key: a, chain: http://a.example/}\n  - {key: a, chain: http://b.example/}\n',
      },
    ],
    ['ipxe.bad-menu', { 'menu.yaml': 'entries:\n  - {key: a, kernl: http://a.example/}\n' }],
    ['ipxe.bad-menu', { 'menu.yaml': 'entries: [' }],
    ['ipxe.bad-menu', { 'other.yaml': '' }],
    ['ipxe.bad-url', { 'menu.yaml': 'entries:\n  - {key: a, chain: "http://a.example/x y"}\n' }],
    [
      'ipxe.menu-cycle',
      { 'menu.yaml': 'entries: [{key: a, menu: b.yaml}]', 'b.yaml': 'entries: [{key: a, menu: menu.yaml}]' },
    ],
  ])('refuses own menus with %s and writes nothing', async (code, files) => {
    const ended = await exportTo('--custom', custom(files));
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining(`[${code}]`) });
    expect(readdirSync(folder)).toEqual(['custom']);
  });

  it.each([
    ['ipxe.unknown-entry', ['--default', 'debain']],
    ['ipxe.unknown-entry', ['--mirror', 'debain=http://mirror.example/']],
    ['ipxe.bad-url', ['--mirror', 'debian=http://mirror.example/a b']],
    ['options.invalid', ['--sign-key', 'x.pem']],
  ])('refuses with %s: %j', async (code, options) => {
    expect(await exportTo(...options)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`[${code}]`),
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('takes along what was put beside earlier menus: mirrors, the memory test, files among its own', async () => {
    const hosts = join(folder, 'hosts');
    mkdirSync(hosts);
    writeFileSync(join(hosts, 'MAC-525400123456.ipxe'), '#!ipxe\nset kiln_os debian\n');
    expect(await exportTo('--hosts', hosts)).toMatchObject({ code: 0 });
    const own = ['tools/memtest64.bin', 'mirror/debian/dists/Release', 'scripts/mine.cfg', 'hosts/README'];
    for (const name of own) {
      mkdirSync(dirname(join(target(), name)), { recursive: true });
      writeFileSync(join(target(), name), `my ${name}`);
    }
    expect(await exportTo()).toMatchObject({ code: 0 });
    for (const name of own) expect(readFileSync(join(target(), name), 'utf8')).toBe(`my ${name}`);
    expect(readdirSync(join(target(), 'hosts'))).toEqual(['README']);
    expect(readdirSync(folder).sort()).toEqual(['hosts', 'menus']);
  });

  it('refuses folders of the user among the menus, where the next export would remove what is theirs', async () => {
    expect(await exportTo()).toMatchObject({ code: 0 });
    const mine = join(target(), 'hosts', 'MAC-525400123456.ipxe');
    mkdirSync(dirname(mine));
    writeFileSync(mine, '#!ipxe\nset kiln_os debian\n');
    writeFileSync(join(target(), 'menu.yaml'), 'entries: [{key: a, chain: http://a.example/}]\n');
    symlinkSync(target(), join(folder, 'link'));
    for (const options of [
      ['--hosts', dirname(mine)],
      ['--hosts', join(folder, 'link', 'hosts')],
      ['--custom', target()],
    ])
      expect(await exportTo(...options), options[0]).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/^error \[options\.invalid\]: --(hosts|custom) .*menus/),
      });
    expect(await exportTo()).toMatchObject({ code: 0 });
    expect(readFileSync(mine, 'utf8')).toContain('set kiln_os debian');
  });

  it('says which options do not count beside a kept boot.cfg', async () => {
    expect(await exportTo()).toMatchObject({ code: 0 });
    writeFileSync(join(target(), 'boot.cfg'), '# mine\n', { flag: 'a' });
    const again = await exportTo(
      '--keep-edited',
      '--timeout',
      '7s',
      '--mirror',
      'debian=http://deb.example/d',
    );
    expect(again).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/boot\.cfg .*: kiln_timeout, debian_mirror\b/),
    });
    expect(again.stderr).not.toContain('kiln_url');
  });

  it('follows links within a folder of own menus, and the one that is the folder', async () => {
    const menus = custom({ 'real.yaml': 'entries: [{key: a, chain: http://a.example/}]\n' });
    symlinkSync('real.yaml', join(menus, 'menu.yaml'));
    symlinkSync('custom', join(folder, 'link'));
    expect(await exportTo('--custom', join(folder, 'link'))).toMatchObject({ code: 0 });
    expect(readFileSync(join(target(), 'custom.ipxe'), 'utf8')).toContain('http://a.example/');
  });

  it('ends with 130 at Ctrl-C, and everything is as it was before', async () => {
    await authority('ours');
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'openssl'), `#!/bin/sh\n: > ${bin}/runs\nexec sleep 60\n`, { mode: 0o755 });
    expect(await exportTo('--title', 'First')).toMatchObject({ code: 0 });
    const before = readdirSync(target()).sort();
    for (const into of [target(), join(folder, 'new')]) {
      const args = ['ipxe', 'menu', 'export', into, '--url', 'http://boot.example/', '--title', 'Second'];
      const key = ['--sign-key', join(folder, 'ours.key'), '--sign-cert', join(folder, 'ours.pem')];
      const child = spawn(process.execPath, [cli.main, ...args, ...key], {
        env: { PATH: `${bin}:${process.env.PATH}`, HOME: folder },
        stdio: 'ignore',
      });
      const ended = once(child, 'close');
      await vi.waitFor(() => expect(existsSync(join(bin, 'runs'))).toBe(true), { timeout: 40_000 });
      expect(readdirSync(into).join()).toContain('.kiln-export.');
      child.kill('SIGINT');
      expect(await ended).toEqual([130, null]);
      rmSync(join(bin, 'runs'));
    }
    expect(existsSync(join(folder, 'new'))).toBe(false);
    expect(readdirSync(target()).sort()).toEqual(before);
    expect(readFileSync(join(target(), 'menu.ipxe'), 'utf8')).toContain('menu First ');
  });

  it('says that signatures go which the new menus have not', async () => {
    const { key, certificate } = await authority('ours');
    expect((await exportTo('--sign-key', key, '--sign-cert', certificate)).stderr).toBe('');
    expect((await exportTo()).stderr).toContain('their signatures are removed');
    expect((await exportTo()).stderr).toBe('');
  });

  it('tells a folder that is none from one without menus', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const said = async (...args: string[]) => (await kiln(...args)).stderr;
    expect(await said('menu', 'export', file, '--url', 'http://b/')).toContain('is no folder');
    expect(await said('menu', 'verify', file, '--ca', file)).toContain('it is no folder');
    expect(await said('menu', 'verify', join(folder, 'none'), '--ca', file)).toContain('it does not exist');
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('leaves a folder with anything else alone', async () => {
    mkdirSync(target());
    writeFileSync(join(target(), 'mine'), 'mine');
    expect(await exportTo()).toMatchObject({ code: 2, stderr: expect.stringContaining('[ipxe.not-menus]') });
    expect(readdirSync(target())).toEqual(['mine']);
  });
});

describe('signatures', () => {
  it('are made as imgverify reads them, and verified', async () => {
    const [ours, another] = [await authority('ours'), await authority('another')];
    const signed = await exportTo('--sign-key', ours.key, '--sign-cert', ours.certificate);
    expect(signed).toMatchObject({ code: 0, stdout: expect.stringContaining('signed') });
    const verify = (ca: string): Promise<Ended> => kiln('menu', 'verify', target(), '--ca', ca);
    expect(await verify(ours.certificate)).toMatchObject({ code: 0 });
    expect(await verify(another.certificate)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('[ipxe.signed-by-another]'),
    });
    writeFileSync(join(target(), 'boot.cfg'), '#!ipxe\nshell\n');
    expect(await verify(ours.certificate)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('[ipxe.tampered]'),
    });
    rmSync(join(target(), 'menu.ipxe.sig'));
    expect(await verify(ours.certificate)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('[ipxe.unsigned]'),
    });
  });

  it('need a key and a certificate that belong together; nothing is written without', async () => {
    const [ours, another] = [await authority('ours'), await authority('another')];
    const ended = await exportTo('--sign-key', ours.key, '--sign-cert', another.certificate);
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('[ipxe.signing]') });
    expect(readdirSync(folder).filter((name) => name.includes('menus'))).toEqual([]);
  });
});

it.each([
  [['--port', '0x50'], '--port takes a port number, not "0x50"'],
  [['--listen', '127.0.0.1:80'], "the port is --port's"],
  [['--mirror', 'debian=http://m.example/', '--tree', 'debian=.'], '--mirror names another place for debian'],
])('kiln ipxe serve refuses %j', async (options, problem) => {
  expect(await kiln('serve', ...options)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(problem),
  });
});

describe('kiln ipxe iso', () => {
  it.each([
    [
      'ipxe.bad-network',
      ['--chain', 'http://a.example/', '--address', '192.0.2.10/24', '--gateway', '198.51.100.1'],
    ],
    ['ipxe.bad-url', ['--chain', 'http://a.example/x y']],
    ['ipxe.bad-setting', ['--chain', 'http://a.example/', '--set', 'x']],
    ['ipxe.script-unreadable', ['--script', 'missing.ipxe']],
    ['options.invalid', ['--chain', 'http://a.example/', '--script', 'x.ipxe']],
    ['options.invalid', []],
    ['options.invalid', ['--chain', 'http://a.example/', '--vlan', '4095']],
  ])('refuses with %s: %j', async (code, options) => {
    const ended = await kiln('iso', '-o', join(folder, 'x.iso'), ...options);
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining(`[${code}]`) });
    expect(readdirSync(folder)).toEqual([]);
  });
});

it('kiln ipxe iso is not written over its own script', async () => {
  const script = join(folder, 'mine.ipxe');
  writeFileSync(script, '#!ipxe\nshell\n');
  symlinkSync('mine.ipxe', join(folder, 'link.iso'));
  for (const output of ['mine.ipxe', 'link.iso'])
    expect(await kiln('iso', '-o', join(folder, output), '--script', script)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('[output.is-input]'),
    });
  expect(readFileSync(script, 'utf8')).toBe('#!ipxe\nshell\n');
});

it('kiln ipxe iso warns of the faults of a script of your own', async () => {
  const [script, programs] = [join(folder, 'mine.ipxe'), join(folder, 'own')];
  writeFileSync(script, `#!ipxe\n${'goto nowhere\n'.repeat(30)}`);
  mkdirSync(programs);
  writeFileSync(join(programs, 'ipxe.lkrn'), 'a program');
  // What this program would say if it were asked.
  const key = `${createHash('sha256').update('a program').digest('hex')} ${PROBE_SCRIPT}`;
  const can = { version: '1.21', platform: 'pcbios', commands: ['chain'], schemes: [] };
  await probeCacheIn(join(cli.folder, '.cache', 'kiln'), silentLogger).write(
    `ipxe-bios-${key.slice(0, 16)}`,
    key,
    can,
  );
  const given = ['--script', script, '--firmware', 'bios', '--ipxe-dir', programs];
  const ended = await kiln('iso', '-o', join(folder, 'x.iso'), ...given);
  expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('boots bios') });
  expect(ended.stderr).toMatch(/^warning: \S*mine\.ipxe:2: .*"nowhere" is nowhere/);
  expect(ended.stderr).toContain('warning: and 10 more; `kiln ipxe check --json` tells of all');
});

it('kiln ipxe check names every fault with its line', async () => {
  const script = join(folder, 'x.ipxe');
  writeFileSync(script, '#!ipxe\ngoto nowhere\n:a\n:a\n');
  const ended = await kiln('check', '--static', script);
  expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('[ipxe.bad-script]') });
  expect(ended.stderr).toMatch(/x\.ipxe:2: .*nowhere/);
  expect(ended.stderr).toMatch(/x\.ipxe:4: .*already/);
});

it('refuses in a line what is no text, and what is too long to be one', async () => {
  const script = join(folder, 'x.ipxe');
  const exportOf = (menu: string): Promise<Ended> => exportTo('--custom', custom({ 'menu.yaml': menu }));
  writeFileSync(script, Buffer.concat([Buffer.from('#!ipxe\n'), randomBytes(100_000)]));
  for (const [ended, why] of [
    [await kiln('check', '--static', script), 'is no text'],
    [await kiln('iso', '-o', join(folder, 'x.iso'), '--script', script), 'is no text'],
    [await exportOf('x: y\n'.repeat(300_000)), 'is too big'],
    [
      await exportOf(`title: ${'x '.repeat(5000)}"\nentries: [{key: a, chain: http://a.example/}]`),
      'has the title',
    ],
  ] as const) {
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining(why) });
    expect(ended.stderr).toMatch(/^.{0,700}\n$/);
  }
});

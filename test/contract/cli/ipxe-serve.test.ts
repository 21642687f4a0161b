import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CompiledCli, compileCli, runProgram } from '../../support/compiled-cli.ts';

let cli: CompiledCli;
let folder: string;

beforeAll(async () => {
  cli = await compileCli();
});
afterAll(() => cli.remove());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-serve-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('kiln ipxe serve: menus and a mirror on loopback, a line for each request, until it is interrupted', async () => {
  mkdirSync(join(folder, 'tree'));
  writeFileSync(join(folder, 'tree', 'linux'), 'a kernel');
  const args = ['ipxe', 'serve', '--json', '--token', '--tree', `debian=${join(folder, 'tree')}`];
  const child = spawn(process.execPath, [cli.main, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  const lines: Record<string, unknown>[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(JSON.parse(line) as Record<string, unknown>));
  try {
    await vi.waitFor(() => expect(lines[0]).toMatchObject({ type: 'serving' }), { timeout: 40_000 });
    const { url, guestUrl } = lines[0] as { url: string; guestUrl: string };
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\/menu\.ipxe$/);
    const text = async (path: string): Promise<string> => (await fetch(new URL(path, url))).text();
    expect(await text('menu.ipxe')).toMatch(/^#!ipxe\n/);
    expect(await text('boot.cfg')).toContain(`set kiln_url ${guestUrl.replace('menu.ipxe', '')}\n`);
    expect(await text('mirror/debian/linux')).toBe('a kernel');
    await vi.waitFor(() =>
      expect(lines).toContainEqual(
        expect.objectContaining({
          type: 'response',
          path: 'mirror/debian/linux',
          status: 200,
          complete: true,
        }),
      ),
    );
  } finally {
    child.kill('SIGINT');
  }
  expect(await ended).toEqual([0, null]);
});

it('kiln ipxe serve --url --token: the menus name addresses that have the token', async () => {
  const args = ['ipxe', 'serve', '--json', '--token', '--url', 'http://front.example/boot'];
  const child = spawn(process.execPath, [cli.main, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  const lines: { readonly url: string; readonly menusUrl: string }[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(JSON.parse(line) as (typeof lines)[number]));
  try {
    await vi.waitFor(() => expect(lines[0]).toMatchObject({ type: 'serving' }), { timeout: 40_000 });
    const { url = '', menusUrl } = lines[0] ?? {};
    const [token] = /[0-9a-f]{32}/.exec(url) ?? [];
    expect(menusUrl).toBe(`http://front.example/boot/${token}/`);
    const config = await (await fetch(new URL('boot.cfg', url))).text();
    expect(config).toContain(`set kiln_url ${menusUrl}\n`);
    expect(config).toContain('set debian_mirror ${kiln_url}mirror/debian\n');
    expect(config).toContain(`set debian_mirror_path /boot/${token}/mirror/debian\n`);
  } finally {
    child.kill('SIGINT');
  }
  expect(await ended).toEqual([0, null]);
});

/** In a network of its own: nothing of this host's may be listened on. The words are set up before `exec`. */
function serveIn(network: string, ...args: string[]) {
  const script = `ip link set lo up; ${network} exec "$@"`;
  const words = ['--net', 'sh', '-ec', script, 'sh', process.execPath, cli.main, 'ipxe', 'serve', ...args];
  const child = spawn('unshare', words, {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout.on('data', (data: Buffer) => {
    said.out += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    said.err += data.toString();
  });
  /** Asked in that network. */
  const fetched = (url: string): string => {
    const ask = 'fetch(process.argv[1]).then((a) => a.text()).then((text) => process.stdout.write(text))';
    const inside = ['--target', String(child.pid), '--net', process.execPath, '--eval', ask, url];
    return execFileSync('nsenter', inside, { encoding: 'utf8' });
  };
  return { child, said, fetched, ended: once(child, 'close') };
}

const CARD = 'ip link add card type veth peer name far; ip link set card up; ip link set far up;';
const ADDRESS = 'ip addr add 192.0.2.7/24 dev card;';
const ANOTHER = 'ip addr add 198.51.100.7/24 dev far;';

describe.runIf(mayHaveNetworks())('kiln ipxe serve --listen 0.0.0.0', () => {
  it.each([
    ['its only address', `${CARD} ${ADDRESS}`, '0.0.0.0'],
    [
      'the one of the default route',
      `${CARD} ${ANOTHER} ${ADDRESS} ip route add default via 192.0.2.1;`,
      '0.0.0.0',
    ],
    ['its only address, by IPv6 as well', `${CARD} ${ADDRESS}`, '::'],
  ])('names %s, where it answers', async (_, network, listen) => {
    const serving = serveIn(network, '--listen', listen);
    try {
      await vi.waitFor(() => expect(serving.said.out).toContain('Serving'), { timeout: 40_000 });
      const [, url = ''] =
        /^Serving (http:\/\/192\.0\.2\.7:\d+\/)menu\.ipxe \(for QEMU guests/.exec(serving.said.out) ?? [];
      expect(serving.fetched(`${url}boot.cfg`)).toContain(`set kiln_url ${url}\n`);
    } finally {
      serving.child.kill('SIGINT');
    }
    expect(await serving.ended).toEqual([0, null]);
  });

  it('asks for an address where there are several, and where there is none', async () => {
    for (const [network, which] of [
      [`${CARD} ${ADDRESS} ${ANOTHER}`, /has several, .*192\.0\.2\.7.*, and no default route/],
      ['', /has none but loopback/],
    ] as const) {
      const { said, ended } = serveIn(network, '--listen', '0.0.0.0');
      expect(await ended).toEqual([2, null]);
      expect(said).toMatchObject({ out: '', err: expect.stringContaining('--url is missing') });
      expect(said.err).toMatch(which);
    }
  });

  it('speaks of QEMU guests only where they find it', async () => {
    const { said, child, ended } = serveIn(`${CARD} ${ADDRESS}`, '--listen', '192.0.2.7');
    await vi.waitFor(() => expect(said.out).toContain('Serving'), { timeout: 40_000 });
    child.kill('SIGINT');
    await ended;
    expect(said.out).toMatch(/^Serving http:\/\/192\.0\.2\.7:\d+\/menu\.ipxe; Ctrl-C ends it\.\n/);
  });
});

function mayHaveNetworks(): boolean {
  try {
    execFileSync('unshare', ['--net', 'sh', '-ec', CARD], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

it.each([
  [['--folder', 'nothing'], 'ipxe.not-menus', 'nothing'],
  [['--folder', 'keys'], 'ipxe.not-menus', 'keys'],
  [['--verify-ca', 'ca.pem'], 'options.invalid', '--folder'],
  [['--folder', 'keys', '--custom', 'lab', '--title', 'x'], 'options.invalid', '--title, --custom'],
  [['--folder', 'keys', '--token'], 'options.invalid', 'leave it out'],
  [['--custom', 'linked'], 'ipxe.bad-menu', 'linked/menu.yaml is a link that leads out of the folder'],
  [
    ['--hosts', 'linked-hosts'],
    'ipxe.bad-menu',
    'MAC-525400123456.ipxe is a link that leads out of the folder',
  ],
  [['--tree', 'debian=nothing'], 'options.invalid', 'nothing does not exist'],
  [['--tree', 'debian=ca.pem'], 'options.invalid', 'ca.pem is no folder'],
  [['--url', 'http://c.example/menu.ipxe'], 'options.invalid', 'write http://c.example/.'],
  [['--url', 'c.example/x?y=1'], 'options.invalid', 'write http://c.example/x.'],
  [['--url', '//c.example/x'], 'ipxe.bad-url', 'write http://server/path'],
  [['--mirror', 'debian=deb.example/debian'], 'ipxe.bad-url', 'write http://server/path'],
  [['--custom', 'lab/menu.yaml'], 'ipxe.bad-menu', 'is a file; name the folder that has menu.yaml.'],
  [['--hosts', 'ca.pem'], 'ipxe.bad-menu', 'is a file; name the folder that has scripts of single machines.'],
  [['--hosts', 'keys'], 'ipxe.bad-menu', 'keys/ca.key is named after no machine'],
  [['--custom', 'nothing'], 'ipxe.bad-menu', 'does not exist.'],
  [['--custom', 'lab'], 'ipxe.bad-menu', 'Did you mean "kernel"?\n'],
])('kiln ipxe serve %j is refused', async (args, code, problem) => {
  for (const name of ['keys', 'lab']) mkdirSync(join(folder, name));
  for (const name of ['keys/ca.key', 'ca.pem']) writeFileSync(join(folder, name), '');
  for (const [link, target] of [
    ['linked/menu.yaml', '../good.yaml'],
    ['linked-hosts/MAC-525400123456.ipxe', '../good.ipxe'],
  ] as const) {
    mkdirSync(dirname(join(folder, link)));
    symlinkSync(target, join(folder, link));
  }
  writeFileSync(join(folder, 'good.yaml'), 'entries: [{key: a, chain: http://x.example/}]\n');
  writeFileSync(join(folder, 'good.ipxe'), '#!ipxe\n');
  writeFileSync(join(folder, 'lab/menu.yaml'), 'entries:\n  - key: a\n    kernl: http://x/\n');
  const ended = await runProgram(process.execPath, [cli.main, 'ipxe', 'serve', ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: folder, NO_COLOR: '1' },
  });
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr).toContain(`[${code}]`);
  expect(ended.stderr).toContain(problem);
});

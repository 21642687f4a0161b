import { spawn } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CompiledCli, compileCli, runProgram } from '../../support/compiled-cli.ts';
import { makeIso } from '../media/make-iso.ts';

let cli: CompiledCli;
beforeAll(async () => {
  cli = await compileCli();
});
afterAll(() => cli?.remove());

describe('the version', () => {
  test('is the one of package.json', async () => {
    const { version } = JSON.parse(await readFile(join(cli.folder, 'package.json'), 'utf8')) as {
      version: string;
    };
    for (const args of [['--version'], ['-V'], ['--version', 'surplus']]) {
      expect(await cli.run(args)).toEqual({ code: 0, stdout: `kiln ${version}\n`, stderr: '' });
    }
  });

  test('loads nothing but main.js', async () => {
    // The folder without node_modules' packages: anything imported would not be found.
    const lonely = join(cli.folder, 'lonely', 'dist', 'cli');
    await mkdir(lonely, { recursive: true });
    await writeFile(join(lonely, 'main.js'), await readFile(cli.main));
    await writeFile(join(cli.folder, 'lonely', 'package.json'), '{"version":"9.9.9","type":"module"}');
    const ended = await runProgram(process.execPath, [join(lonely, 'main.js'), '--version']);
    expect(ended).toEqual({ code: 0, stdout: 'kiln 9.9.9\n', stderr: '' });
  });
});

test.each([
  [['--help'], 'Commands:'],
  [['build', '--help'], 'Exit codes:'],
  [['builds', 'clean', '--help'], '--dry-run'],
])('%j prints the help on standard output', async (args, expected) => {
  const ended = await cli.run(args);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(ended.stdout).toContain(expected);
});

test.each([
  [['bulid'], 'options.unknown-command', 'Did you mean "build"?'],
  [['build', 'x', '--memroy=1'], 'options.unknown-option', 'Did you mean "--memory"?'],
  [['plan', 'x', '--disk', 'sise=20'], 'spec.invalid', 'size'],
  [['plan', 'x', '--format', 'qcow3'], 'spec.invalid', 'qcow2'],
  [['plan', 'x', '--format', 'qcow2,compresion=zstd'], 'spec.invalid', 'compression'],
  [['plan', 'x', '--memory', 'lots'], 'spec.invalid', '--memory'],
  [['plan', 'x', '--cpu', 'Nehalem,+aes,-aes'], 'spec.invalid', 'aes twice'],
  [['build', 'x', '--root-password', 'pw'], 'options.secret-on-command-line', '--root-password-file'],
  [['builds', 'show', 'nosuch'], 'builds.not-found', 'kiln builds list'],
])('%j ends with 2, %s and a hint', async (args, expected, hint) => {
  // A template that exists, so that what is wrong is the option alone.
  const words = args.map((word) => (word === 'x' ? join(cli.folder, 'x.yaml') : word));
  await writeFile(join(cli.folder, 'x.yaml'), 'name: x\nos: debian13\nmedia:\n  - cdrom: ./none.iso\n');
  const ended = await cli.run(words);
  expect(ended.stderr).toContain(`[${expected}]`);
  expect(ended.stderr).toContain(hint);
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr).not.toMatch(/^\s+at /m);
});

test('what a pipe would hold up is refused, or done without reading it', async () => {
  const pipe = join(cli.folder, 'pipe');
  await runProgram('mkfifo', [pipe]);
  const junit = await cli.run(['build', 'kiln-test', '--junit', pipe]);
  expect(junit).toMatchObject({ code: 2, stderr: expect.stringContaining('is a pipe') });
  const words = ['--name', 'p', '--osinfo', 'debian11', '--import', '--memory', '512', '--print-xml'];
  const printed = await cli.run(['build', '--connect', 'test:///default', ...words, '--disk', pipe]);
  expect(printed).toMatchObject({ code: 0, stdout: expect.stringContaining(pipe) });
  const record = join(cli.folder, '.local/state/kiln/builds/p1pe/record.json');
  await mkdir(dirname(record), { recursive: true });
  await runProgram('mkfifo', [record]);
  const listed = await cli.run(['builds', 'list']);
  await rm(dirname(record), { recursive: true });
  expect(listed).toMatchObject({ code: 0, stdout: expect.stringContaining('p1pe') });
});

test('media that are not there are told at once, --detach or not, and nothing of a build is left', async () => {
  for (const more of [[], ['--detach']]) {
    const ended = await cli.run([
      'build',
      'kiln-test',
      '--cdrom',
      '/nonexist.iso',
      '--virt-type',
      'tcg',
      ...more,
    ]);
    expect(ended.stderr).toContain('[media.not-found]');
    expect(ended.code).toBe(4);
  }
  expect((await cli.run(['builds', 'list', '--json'])).stdout).not.toContain('kiln-test');
});

test('in a folder that is gone, what needs one says so and the rest works', async () => {
  const script = 'cd "$1" && rmdir "$1" && "$2" "$3" plan kiln-test; echo $?; "$2" "$3" os list >&2';
  const gone = join(cli.folder, 'gone');
  await mkdir(gone);
  const ended = await runProgram('sh', ['-c', script, 'sh', gone, process.execPath, cli.main]);
  expect(ended.stdout).toBe('3\n');
  expect(ended.stderr).toContain('[host.bad-path]: The current folder does not exist any more.');
  expect(ended.code).toBe(0);
});

test('a limit on the size of files is told with its name', async () => {
  const script = 'ulimit -f 0; exec "$1" "$2" build kiln-test --junit "$3"';
  const ended = await runProgram('bash', [
    '-c',
    script,
    'bash',
    process.execPath,
    cli.main,
    join(cli.folder, 'o.xml'),
  ]);
  expect(ended).toMatchObject({ code: 3, stderr: expect.stringContaining('ulimit -f') });
});

test.each([
  ['kiln-test', '--location', 'nothere.iso'],
  ['kiln-test', '--cdrom', 'nothere.iso'],
  ['--import', 'nothere.qcow2'],
])('a plan says that its media do not exist: %j %j %j', async (...words) => {
  const path = words.at(-1);
  for (const more of [['--json'], ['--xml']]) {
    const ended = await cli.run(['plan', ...words.filter((word) => word !== undefined), ...more]);
    expect(ended).toMatchObject({ code: 4, stdout: '' });
    expect(ended.stderr).toContain('[media.not-found]');
    expect(ended.stderr).toContain(path);
  }
});

test.each([20, 60, 255])(
  'where only %i files may be open, Kiln says so before anything else',
  async (most) => {
    const script = `ulimit -n ${most}; exec "$1" "$2" plan kiln-test`;
    const ended = await runProgram('bash', ['-c', script, 'bash', process.execPath, cli.main]);
    expect(ended).toMatchObject({ code: 3, stdout: '' });
    expect(ended.stderr).toMatch(/^error \[host\.too-many-files\]: .*\n$/);
  },
);

test.each([4_000_000, 11_000_000])('so with %i KiB of address space', async (most) => {
  const script = `ulimit -v ${most}; exec "$1" "$2" plan kiln-test`;
  const ended = await runProgram('bash', ['-c', script, 'bash', process.execPath, cli.main]);
  expect(ended).toMatchObject({ code: 3, stdout: '' });
  expect(ended.stderr).toMatch(/^error \[host\.no-memory\]: .*ulimit -v.*\n$/);
});

test('a plan has the kernel line as it will be, where the one medium is known', async () => {
  const words = ['plan', 'debian-13', '--location', 'debian-offline:trixie'];
  const xml = await cli.run([...words, '--xml']);
  const line = /<cmdline>(.*)<\/cmdline>/.exec(xml.stdout)?.[1] ?? '';
  expect(line).toContain('netcfg/enable=false');
  expect(line).not.toMatch(/log_host|log_port/);
  const json = JSON.parse((await cli.run([...words, '--json'])).stdout) as { kernelArguments: string[] };
  expect(json.kernelArguments.join(' ')).toBe(line);
  const text = (await cli.run(words)).stdout;
  expect(text.match(/netcfg\/enable=false/g)).toHaveLength(1);
});

test.each([
  ['debian-offline:bookworm', 'no recipe for an offline ISO of Debian "bookworm"; it knows trixie'],
  ['apt-miror:trixie', 'Did you mean "apt-mirror:trixie"?'],
])('%s is refused by the plan', async (media, why) => {
  const ended = await cli.run(['plan', 'debian-12', '--location', media]);
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr).toContain(why);
});

test('a plan says which options an installer without network has no use for', async () => {
  const options = ['--syslog', '--var', 'mirror=http://m.example/debian', '--location'];
  const plan = (media: string) => cli.run(['plan', 'debian-13-jeos', ...options, media]);
  const offline = await plan('debian-offline:trixie');
  expect(offline.code).toBe(0);
  expect(offline.stderr).toMatch(/^Note: .*debian-offline:trixie.* --syslog .* the variable mirror\.$/m);
  expect((await plan('apt-mirror:trixie')).stderr).not.toContain('--syslog');
});

test("a plan's XML has a CD-ROM for an image alone, not for a tree", async () => {
  const installer = { 'install.amd/vmlinuz': 'kernel\0', 'install.amd/initrd.gz': 'initrd\0' };
  await mkdir(join(cli.folder, 'tree/install.amd'), { recursive: true });
  for (const [path, content] of Object.entries(installer))
    await writeFile(join(cli.folder, 'tree', path), content);
  await makeIso(join(cli.folder, 'image.iso'), installer);
  const discs = async (media: string) =>
    (await cli.run(['plan', 'debian-13', '--location', media, '--xml'])).stdout.match(
      /<media: [^"]*>|&lt;media: [^"]*/g,
    );
  expect(await discs('image.iso')).toHaveLength(1);
  expect(await discs('tree')).toBeNull();
  expect(await discs('apt-mirror:trixie')).toBeNull();
});

test('a reader that goes away leaves no stack trace', async () => {
  const command = `set -o pipefail; "$1" "$2" build --help | head -n 1`;
  const ended = await runProgram('bash', ['-c', command, 'bash', process.execPath, cli.main]);
  expect(ended).toEqual({ code: 0, stdout: 'Usage: kiln build [options] [target]\n', stderr: '' });
});

test.each(['> /dev/null', '2> /dev/null', '> /dev/null 2>&1'])(
  '%s changes nothing of the end',
  async (where) => {
    const words =
      '--connect test:///default --name x --memory 2048 --disk none --import --osinfo debian11 --network none';
    const command = `exec timeout 50 "$1" "$2" build ${words} --print-xml ${where}`;
    const ended = await runProgram('sh', ['-c', command, 'sh', process.execPath, cli.main]);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
  },
);

test('a full disk behind > is told', async () => {
  const ended = await runProgram('sh', [
    '-c',
    '"$1" "$2" --help > /dev/full',
    'sh',
    process.execPath,
    cli.main,
  ]);
  expect(ended.code).toBe(3);
  expect(ended.stderr).toContain('error [host.no-space]: Standard output');
});

test('Ctrl-C ends a build in good order: it says so, cleans up, ends with 130', async () => {
  // Media that never come keep the build busy without a guest.
  const server = createServer().listen(0, '127.0.0.1');
  const asked = new Promise((resolve) => server.once('request', resolve));
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const media = `http://127.0.0.1:${port}/installer.iso`;
  const args = [cli.main, 'build', 'kiln-test', '--location', media, '--virt-type', 'tcg', '--json'];
  const child = spawn(process.execPath, args, {
    cwd: cli.folder,
    env: { PATH: process.env.PATH, HOME: cli.folder, KILN_RUNTIME_DIR: join(cli.folder, 'r') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    text.out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    text.err += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  try {
    await Promise.race([asked, ended]);
    child.kill('SIGINT');
    const code = await ended;
    expect(text.err).toContain('Stopping and cleaning up');
    expect(text.err).toContain('[cancelled]');
    expect(code).toBe(130);
  } finally {
    child.kill('SIGKILL');
    server.closeAllConnections();
    server.close();
  }
  const last = text.out.trimEnd().split('\n').at(-1) ?? '';
  expect(JSON.parse(last)).toMatchObject({ type: 'build-failed', code: 'cancelled' });
});

describe('completion', () => {
  test('every shell that is installed accepts its script', async () => {
    const checks = { bash: ['-n'], zsh: ['-n'], fish: ['--no-execute'] } as const;
    for (const [shell, args] of Object.entries(checks)) {
      const file = join(cli.folder, `kiln.${shell}`);
      const { stdout, code } = await cli.run(['completion', shell]);
      expect(code).toBe(0);
      await writeFile(file, stdout);
      const installed = await runProgram('sh', ['-c', `command -v ${shell}`]);
      if (installed.code !== 0) continue;
      expect(await runProgram(shell, [...args, file])).toEqual({ code: 0, stdout: '', stderr: '' });
    }
  });

  /** What bash offers after these words. */
  async function offered(...words: string[]): Promise<string[]> {
    const { stdout } = await cli.run(['completion', 'bash']);
    const script = `${stdout}
kiln() { "$NODE" "$MAIN" "$@"; }
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
compopt() { :; }
_kiln
printf '%s\\n' "\${COMPREPLY[@]}"`;
    const ended = await runProgram('bash', ['-c', script, 'bash', ...words], {
      env: { PATH: process.env.PATH ?? '', HOME: cli.folder, NODE: process.execPath, MAIN: cli.main },
      cwd: cli.folder,
    });
    expect(ended.stderr).toBe('');
    return ended.stdout.split('\n').filter((word) => word !== '');
  }

  test.each([
    [
      ['kiln', 'bu'],
      ['build', 'builds'],
    ],
    [
      ['kiln', 'builds', 'l'],
      ['list', 'logs'],
    ],
    [['kiln', 'build', '--mem'], ['--memory']],
    [
      ['kiln', 'build', '--firmware', ''],
      ['uefi', 'bios'],
    ],
    [['kiln', 'build', '--firmware', '=', 'u'], ['uefi']],
    [['kiln', 'build', 'x', '--network', 'n'], ['none']],
    [
      ['kiln', 'completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['kiln', 'build', '--output', 'di'], ['dist']],
    [['kiln', 'build', 'packag'], ['package.json']],
    [['kiln', 'build', 'kiln-t'], ['kiln-test']],
    [['kiln', 'lint', 'kiln-t'], ['kiln-test']],
    [['kiln', 'lint', 'kiln-test', 'packag'], ['package.json']],
    [['kiln', 'lint', '--bus', 'v'], ['virtio']],
    [['kiln', 'ipxe', 'check', 'packag'], ['package.json']],
    [['kiln', 'publish', 'serve', 'di'], ['dist']],
    [
      ['kiln', 'build', '--keep', '='],
      ['never', 'on-failure', 'always'],
    ],
    [['kiln', 'build', '--keep', '=', 'n'], ['never']],
    [['kiln', 'build', '--keep', 'kiln-t'], ['kiln-test']],
    [
      ['kiln', 'build', '--boot', ''],
      ['uefi', 'bios'],
    ],
    [['kiln', 'build', '--boo'], ['--boot-check-limit']],
  ])('bash offers after %j: %j', async (words, expected) => {
    expect(await offered(...words)).toEqual(expected);
  });

  test('ids of builds', async () => {
    // Other tests leave builds here, whose ids are hexadecimal: one may begin with any of a to f.
    const build = join(cli.folder, '.local', 'state', 'kiln', 'builds', 'web1');
    await mkdir(build, { recursive: true });
    const record = {
      id: 'web1',
      name: 'web',
      directory: cli.folder,
      status: 'succeeded',
      process: { pid: 1, startedAt: 'another boot' },
      startedAt: '2026-01-01T00:00:00.000Z',
      images: [],
      kept: false,
      unclean: false,
    };
    await writeFile(join(build, 'record.json'), JSON.stringify(record));
    expect(await offered('kiln', 'builds', 'show', 'w')).toEqual(['web1']);
    expect((await cli.run(['builds', 'show', 'w'])).stdout).toContain('succeeded');
  });

  test('the log of a build is printed harmless', async () => {
    const process = { pid: 1, startedAt: 'another boot' };
    const record = { id: 'l0g', name: 'x', directory: cli.folder, status: 'succeeded', process };
    const state = join(cli.folder, '.local', 'state', 'kiln', 'builds', 'l0g');
    await mkdir(state, { recursive: true });
    await mkdir(join(cli.folder, 'logs'));
    const rest = { images: [], kept: false, unclean: false };
    const all = { ...record, startedAt: '2026-01-02T00:00:00.000Z', ...rest };
    await writeFile(join(state, 'record.json'), JSON.stringify(all));
    await writeFile(join(cli.folder, 'logs', 'serial.log'), 'boot\u001b[2J\r\nlog\u001b]0;x\u0007in: ');
    expect(await cli.run(['builds', 'logs', 'l0g'])).toEqual({
      code: 0,
      stdout: 'boot\nlogin: \n',
      stderr: '',
    });
  });
});

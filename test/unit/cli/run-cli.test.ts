import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXIT_CODE_HELP } from '../../../src/cli/help-text.ts';
import { runCli } from '../../../src/cli/run-cli.ts';
import { EXIT_CODES } from '../../../src/foundation/errors.ts';
import { COMMAND_OPTIONS, REFUSED } from '../../../src/virt-install/options/command-options.ts';
import { type RecordingIo, recordingIo } from './recording-io.ts';

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kiln-cli-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

async function run(...args: string[]): Promise<{ code: number; io: RecordingIo }> {
  const io = recordingIo({ env: { HOME: home }, cwd: home });
  return { code: await runCli(args, io), io };
}

test.each([
  [['--help'], 'build [options] [target]'],
  [['build', '--help'], '--root-password-file'],
  [['plan', '--help'], '--xml'],
  [['doctor', '--help'], '--json'],
  [['media', '--help'], 'say which system an ISO, folder or URL installs, why Kiln'],
  [['builds', '--help'], 'clean'],
  [['builds', 'clean', '--help'], '--dry-run'],
  [['completion', '--help'], 'bash, zsh or fish'],
  [['help', 'build'], '--cdrom'],
])('%j explains', async (args, expected) => {
  const { code, io } = await run(...args);
  expect(code).toBe(0);
  expect(io.stdout()).toContain(expected);
  expect(io.stderr()).toBe('');
});

test.each([[[]], [['--script', 'my.ks']], [['--cdrom', 'x.iso', '--script', 'my.ks']]])(
  'a plan of %j wants a target at once, since a build of such words is another machine',
  async (words) => {
    const { code, io } = await run('plan', ...words);
    expect(code).toBe(2);
    expect(io.stderr()).toMatch(
      /options\.invalid.*needs a template, an install script or --import IMAGE: `kiln plan SCRIPT --cdrom ISO`.*--print-xml/s,
    );
  },
);

test.each([['build'], ['plan'], ['builds'], ['completion']])('%s has examples', async (command) => {
  const { io } = await run(command, '--help');
  expect(io.stdout()).toContain(`Examples:\n  kiln ${command}`);
});

test('the help names every exit code', () => {
  for (const code of Object.values(EXIT_CODES)) {
    expect(EXIT_CODE_HELP).toMatch(new RegExp(`(^|\\s)${code}  `));
  }
});

test.each([
  [['build', 'debian-13', '--graphics', 'vnc'], 'leave the target out'],
  [['build', 'debian-13', '--host-device', '1234:5678'], 'leave the target out'],
  [['plan', 'debian-13', '--print-xml'], 'kiln plan TARGET --xml'],
  [['build', 'debian-13', '-n', 'web'], 'leave the target out'],
  [['build', 'debian-13', '--unattended'], 'a target is an unattended install'],
])('%j: an option of virt-install beside a target names the way', async (args, remedy) => {
  const { code, io } = await run(...args);
  expect(code).toBe(EXIT_CODES.spec);
  expect(io.stderr()).toContain('[options.unknown-option]');
  expect(io.stderr()).toContain(remedy);
});

test.each([
  [
    ['--pxe', '--network', 'user', '--grahpics', 'none'],
    'Unknown option --grahpics. Did you mean "--graphics"?',
  ],
  [['--grahpics', 'none', '--memory', '1024'], 'Unknown option --grahpics. Did you mean "--graphics"?'],
  [['--noreboot', 'extra'], '--noreboot is not taken together with the target "extra"'],
  [['extra', '--print-xml'], 'together with the target "extra"'],
  [['--graphics', 'vnc', 'extra'], 'together with the target "extra"'],
  [['--import', '--dsk', 'vm1.qcow2'], 'Unknown option --dsk. Did you mean "--disk"?'],
  [['--import', '--disk', 'vm1.qcow2', 'extra'], '--import is not taken together with the target "extra"'],
  [['--import', '--graphics', 'vnc', 'extra'], 'together with the target "extra"'],
  [['--memory', '--vcpus', '2', 'extra'], '--memory <size> needs a value'],
])('%j: the option that is none, else the word taken for the target', async (args, expected) => {
  const { code, io } = await run('build', '--name', 'a', '--disk', 'size=1,cache=nnone', ...args);
  expect(code).toBe(EXIT_CODES.spec);
  expect(io.stderr()).toContain(expected);
});

test.each([
  [['build', 'debian-13', '-var', 'root=1'], 'Unknown option -var. Did you mean "--var"?'],
  [['plan', 'debian-13', '-memory=1024'], 'Unknown option -memory. Did you mean "--memory"?'],
  [['build', '-var', 'root=1', '--name', 'x'], 'Did you mean "--var"?'],
  [['build', 'debian-13', '--rot-password', 'x'], 'Did you mean "--root-password-file"?'],
  [['build', '--rotpw=x', '--osinfo', 'debian11'], 'Did you mean "--root-password-file"?'],
  [['build', 'debian-13', '--graphics', 'none'], '--osinfo ID --script FILE --graphics'],
  [['list'], 'Did you mean "kiln builds list" or "kiln os list"?'],
])('%j: the nearest that there is', async (args, expected) => {
  const { code, io } = await run(...args);
  expect(code).toBe(EXIT_CODES.spec);
  expect(io.stderr()).toContain(expected);
});

test.each([
  [['init']],
  [['os', 'show', 'nope']],
  [['build', 'x', '--reinstal']],
  [['build', '--reinstal=x']],
])('%j: nothing is near', async (args) => {
  expect((await run(...args)).io.stderr()).not.toContain('Did you mean');
});

test("the help of build lists the options in virt-install's words", async () => {
  const { io } = await run('build', '--help');
  for (const { name } of COMMAND_OPTIONS) {
    if (name in REFUSED) continue;
    expect(io.stdout()).toMatch(new RegExp(`--${name}\\b`));
  }
  expect(io.stdout()).toContain('docs/virt-install.md');
  expect(io.stdout()).toContain('--disk=?');
});

test.each([
  [['bulid'], 'options.unknown-command'],
  [['builds', 'lsit'], 'options.unknown-command'],
  [['--frobnicate'], 'options.unknown-option'],
  [['builds', 'show'], 'options.invalid'],
  [['builds', 'list', 'surplus'], 'options.invalid'],
  [['builds', 'show', 'nosuch'], 'builds.not-found'],
  [['builds', 'logs', 'nosuch'], 'builds.not-found'],
  [['builds', 'clean', 'x', '--all'], 'options.invalid'],
  [['completion', 'bsah'], 'options.invalid'],
  [['plan', 'x', '--json', '--xml'], 'options.invalid'],
  [['plan', 'debian-13', '--connect', ''], 'options.invalid'],
  [['doctor', '--connect', ''], 'options.invalid'],
  [['ipxe', 'serve', '--listen', ''], 'options.invalid'],
  [['ipxe', 'menu', 'verify', '', '--ca', 'x'], 'options.invalid'],
  [['ipxe', 'iso', '-o', 'x.iso', '--chain', ''], 'options.invalid'],
  [['ipxe', 'iso', '--chain', 'http://x/'], 'options.invalid'],
  [
    ['ipxe', 'iso', '-o', 'x.iso', '--chain', 'http://x/', '--unattended', '--failsafe-timeout', '9m'],
    'options.invalid',
  ],
  [['ipxe', 'menu', 'export', 'x', '--url', 'http://a/', '--url', 'http://b/'], 'options.invalid'],
  [['ipxe', 'serve', '--tree', 'debian=a', '--tree', 'debian=b'], 'options.invalid'],
  [['ipxe', 'check', 'x', '--firmware', 'both'], 'options.invalid'],
  [['plan', 'debian-13', '--json=1'], 'options.invalid'],
  [['build', 'x', '--root-password', 'secret'], 'options.secret-on-command-line'],
])('%j ends with 2 and %s on standard error', async (args, expected) => {
  const { code, io } = await run(...args);
  expect(code).toBe(2);
  expect(io.stderr()).toContain(`[${expected}]`);
  expect(io.stdout()).toBe('');
});

test.each([[[]], [['builds']]])('%j shows the help and ends with 2', async (args) => {
  const { code, io } = await run(...args);
  expect(code).toBe(2);
  expect(io.stderr()).toContain('Usage: kiln');
});

test('a hostile command name reaches the terminal harmless', async () => {
  const { code, io } = await run('\u001b]0;owned\u0007bild');
  expect(code).toBe(2);
  expect(io.stderr()).not.toMatch(/[\u001b\u0007]/);
});

test('with --json a refused request is one event on standard output', async () => {
  const { code, io } = await run('build', 'x', '--disk', 'size=1', '--disk', 'size=2', '--json');
  expect(code).toBe(2);
  expect(JSON.parse(io.stdout())).toMatchObject({ type: 'build-failed', code: 'options.invalid' });
});

test('no builds yet', async () => {
  expect((await run('builds', 'list')).io.stdout()).toBe('No builds yet.\n');
  expect((await run('builds', 'list', '--json')).io.stdout()).toBe('[]\n');
  expect((await run('__words', 'builds')).io.stdout()).toBe('');
});

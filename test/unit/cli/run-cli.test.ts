import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXIT_CODE_HELP } from '../../../src/cli/help-text.ts';
import { runCli } from '../../../src/cli/run-cli.ts';
import { EXIT_CODES } from '../../../src/foundation/errors.ts';
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

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildSummary } from '../../../src/cli/build-summary.ts';
import { loginNote } from '../../../src/cli/login-note.ts';
import { styleFor } from '../../../src/cli/style.ts';
import { RESULT } from './scripted-build.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-login-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function noteOf(
  text: string | undefined,
  given: { readonly variables?: Record<string, string>; readonly rootPassword?: { env: string } } = {},
): Promise<string | undefined> {
  const path = join(folder, 'script');
  await (text === undefined ? rm(path, { force: true }) : writeFile(path, text));
  const script = { path, kind: 'preseed', inject: 'initrd' } as const;
  return loginNote({ script: { ...script, why: 'x' } as never, variables: {}, ...given });
}
const LOCKED = 'd-i passwd/root-password-crypted password {{root_password_hash}}\n';
const KEYS = `${LOCKED}d-i preseed/late_command string {{access_command}}\n`;

test('a locked root is told where the script would have taken a password', async () => {
  expect(await noteOf(LOCKED)).toMatch(/^root is locked.*--root-password-file/);
  expect(await noteOf(LOCKED)).not.toContain('ssh_keys');
  expect(await noteOf(KEYS)).toContain('ssh_keys');
});

test('nothing is said where somebody can log in, or nothing is known', async () => {
  expect(await noteOf(LOCKED, { rootPassword: { env: 'PW' } })).toBeUndefined();
  expect(await noteOf(KEYS, { variables: { ssh_keys: 'ssh-ed25519 AAAA' } })).toBeUndefined();
  expect(await noteOf(KEYS, { variables: { user: 'admin' } })).toBeUndefined();
  expect(await noteOf('d-i passwd/root-password password x\n')).toBeUndefined();
  expect(await noteOf(undefined)).toBeUndefined();
  expect(await loginNote({ variables: {} } as never)).toBeUndefined();
});

test('the last lines of a build say it', () => {
  const text = buildSummary(RESULT, undefined, styleFor({ colours: false }), 'root is locked');
  expect(text).toContain('\nLogin     root is locked\n');
});

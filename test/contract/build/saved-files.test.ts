import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { buildDirectory } from '../../../src/build/build-directory.ts';
import { type SavedInstall, saveInstall } from '../../../src/build/saved-install.ts';
import { writePlan } from '../../../src/build/write-plan.ts';
import { planFixture } from '../../support/plan-fixture.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-saved-files-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const modeOf = (path: string): number => statSync(path).mode & 0o777;

it("the plan in the logs is its owner's, and has no variables that are secrets by their names", async () => {
  const path = join(folder, 'plan.json');
  const variables = { api_token: 'hush-one', DB_PASSWORD: 'hush-two', hostname: 'web', token: '' };
  await writePlan(path, planFixture({ variables }), '0123abcd');
  expect(modeOf(path)).toBe(0o600);
  const text = readFileSync(path, 'utf8');
  expect(text).not.toContain('hush');
  expect(JSON.parse(text)).toMatchObject({ variables: { hostname: 'web', token: '' } });
});

it('the plan in the logs has addresses without their logins', async () => {
  const path = join(folder, 'plan.json');
  const variables = { mirror: 'http://joe:hush@host/debian', own: 'a http://joe:hush@host/x?token=hush b' };
  const kernelArguments = ['quiet', 'mirror/http/proxy=http://joe:hush@host:3128'];
  await writePlan(path, planFixture({ variables, kernelArguments }), '0123abcd');
  const text = readFileSync(path, 'utf8');
  expect(text).not.toContain('hush');
  expect(JSON.parse(text)).toMatchObject({
    variables: { mirror: 'http://host/debian', own: 'a http://host/x b' },
    kernelArguments: ['quiet', 'mirror/http/proxy=http://host:3128/'],
  });
});

it("what another process needs to go on is its owner's alone", async () => {
  const directory = { ...buildDirectory(folder, '0123abcd'), savedInstall: join(folder, 'install.json') };
  await saveInstall(directory, { plan: planFixture() } as SavedInstall);
  expect(modeOf(directory.savedInstall)).toBe(0o600);
});

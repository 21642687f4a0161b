import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PROJECT_DIR } from '../../support/build-sandbox.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-count-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

type Statuses = Readonly<Record<string, readonly string[]>>;

/** Counts a report with these statuses by project. */
function count(projects: Statuses, failedSteps = 0): { readonly code: number | null; readonly text: string } {
  const testResults = Object.entries(projects).map(([project, statuses]) => ({
    name: join(PROJECT_DIR, 'test', project, 'a.test.ts'),
    status: statuses.length === 0 ? 'failed' : 'passed',
    assertionResults: statuses.map((status) => ({ status, fullName: `${project} ${status}` })),
  }));
  writeFileSync(join(folder, 'test.json'), JSON.stringify({ testResults }));
  const parts = ['test:unit', 'test:contract'];
  const script = join(PROJECT_DIR, '.ci', 'count-results.js');
  const { status, stdout } = spawnSync(process.execPath, [script, folder, String(failedSteps), ...parts], {
    encoding: 'utf8',
  });
  return { code: status, text: stdout };
}

it('adds up the projects of one report', () => {
  const counted = count({ unit: ['passed', 'passed'], contract: ['passed'] });
  expect(counted).toEqual({ code: 0, text: '3 passed, 0 failed\n' });
});

it.each([
  ['a skipped test', { unit: ['passed'], contract: ['passed', 'skipped'] }, 'contract skipped'],
  ['a failed test', { unit: ['passed', 'failed'], contract: ['passed'] }, 'unit failed'],
  ['a project that ran nothing', { unit: ['passed'] }, 'test:contract: not one test passed'],
  ['a file that did not load', { unit: ['passed'], contract: [] }, 'did not load'],
] as const)('fails for %s', (_what, projects, says) => {
  const { code, text } = count(projects as Statuses);
  expect(code).toBe(1);
  expect(text).toContain(says);
});

it('fails for a failed step without a failed test, and without results', () => {
  expect(count({ unit: ['passed'], contract: ['passed'] }, 1).code).toBe(1);
  const script = join(PROJECT_DIR, '.ci', 'count-results.js');
  expect(spawnSync(process.execPath, [script, join(folder, 'none'), '0', 'test:unit']).status).toBe(1);
});

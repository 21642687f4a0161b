import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openJunitFile } from '../../../src/cli/junit-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-junit-file-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('a report is replaced by a whole one, never written over', async () => {
  const path = join(folder, 'real.xml');
  symlinkSync(path, join(folder, 'report.xml'));
  const report = await openJunitFile('report.xml', { cwd: folder });
  const before = openSync(path, 'r');
  report.show({ type: 'stage-started', stage: 'plan', at: 0 });
  await report.write();
  const [old, now] = [before, path].map((file) => readFileSync(file, 'utf8'));
  closeSync(before);
  for (const text of [old, now]) expect(text).toMatch(/<\/testsuites>\s*$/);
  expect(now).not.toBe(old);
  expect(readdirSync(folder).sort()).toEqual(['real.xml', 'report.xml']);
});

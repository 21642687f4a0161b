import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { buildDirectory } from '../../../src/build/build-directory.ts';
import { type JournalEntry, openJournal } from '../../../src/build/journal.ts';
import { makeFolders } from '../../../src/build/make-folders.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-make-folders-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function folderEntries(output: string): Promise<readonly JournalEntry[]> {
  const journal = openJournal(join(folder, 'journal.jsonl'));
  await makeFolders(buildDirectory(output, 'aaaa0000'), journal);
  return journal.entries().filter(({ kind }) => kind === 'folder');
}

it('a folder that Kiln makes is its own to remove', async () => {
  const output = join(folder, 'new');
  expect(await folderEntries(output)).toEqual([{ kind: 'folder', path: output }]);
});

it("an empty folder that was there is the user's, and stays", async () => {
  const output = join(folder, 'mine');
  mkdirSync(output);
  expect(await folderEntries(output)).toEqual([]);
});

it('what a console may tell is for the owner alone', async () => {
  const output = join(folder, 'new');
  await folderEntries(output);
  expect(statSync(join(output, 'logs')).mode & 0o777).toBe(0o700);
});

import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openJournal } from '../../../src/build/journal.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('openJournal', () => {
  it('gives back what was noted, across openings', () => {
    const path = join(folder, 'journal.jsonl');
    openJournal(path).note({ kind: 'path', path: '/a "b"\n;' });
    openJournal(path).note({ kind: 'folder', path: '/c' });
    expect(openJournal(path).entries()).toEqual([
      { kind: 'path', path: '/a "b"\n;' },
      { kind: 'folder', path: '/c' },
    ]);
  });

  it('is empty before the first note', () => {
    expect(openJournal(join(folder, 'none')).entries()).toEqual([]);
  });

  it('passes over a line that was cut short', () => {
    const path = join(folder, 'journal.jsonl');
    openJournal(path).note({ kind: 'path', path: '/a' });
    appendFileSync(path, '{"kind":"path","pa');
    expect(openJournal(path).entries()).toEqual([{ kind: 'path', path: '/a' }]);
  });
});

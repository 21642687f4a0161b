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

  it('still knows what it noted itself when the file has been removed, and what others note then', () => {
    const path = join(folder, 'journal.jsonl');
    const journal = openJournal(path);
    journal.note({ kind: 'path', path: '/a' });
    rmSync(path);
    expect(journal.entries()).toEqual([{ kind: 'path', path: '/a' }]);
    openJournal(path).note({ kind: 'path', path: '/b' });
    expect(journal.entries()).toEqual([
      { kind: 'path', path: '/a' },
      { kind: 'path', path: '/b' },
    ]);
  });

  it('does not know what could not be noted', () => {
    const journal = openJournal(join(folder, 'gone', 'journal.jsonl'));
    expect(() => journal.note({ kind: 'path', path: '/a' })).toThrow();
    expect(journal.entries()).toEqual([]);
  });
});

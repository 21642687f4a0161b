import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BuildRecord, journalPath, listBuilds, writeRecord } from '../../../src/build/build-records.ts';
import { type CleanReport, cleanBuilds } from '../../../src/build/clean-builds.ts';
import { openJournal } from '../../../src/build/journal.ts';
import { ownIdentity } from '../../../src/foundation/process-identity.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-clean-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (...names: string[]): string => join(folder, ...names);
const places = () => ({ cache: at('cache'), state: at('state'), runtime: at('run') });
const clean = (options: { ids?: string[]; all?: boolean }): Promise<CleanReport> =>
  cleanBuilds({ places: places(), env: {}, ...options });

/** A build as its end left it in `out`: image, manifest, logs, and the journal that names them all. */
async function finishedBuild(id: string, changes: Partial<BuildRecord> = {}): Promise<void> {
  const directory = at('out');
  await writeRecord(at('state'), {
    id,
    name: 'demo',
    directory,
    status: 'succeeded',
    process: { pid: 1, startedAt: 'another boot' },
    startedAt: '2026-01-01T00:00:00.000Z',
    images: ['demo.qcow2'],
    kept: false,
    unclean: false,
    ...changes,
  });
  const journal = openJournal(journalPath(at('state'), id));
  journal.note({ kind: 'folder', path: directory });
  for (const name of [`.kiln-work-${id}`, 'logs', 'demo.qcow2', 'SHA256SUMS', 'manifest.json']) {
    journal.note({ kind: 'path', path: join(directory, name) });
  }
  mkdirSync(at('out', 'logs'), { recursive: true });
  for (const name of ['demo.qcow2', 'SHA256SUMS', 'logs/serial.log']) writeFileSync(at('out', name), 'x');
  writeFileSync(at('out', 'manifest.json'), JSON.stringify({ buildId: id }));
}

describe('cleanBuilds', () => {
  it('with all: keeps finished images, their manifest and logs', async () => {
    await finishedBuild('aaaa0000');
    const { removed, kept } = await clean({ all: true });
    expect(removed).toEqual([]);
    expect(kept).toHaveLength(1);
    for (const name of ['demo.qcow2', 'SHA256SUMS', 'manifest.json', 'logs/serial.log'])
      expect(existsSync(at('out', name)), name).toBe(true);
  });

  it('with an id: removes that build whole', async () => {
    await finishedBuild('aaaa0000');
    await clean({ ids: ['aaaa'] });
    expect(existsSync(at('out'))).toBe(false);
    expect(await listBuilds(at('state'))).toEqual([]);
  });

  it('with the id of a build whose results were replaced: leaves the newer results', async () => {
    await finishedBuild('aaaa0000');
    await finishedBuild('bbbb0000');
    await clean({ ids: ['aaaa'] });
    expect(existsSync(at('out', 'demo.qcow2'))).toBe(true);
    expect(existsSync(at('out', 'logs/serial.log'))).toBe(true);
    expect((await listBuilds(at('state'))).map(({ id }) => id)).toEqual(['bbbb0000']);
  });

  it('leaves running builds alone', async () => {
    await finishedBuild('aaaa0000', { status: 'running', process: ownIdentity(), images: [] });
    const { removed, kept } = await clean({ all: true });
    expect(removed).toEqual([]);
    expect(kept[0]?.why).toContain('running');
  });

  it('without ids: takes builds whose process is gone or whose clean-up was not complete', async () => {
    await finishedBuild('aaaa0000', { status: 'running', images: [] });
    await clean({});
    expect(existsSync(at('out'))).toBe(false);
    await finishedBuild('bbbb0000', { status: 'failed', images: [], unclean: true });
    await clean({});
    expect(existsSync(at('out'))).toBe(false);
    await finishedBuild('cccc0000', { status: 'failed', images: [] });
    await clean({});
    expect(existsSync(at('out'))).toBe(true);
  });

  it.each(['', '{"id":', '{}', 'null', '[1]', 'garbage'])(
    'goes on with a damaged record: %j',
    async (text) => {
      await finishedBuild('aaaa0000');
      mkdirSync(at('out', '.kiln-work-aaaa0000'));
      writeFileSync(at('state', 'builds', 'aaaa0000', 'record.json'), text);
      writeFileSync(at('state', 'builds', 'aaaa0000', 'journal.jsonl'), 'garbage\n{"kind":"path"}\n', {
        flag: 'a',
      });
      expect(await listBuilds(at('state'))).toMatchObject([{ id: 'aaaa0000', status: 'failed' }]);
      await clean({ all: true });
      expect(existsSync(at('out', 'demo.qcow2'))).toBe(true);
      expect(existsSync(at('out', '.kiln-work-aaaa0000'))).toBe(false);
      expect(await listBuilds(at('state'))).toEqual([]);
    },
  );
});

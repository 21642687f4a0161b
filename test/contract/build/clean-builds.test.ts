import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BuildRecord, journalPath, listBuilds, writeRecord } from '../../../src/build/build-records.ts';
import { type CleanReport, cleanBuilds } from '../../../src/build/clean-builds.ts';
import { openJournal } from '../../../src/build/journal.ts';
import { makeOwnFolder } from '../../../src/foundation/own-folder.ts';
import { ownIdentity } from '../../../src/foundation/process-identity.ts';
import { makePartFolder } from '../../../src/publish/part-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-clean-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (...names: string[]): string => join(folder, ...names);
const places = () => ({ cache: at('cache'), state: at('state'), runtime: at('run') });
const clean = (options: {
  ids?: string[];
  all?: boolean;
  dryRun?: boolean;
  force?: boolean;
}): Promise<CleanReport> => cleanBuilds({ places: places(), env: {}, ...options });

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
  journal.note({ kind: 'process', pid: 1, startedAt: 'another boot' });
  journal.note({ kind: 'folder', path: directory });
  for (const name of [`.kiln-work-${id}`, 'logs', 'demo.qcow2', 'SHA256SUMS', 'manifest.json']) {
    journal.note({ kind: 'path', path: join(directory, name) });
  }
  mkdirSync(at('out', 'logs'), { recursive: true });
  for (const name of ['demo.qcow2', 'SHA256SUMS', 'logs/serial.log']) writeFileSync(at('out', name), 'x');
  for (const name of ['manifest.json', 'logs/plan.json'])
    writeFileSync(at('out', name), JSON.stringify({ buildId: id }));
}

describe('cleanBuilds', () => {
  it('with all: keeps finished images, their manifest and logs', async () => {
    await finishedBuild('aaaa0000');
    const { removed, kept } = await clean({ all: true });
    expect(removed).toMatchObject([{ kind: 'record' }]);
    expect(kept).toHaveLength(1);
    for (const name of ['demo.qcow2', 'SHA256SUMS', 'manifest.json', 'logs/serial.log'])
      expect(existsSync(at('out', name)), name).toBe(true);
  });

  it('takes away what a killed publication left beside an image, and nothing of one that runs', async () => {
    await finishedBuild('aaaa0000');
    const running = await makePartFolder(at('out'));
    const dead = running.replace(/partition-\d+-\d+/, 'partition-1-1');
    mkdirSync(dead);
    expect((await clean({ dryRun: true })).removed).toMatchObject([{ what: dead }]);
    expect((await clean({})).removed).toMatchObject([{ what: dead }]);
    expect(existsSync(dead)).toBe(false);
    expect(existsSync(running)).toBe(true);
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

  it('without ids: cleans up after builds whose process is gone, and keeps what their guests said', async () => {
    await finishedBuild('aaaa0000', { status: 'running', images: [] });
    const { kept } = await clean({});
    expect(readdirSync(at('out'))).toEqual(['logs']);
    expect(kept[0]).toMatchObject({
      what: at('out', 'logs'),
      why: expect.stringContaining('builds clean aaaa0000'),
    });
    expect(await listBuilds(at('state'))).toMatchObject([
      { id: 'aaaa0000', status: 'interrupted', unclean: false },
    ]);
    const nothing = { removed: [], kept: [], resumable: [], failed: [], freedBytes: 0 };
    expect(await clean({})).toEqual(nothing);
    await clean({ ids: ['aaaa'] });
    expect(existsSync(at('out'))).toBe(false);
    expect(await listBuilds(at('state'))).toEqual([]);
  });

  it('without ids: leaves no empty logs, and takes builds whose clean-up was not complete', async () => {
    await finishedBuild('bbbb0000', { status: 'failed', images: [], unclean: true });
    writeFileSync(at('out', 'logs', 'serial.log'), '');
    await clean({});
    expect(existsSync(at('out'))).toBe(false);
    expect(await listBuilds(at('state'))).toMatchObject([{ status: 'failed', unclean: false }]);
    await finishedBuild('cccc0000', { status: 'failed', images: [] });
    await clean({});
    expect(existsSync(at('out'))).toBe(true);
  });

  it('leaves logs of which nothing says that the build made them', async () => {
    await finishedBuild('aaaa0000', { status: 'failed', images: [], unclean: true });
    rmSync(at('out'), { recursive: true });
    mkdirSync(at('out', 'logs', 'sub'), { recursive: true });
    writeFileSync(at('out', 'logs', 'sub', 'mine.txt'), 'precious');
    for (const ids of [[], ['aaaa']]) {
      const { kept } = await clean({ ids });
      expect(kept).toContainEqual({ what: at('out', 'logs'), why: expect.stringContaining('aaaa0000') });
    }
    expect(readFileSync(at('out', 'logs', 'sub', 'mine.txt'), 'utf8')).toBe('precious');
  });

  it('with all: takes logs and records of interrupted builds too', async () => {
    await finishedBuild('aaaa0000', { status: 'running', images: [] });
    await clean({ all: true });
    expect(existsSync(at('out'))).toBe(false);
    expect(await listBuilds(at('state'))).toEqual([]);
  });

  it('foretells with dryRun what it will do, every byte once', async () => {
    await finishedBuild('aaaa0000', { kept: true });
    const work = at('out', '.kiln-work-aaaa0000');
    mkdirSync(work);
    writeFileSync(join(work, 'disk.raw'), Buffer.alloc(100_000, 1));
    const journal = openJournal(journalPath(at('state'), 'aaaa0000'));
    for (const path of [work, join(work, 'disk.raw')]) journal.note({ kind: 'path', path });
    const foretold = await clean({ ids: ['aaaa'], dryRun: true });
    expect(existsSync(work)).toBe(true);
    expect(await clean({ ids: ['aaaa'] })).toEqual(foretold);
    expect(foretold.freedBytes).toBeLessThan(200_000);
    expect(new Set(foretold.removed.map(({ what }) => what)).size).toBe(foretold.removed.length);
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
      expect(await listBuilds(at('state'))).toMatchObject([{ id: 'aaaa0000', status: 'unknown' }]);
      await clean({ all: true });
      expect(existsSync(at('out', 'demo.qcow2'))).toBe(true);
      expect(existsSync(at('out', '.kiln-work-aaaa0000'))).toBe(false);
      expect(await listBuilds(at('state'))).toEqual([]);
    },
  );

  it('leaves a build alone that may run, until it is told that it does not', async () => {
    await finishedBuild('aaaa0000');
    const work = at('out', '.kiln-work-aaaa0000');
    mkdirSync(work);
    const kept = [
      { what: expect.stringContaining('aaaa0000'), why: expect.stringContaining('clean aaaa0000 --force') },
    ];
    writeFileSync(at('state', 'builds', 'aaaa0000', 'record.json'), '{');
    const journal = journalPath(at('state'), 'aaaa0000');
    rmSync(journal);
    openJournal(journal).note({ kind: 'path', path: work });
    for (const options of [{ ids: ['aaaa0000'] }, { all: true }, { ids: ['aaaa0000'], dryRun: true }])
      expect(await clean(options)).toMatchObject({ removed: [], kept });
    expect(existsSync(work)).toBe(true);
    await clean({ ids: ['aaaa0000'], force: true });
    expect(existsSync(work)).toBe(false);
    expect(await listBuilds(at('state'))).toEqual([]);
  });

  it('lists what a build left that was killed before its first record, and cleans it', async () => {
    for (const content of [[], ['record.json.new'], ['journal.jsonl']]) {
      const build = at('state', 'builds', 'aaaa0000');
      mkdirSync(build, { recursive: true });
      for (const name of content) writeFileSync(join(build, name), '');
      // One that is being made just now.
      mkdirSync(at('state', 'builds', 'bbbb0000'));
      const aMinuteAgo = Date.now() / 1000 - 61;
      utimesSync(build, aMinuteAgo, aMinuteAgo);
      expect(await listBuilds(at('state'))).toMatchObject([
        { id: 'aaaa0000', error: { code: 'builds.damaged-record' } },
      ]);
      await clean({ all: true });
      expect(readdirSync(at('state', 'builds'))).toEqual(['bbbb0000']);
      rmSync(at('state', 'builds', 'bbbb0000'), { recursive: true });
    }
  });

  it('with all: takes of the cache what Kiln put there, and leaves the rest', async () => {
    mkdirSync(at('cache', 'media', 'objects'), { recursive: true });
    mkdirSync(at('cache', 'host'));
    writeFileSync(at('cache', 'foreign'), 'x');
    await clean({ all: true });
    expect(readdirSync(at('cache'))).toEqual(['foreign']);
    rmSync(at('cache', 'foreign'));
    mkdirSync(at('cache', 'media'));
    await clean({ all: true });
    expect(existsSync(at('cache'))).toBe(false);
  });

  it('with all alone: forgets how long earlier installs took', async () => {
    mkdirSync(at('state', 'history'), { recursive: true });
    writeFileSync(at('state', 'history', 'demo.tcg.json'), '[]');
    await clean({});
    await clean({ all: true, dryRun: true });
    expect(existsSync(at('state', 'history'))).toBe(true);
    expect((await clean({ all: true })).removed).toMatchObject([{ what: at('state', 'history') }]);
    expect(readdirSync(at('state'))).not.toContain('history');
  });

  it('takes away work on media that was killed, at the start of a build too', async () => {
    const debian = at('cache', 'media', 'debian');
    mkdirSync(debian, { recursive: true });
    const running = await makeOwnFolder(debian, 'tree-');
    for (const change of [{}, { spareRunning: true }]) {
      const dead = running.replace(/tree-\d+-\d+/, 'tree-1-1');
      mkdirSync(dead);
      await cleanBuilds({ places: places(), env: {}, ...change });
      expect(readdirSync(debian)).toEqual([basename(running)]);
    }
  });

  it.each(['clean', 'all', 'dry'])('goes nowhere by the id that a record names: %s', async (how) => {
    await finishedBuild('aaaa0000');
    mkdirSync(at('foreign', 'a', 'b', 'state', 'builds', 'aaaa0000'), { recursive: true });
    const inner = at('foreign', 'a', 'b', 'state', 'builds', 'aaaa0000');
    writeFileSync(at('foreign', 'precious'), 'x');
    const record = JSON.parse(readFileSync(at('state', 'builds', 'aaaa0000', 'record.json'), 'utf8'));
    const wrong = { ...record, id: '../../..', images: [], status: 'failed', unclean: true };
    writeFileSync(join(inner, 'record.json'), JSON.stringify(wrong));
    const state = at('foreign', 'a', 'b', 'state');
    const options = { places: { ...places(), state }, env: {} };
    expect(await listBuilds(state)).toMatchObject([
      { id: 'aaaa0000', error: { code: 'builds.damaged-record' } },
    ]);
    if (how === 'clean') await cleanBuilds(options);
    if (how === 'dry') await cleanBuilds({ ...options, ids: ['aaaa0000'], dryRun: true });
    if (how === 'all') await cleanBuilds({ ...options, all: true });
    expect(readdirSync(at('foreign')).sort()).toEqual(['a', 'precious']);
    expect(readdirSync(at('foreign', 'a', 'b'))).toEqual(['state']);
    await cleanBuilds({ ...options, ids: ['aaaa0000'] }).catch(() => undefined);
    expect(readdirSync(at('foreign', 'a', 'b', 'state', 'builds'))).toEqual([]);
    expect(existsSync(at('foreign', 'precious'))).toBe(true);
  });

  it('takes a link in the place of a build for a damaged one, and removes the link alone', async () => {
    await finishedBuild('aaaa0000');
    mkdirSync(at('elsewhere'));
    renameSync(at('state', 'builds', 'aaaa0000'), at('elsewhere', 'aaaa0000'));
    symlinkSync(at('elsewhere', 'aaaa0000'), at('state', 'builds', 'aaaa0000'));
    expect(await listBuilds(at('state'))).toMatchObject([{ error: { code: 'builds.damaged-record' } }]);
    await clean({ ids: ['aaaa0000'] });
    expect(readdirSync(at('state', 'builds'))).toEqual([]);
    expect(readdirSync(at('elsewhere', 'aaaa0000')).sort()).toEqual(['journal.jsonl', 'record.json']);
    expect(existsSync(at('out', 'demo.qcow2'))).toBe(true);
  });

  it('removes nothing that a journal names outside of what the build owns', async () => {
    await finishedBuild('aaaa0000', { images: [], status: 'failed' });
    const journal = openJournal(journalPath(at('state'), 'aaaa0000'));
    for (const name of ['foreign', 'out/precious', '.kiln-work-aaaa0000']) {
      mkdirSync(at(name), { recursive: true });
      writeFileSync(at(name, 'file'), 'x');
    }
    mkdirSync(at('empty'));
    const foreign = [at('foreign'), `${at('out')}/../foreign`, at('out'), folder];
    for (const path of [...foreign, at('out', 'precious'), at('.kiln-work-aaaa0000')]) {
      journal.note({ kind: 'path', path });
    }
    journal.note({ kind: 'folder', path: at('empty') });
    const { kept } = await clean({ ids: ['aaaa0000'] });
    for (const name of ['foreign/file', 'out/precious/file', '.kiln-work-aaaa0000/file', 'empty']) {
      expect(existsSync(at(name)), name).toBe(true);
    }
    expect(readdirSync(at('out'))).toEqual(['precious']);
    expect(kept.map(({ what }) => what)).toEqual(
      expect.arrayContaining([at('foreign'), folder, at('empty')]),
    );
  });

  it('goes on past a build that cannot be cleaned up, says why, and tries again the next time', async () => {
    await finishedBuild('aaaa0000', { images: [], status: 'failed', unclean: true });
    openJournal(journalPath(at('state'), 'aaaa0000')).note({
      kind: 'domain',
      uuid: '6ba7b810-9dad-41d1-80b4-00c04fd430c8',
      name: 'kiln-demo',
      uri: `qemu+unix:///system?socket=${at('no-libvirt-sock')}`,
      privateDaemon: false,
    });
    const other = at('other', '.kiln-work-bbbb0000');
    mkdirSync(other, { recursive: true });
    await writeRecord(at('state'), {
      ...(await listBuilds(at('state')))[0],
      id: 'bbbb0000',
      directory: at('other'),
    } as BuildRecord);
    openJournal(journalPath(at('state'), 'bbbb0000')).note({ kind: 'path', path: other });
    const report = await clean({});
    expect(report.failed).toMatchObject([{ id: 'aaaa0000', error: { code: 'host.libvirt-unreachable' } }]);
    expect(report.removed).toMatchObject([{ what: other }]);
    const left = (await listBuilds(at('state'))).filter(({ unclean }) => unclean);
    expect(left).toMatchObject([{ id: 'aaaa0000' }]);
  });

  it('with force: forgets what a libvirt has that is gone, and names it', async () => {
    await finishedBuild('aaaa0000', { images: [], status: 'failed', unclean: true });
    const uri = `qemu+unix:///system?socket=${at('no-libvirt-sock')}`;
    const journal = openJournal(journalPath(at('state'), 'aaaa0000'));
    const uuid = '6ba7b810-9dad-41d1-80b4-00c04fd430c8';
    journal.note({ kind: 'domain', uuid, name: 'kiln-demo', uri, privateDaemon: false });
    const storage = { kind: 'volume', pool: 'images', name: 'demo disk' } as const;
    journal.note({ kind: 'storage', storage, uri, privateDaemon: false });
    const refused = await clean({ ids: ['aaaa0000'] });
    expect(refused.failed[0]?.error.message).toContain('kiln builds clean aaaa0000 --force');
    expect(existsSync(at('out'))).toBe(true);
    const { kept, failed } = await clean({ ids: ['aaaa0000'], force: true });
    expect(failed).toEqual([]);
    expect(kept.map(({ what }) => what)).toEqual([
      `volume images/demo disk at ${uri}`,
      `domain kiln-demo (${uuid}) at ${uri}`,
    ]);
    expect(kept[0]?.why).toContain("vol-delete --pool images 'demo disk'");
    expect(existsSync(at('out'))).toBe(false);
    expect(await listBuilds(at('state'))).toEqual([]);
  });

  it.each(['by its id', 'with all'])(
    'removes nothing behind a link in the place of a folder: %s',
    async (how) => {
      await finishedBuild('aaaa0000', { images: [], status: 'failed' });
      renameSync(at('out'), at('moved'));
      for (const name of ['logs', '.kiln-work-aaaa0000']) {
        mkdirSync(at('victim', name), { recursive: true });
        writeFileSync(at('victim', name, 'precious'), 'x');
      }
      symlinkSync(at('victim'), at('out'));
      const { kept } = await clean(how === 'with all' ? { all: true } : { ids: ['aaaa0000'] });
      expect(readdirSync(at('victim')).sort()).toEqual(['.kiln-work-aaaa0000', 'logs']);
      for (const name of readdirSync(at('victim')))
        expect(readdirSync(at('victim', name))).toEqual(['precious']);
      expect(existsSync(at('out'))).toBe(true);
      expect(kept).toMatchObject([{ what: at('out'), why: expect.stringContaining('link') }]);
    },
  );

  it('does without a journal that is no file, and without a saved install that is none', async () => {
    await finishedBuild('aaaa0000', { status: 'running', images: [] });
    const work = at('out', '.kiln-work-aaaa0000');
    mkdirSync(work);
    writeFileSync(join(work, 'install.json'), '{"form":1,"plan":');
    await cleanBuilds({ places: places(), env: {}, spareRunning: true });
    expect(existsSync(work)).toBe(false);
    await finishedBuild('bbbb0000', { status: 'running', images: [] });
    rmSync(at('state', 'builds', 'bbbb0000', 'journal.jsonl'));
    execFileSync('mkfifo', [at('state', 'builds', 'bbbb0000', 'journal.jsonl')]);
    expect(await clean({})).toMatchObject({ removed: [] });
  });

  it('goes on with a folder in the place of a record', async () => {
    await finishedBuild('aaaa0000');
    const record = at('state', 'builds', 'aaaa0000', 'record.json');
    rmSync(record);
    mkdirSync(record);
    expect(await listBuilds(at('state'))).toMatchObject([{ id: 'aaaa0000', status: 'unknown' }]);
    await clean({ ids: ['aaaa0000'] });
    expect(existsSync(at('out', 'demo.qcow2'))).toBe(true);
    expect(existsSync(at('state', 'builds', 'aaaa0000'))).toBe(false);
  });
});

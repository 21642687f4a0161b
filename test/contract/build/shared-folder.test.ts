import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BuildRun } from '../../../src/build/build-context.ts';
import { buildDirectory } from '../../../src/build/build-directory.ts';
import {
  type BuildRecord,
  findBuild,
  journalPath,
  listBuilds,
  writeRecord,
} from '../../../src/build/build-records.ts';
import { readStory } from '../../../src/build/build-story.ts';
import type { ClaimedBuild } from '../../../src/build/claim-build.ts';
import { type CleanReport, cleanBuilds } from '../../../src/build/clean-builds.ts';
import { type Journal, openJournal } from '../../../src/build/journal.ts';
import { type LeaveOptions, leaveBuild } from '../../../src/build/leave-build.ts';
import { makeFolders } from '../../../src/build/make-folders.ts';
import { runBuildLogs } from '../../../src/cli/build-logs-command.ts';
import type { CliIo } from '../../../src/cli/cli-io.ts';
import { runListBuilds } from '../../../src/cli/list-builds-command.ts';
import { buildText } from '../../../src/cli/show-build-command.ts';
import { styleFor } from '../../../src/cli/style.ts';
import { silentLogger } from '../../../src/foundation/logger.ts';
import { ownIdentity } from '../../../src/foundation/process-identity.ts';
import type { ChosenLibvirt } from '../../../src/libvirt/choose-uri.ts';
import { libvirtLost } from '../../../src/libvirt/libvirt-error.ts';

/** The earlier build and the later one, which was given the same folder with `--force`. */
const [EARLIER, LATER] = ['aaaa0000', 'bbbb0000'] as const;
const DEAD = { pid: 1, startedAt: 'another boot' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-shared-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (...names: string[]): string => join(folder, ...names);
const clean = (options: { ids?: string[]; all?: boolean; dryRun?: boolean }): Promise<CleanReport> =>
  cleanBuilds({
    places: { cache: at('cache'), state: at('state'), runtime: at('run') },
    env: {},
    ...options,
  });

async function record(id: string, changes: Partial<BuildRecord>): Promise<Journal> {
  const startedAt = `2026-01-0${id === EARLIER ? 1 : 2}T00:00:00.000Z`;
  const rest = { images: [], kept: false, unclean: false, status: 'failed', process: DEAD } as const;
  await writeRecord(at('state'), { id, name: 'demo', directory: at('out'), startedAt, ...rest, ...changes });
  return openJournal(journalPath(at('state'), id));
}

/** Begins as a build does, and has a guest that says something. */
async function logged(id: string, changes: Partial<BuildRecord> = {}): Promise<Journal> {
  const journal = await record(id, changes);
  await begin(id, journal);
  writeFileSync(at('out', 'logs', 'serial.log'), `said by ${id}`);
  return journal;
}

async function begin(id: string, journal: Journal): Promise<void> {
  const directory = buildDirectory(at('out'), id);
  await makeFolders(directory, journal);
  writeFileSync(directory.planFile, JSON.stringify({ buildId: id }));
}

/** As a build ends: the work folder goes. */
const end = (id: string): void => rmSync(at('out', `.kiln-work-${id}`), { recursive: true });

/** As a build delivers: the manifest comes last. */
function deliver(id: string, journal: Journal): void {
  for (const name of ['demo.qcow2', 'SHA256SUMS', 'SHA512SUMS', 'manifest.json'])
    journal.note({ kind: 'path', path: at('out', name) });
  for (const name of ['demo.qcow2', 'SHA256SUMS', 'SHA512SUMS']) writeFileSync(at('out', name), id);
  const outputs = [{ file: 'demo.qcow2' }];
  const manifest = { buildId: id, createdAt: '2026-01-03T00:00:00.000Z', outputs };
  writeFileSync(at('out', 'manifest.json'), JSON.stringify(manifest));
}

const RESULTS = ['SHA256SUMS', 'SHA512SUMS', 'demo.qcow2', 'logs', 'manifest.json'];
const said = (): string => readFileSync(at('out', 'logs', 'serial.log'), 'utf8');
const idsLeft = async (): Promise<string[]> => (await listBuilds(at('state'))).map(({ id }) => id);

describe('an earlier build', () => {
  beforeEach(async () => {
    await logged(EARLIER);
    end(EARLIER);
  });

  it.each([{ ids: [EARLIER] }, { all: true }, { ids: [EARLIER], dryRun: true }])(
    'is not cleaned up while another one runs in its folder: %j',
    async (options) => {
      await logged(LATER, { status: 'running', process: ownIdentity() });
      const { removed, kept } = await clean(options);
      expect(removed).toEqual([]);
      expect(kept).toContainEqual({
        what: `build ${EARLIER} (demo)`,
        why: expect.stringContaining(`kiln builds stop ${LATER}`),
      });
      expect(said()).toBe(`said by ${LATER}`);
      expect(await idsLeft()).toEqual([EARLIER, LATER]);
    },
  );

  it('leaves the logs that a later one has written since', async () => {
    await logged(LATER);
    end(LATER);
    const { kept } = await clean({ ids: [EARLIER] });
    expect(kept).toMatchObject([{ what: at('out', 'logs'), why: expect.stringContaining(LATER) }]);
    expect(said()).toBe(`said by ${LATER}`);
    await clean({ ids: [LATER] });
    expect(existsSync(at('out', 'logs'))).toBe(false);
  });

  it('has its logs back when a later one is cleaned up whose guest said nothing', async () => {
    await begin(LATER, await record(LATER, { status: 'running' }));
    await clean({});
    expect(readdirSync(at('out'))).toEqual(['logs']);
    expect(said()).toBe(`said by ${EARLIER}`);
  });

  it('goes together with the later one', async () => {
    await logged(LATER, { status: 'running' });
    await clean({ all: true });
    expect(await idsLeft()).toEqual([]);
    expect(existsSync(at('out'))).toBe(false);
  });
});

it('the story of a build whose logs and results were replaced tells nothing of another one', async () => {
  for (const id of [EARLIER, LATER]) {
    deliver(id, await logged(id, { status: 'succeeded', images: ['demo.qcow2'] }));
    end(id);
  }
  const story = await readStory(await findBuild(at('state'), EARLIER), at('state'));
  expect(story).toMatchObject({
    folderExists: true,
    phases: [],
    evidence: [],
    replaced: { results: LATER, logs: LATER },
  });
  const text = buildText(story, styleFor({ colours: false }));
  expect(text).toMatch(new RegExp(`Results +those in the folder are build ${LATER}'s`));
  expect(text).not.toContain('demo.qcow2');
  expect((await readStory(await findBuild(at('state'), LATER), at('state'))).evidence).toContain(
    'serial.log',
  );
  const written: string[] = [];
  const io = { out: { write: (line: string) => written.push(line) }, env: { KILN_STATE_DIR: at('state') } };
  await runListBuilds({ json: true }, io as unknown as CliIo);
  const [first, second] = JSON.parse(written.join('')) as { sizeBytes: number }[];
  expect(first?.sizeBytes).toBe(0);
  expect(second?.sizeBytes).toBeGreaterThan(0);
  await expect(runBuildLogs(EARLIER, {}, io as unknown as CliIo)).rejects.toMatchObject({
    code: 'builds.no-log',
    message: expect.stringContaining(`kiln builds logs ${LATER}`),
  });
});

describe('a build whose Kiln was killed after its last file', () => {
  it('has succeeded, and only its work folder is cleaned up', async () => {
    deliver(EARLIER, await logged(EARLIER, { status: 'running' }));
    expect(await findBuild(at('state'), EARLIER)).toMatchObject({
      status: 'succeeded',
      images: ['demo.qcow2'],
      endedAt: '2026-01-03T00:00:00.000Z',
    });
    await clean({});
    expect(readdirSync(at('out')).sort()).toEqual(RESULTS);
    expect(await findBuild(at('state'), EARLIER)).toMatchObject({ status: 'succeeded', unclean: false });
    await clean({ ids: [EARLIER] });
    expect(existsSync(at('out'))).toBe(false);
  });

  it('is left over when its manifest is not there, or is an earlier one', async () => {
    const journal = await logged(EARLIER, { status: 'running' });
    deliver(EARLIER, journal);
    rmSync(at('out', 'manifest.json'));
    expect(await findBuild(at('state'), EARLIER)).toMatchObject({ status: 'interrupted', images: [] });
    await clean({});
    expect(readdirSync(at('out'))).toEqual(['logs']);
  });
});

describe('a later build that fails', () => {
  let earlier: string;
  beforeEach(async () => {
    deliver(EARLIER, await logged(EARLIER, { status: 'succeeded', images: ['demo.qcow2'] }));
    end(EARLIER);
    earlier = readFileSync(at('out', 'manifest.json'), 'utf8');
  });
  const fail = async (journal: Journal, more: Pick<LeaveOptions, 'needsLogs'> = {}): Promise<void> => {
    const reporter = { notice: (text: string) => expect(text).toBe('') };
    const run = { id: LATER, request: {}, reporter, context: { env: {} } };
    const claimed = { journal, left: () => undefined } as unknown as ClaimedBuild;
    const directory = buildDirectory(at('out'), LATER);
    const options = { run: run as unknown as BuildRun, libvirt: {} as ChosenLibvirt, claimed, directory };
    await leaveBuild({ ...options, ...more }, 'failed');
  };

  it('leaves the earlier result whole, with its logs', async () => {
    const journal = await record(LATER, { status: 'running', process: ownIdentity() });
    await begin(LATER, journal);
    await fail(journal);
    expect(readdirSync(at('out')).sort()).toEqual(RESULTS);
    expect(said()).toBe(`said by ${EARLIER}`);
  });

  it('keeps the logs, still empty, into which its guest goes on', async () => {
    const journal = await record(LATER, { status: 'running', process: ownIdentity() });
    await begin(LATER, journal);
    writeFileSync(at('out', 'logs', 'serial.log'), '');
    await fail(journal, { needsLogs: true });
    expect(readdirSync(at('out')).sort()).toEqual(RESULTS);
    expect(said()).toBe('');
  });

  it('leaves the earlier images while its own are not in place', async () => {
    const journal = await logged(LATER, { status: 'running', process: ownIdentity() });
    journal.note({ kind: 'path', path: at('out', 'demo.qcow2') });
    journal.note({ kind: 'path', path: at('out', 'manifest.json') });
    await fail(journal);
    expect(readFileSync(at('out', 'manifest.json'), 'utf8')).toBe(earlier);
    expect(readFileSync(at('out', 'demo.qcow2'), 'utf8')).toBe(EARLIER);
    expect(said()).toBe(`said by ${LATER}`);
  });
});

it('what stays at a libvirt that is gone is named once', async () => {
  const journal = await record(LATER, { status: 'running', process: ownIdentity() });
  const uri = `qemu+unix:///system?socket=${at('nowhere')}`;
  const where = { uri, privateDaemon: false };
  journal.note({ kind: 'storage', ...where, storage: { kind: 'pool', pool: 'np' } });
  journal.note({ kind: 'storage', ...where, storage: { kind: 'volume', pool: 'np', name: 'g2.qcow2' } });
  journal.note({ kind: 'domain', uuid: 'x', name: 'g2', ...where });
  const lost = async (): Promise<never> => Promise.reject(libvirtLost(uri, 'the daemon has ended'));
  const notices: string[] = [];
  const run = {
    id: LATER,
    request: {},
    reporter: { notice: (text: string) => notices.push(text) },
    context: { places: { runtime: at('runtime') }, env: {} },
    logger: silentLogger,
  };
  const options = {
    run: run as unknown as BuildRun,
    libvirt: { connection: { lookupByUuid: lost } } as unknown as ChosenLibvirt,
    claimed: { journal, left: () => undefined } as unknown as ClaimedBuild,
    directory: buildDirectory(at('out'), LATER),
  };
  await leaveBuild(options, 'failed');
  const said = `(guest: libvirt (${uri}) is gone, so there may still be domain g2, volume np/g2.qcow2, pool np)`;
  expect(notices).toEqual([expect.stringContaining(said)]);
});

describe('what clean-up says', () => {
  it('names the record that goes', async () => {
    await record(EARLIER, {});
    const report = await clean({ ids: [EARLIER] });
    expect(report.removed).toEqual([{ kind: 'record', what: `${EARLIER} (demo)`, bytes: 0 }]);
  });

  it.each(['', '\0\0\0'])('names the results that a damaged journal does not: %j', async (text) => {
    const journal = await logged(EARLIER, { status: 'succeeded', images: ['demo.qcow2'] });
    deliver(EARLIER, journal);
    end(EARLIER);
    writeFileSync(journalPath(at('state'), EARLIER), text);
    const { kept } = await clean({ ids: [EARLIER] });
    expect(kept).toMatchObject([{ what: at('out'), why: expect.stringContaining('journal') }]);
    expect(readdirSync(at('out')).sort()).toEqual(RESULTS);
  });

  it('names the folder of a damaged record', async () => {
    const journal = await logged(EARLIER);
    journal.note({ kind: 'process', pid: 1, startedAt: 'another boot' });
    writeFileSync(at('state', 'builds', EARLIER, 'record.json'), '');
    const { kept } = await clean({ ids: [EARLIER] });
    expect(kept).toMatchObject([{ what: `the files of build ${EARLIER} in ${at('out')}` }]);
  });
});

it('a folder that was behind a link is cleaned up when it is back', async () => {
  await logged(EARLIER, { status: 'running' });
  renameSync(at('out'), at('moved'));
  symlinkSync(at('moved'), at('out'));
  await clean({});
  expect(readdirSync(at('moved'))).toContain(`.kiln-work-${EARLIER}`);
  rmSync(at('out'));
  renameSync(at('moved'), at('out'));
  await clean({});
  expect(readdirSync(at('out'))).toEqual(['logs']);
});

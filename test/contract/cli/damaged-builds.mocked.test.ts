import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type BuildRecord, findBuild, journalPath, writeRecord } from '../../../src/build/build-records.ts';
import { eventLogPath } from '../../../src/build/event-log.ts';
import { openJournal } from '../../../src/build/journal.ts';
import { runAttachBuild, runStopBuild } from '../../../src/cli/attach-build-command.ts';
import { runBuildLogs } from '../../../src/cli/build-logs-command.ts';
import { runCleanBuilds } from '../../../src/cli/clean-builds-command.ts';
import { runListBuilds } from '../../../src/cli/list-builds-command.ts';
import { runReportBuild } from '../../../src/cli/report-build-command.ts';
import { runScreenshotBuild } from '../../../src/cli/screenshot-build-command.ts';
import { runShowBuild } from '../../../src/cli/show-build-command.ts';
import { type KilnError, SpecError } from '../../../src/foundation/errors.ts';
import { placesFrom } from '../../../src/foundation/places.ts';
import { ownIdentity } from '../../../src/foundation/process-identity.ts';
import { runCommand } from '../../../src/process/run-command.ts';
import { recordingIo } from '../../unit/cli/recording-io.ts';
import { mayMount, mountSmall } from '../disk/small-mount.ts';

const resumed = vi.hoisted(() => ({ instead: async (): Promise<never> => Promise.reject() }));
vi.mock('../../../src/build/resume-build.ts', () => ({ resumeBuild: () => resumed.instead() }));

const locked = vi.hoisted(() => ({ path: '' }));
vi.mock('node:fs/promises', async (original) => {
  const fs = await original<typeof import('node:fs/promises')>();
  const refused = { code: 'EACCES', syscall: 'scandir' };
  const readdir = (path: string, ...more: never[]) =>
    path === locked.path ? Promise.reject(Object.assign(new Error(), refused)) : fs.readdir(path, ...more);
  return { ...fs, readdir };
});

const MAY_MOUNT = await mayMount();
const ID = 'abcd1234';
let folder: string;
let state: string;
let logs: string;
const io = () => {
  const [state, run] = [join(folder, 'state'), join(folder, 'run')];
  return recordingIo({ cwd: folder, env: { HOME: folder, XDG_STATE_HOME: state, KILN_RUNTIME_DIR: run } });
};
const record = (more: Partial<BuildRecord> = {}): BuildRecord => ({
  id: ID,
  name: 'web',
  directory: join(folder, 'out'),
  status: 'failed',
  process: { pid: 0, startedAt: '' },
  startedAt: '2026-01-01T00:00:00Z',
  images: [],
  kept: false,
  unclean: false,
  ...more,
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-damaged-'));
  state = placesFrom(io().env).state;
  logs = join(folder, 'out', 'logs');
  // The logs of another, in the current folder.
  for (const path of [logs, join(folder, 'logs')]) mkdirSync(path, { recursive: true });
  writeFileSync(join(folder, 'logs', 'serial.log'), 'foreign\n');
  await writeRecord(state, record());
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

it('of a build with a damaged record nothing is read from the current folder', async () => {
  writeFileSync(join(state, 'builds', ID, 'record.json'), '');
  const damaged = { code: 'builds.damaged-record' };
  const seen = io();
  await expect(runBuildLogs(ID, {}, seen)).rejects.toMatchObject(damaged);
  await expect(runReportBuild(ID, {}, seen)).rejects.toMatchObject(damaged);
  expect(seen.stdout()).toBe('');
  expect(readdirSync(folder).filter((name) => name.endsWith('.gz'))).toEqual([]);
});

function link(target: string, path: string): void {
  rmSync(path);
  symlinkSync(target, path);
}

it.each([
  ['leads to a device without end', (path: string) => link('/dev/zero', path)],
  ['leads to another record', (path: string) => link(join(folder, 'another.json'), path)],
  ['is longer than any', (path: string) => truncateSync(path, 3 * 2 ** 30)],
])('a record that %s is damaged, and the others are shown', async (_, damage) => {
  await writeRecord(state, record({ id: 'beef5678', name: 'whole' }));
  writeFileSync(join(folder, 'another.json'), JSON.stringify(record()));
  const path = join(state, 'builds', ID, 'record.json');
  damage(path);
  const seen = io();
  await runListBuilds({}, seen);
  expect(seen.stdout()).toMatch(/beef5678 .* whole /);
  expect(seen.stdout()).toMatch(/abcd1234 {2}unknown .*builds\.damaged-record/);
});

const OPEN = { target: { kind: 'http', where: 'folder', options: {} }, status: 'open' };

it.each([
  ...[5, null, 'x', [], {}, { code: 'x' }, { message: 'x' }, { code: 5, message: {} }].map((error) => ({
    error,
  })),
  ...[5, null, [], 'yesterday', '9999-99-99T00:00:00Z'].map((endedAt) => ({ endedAt })),
  ...['x', {}, -1, 1e308].map((seconds) => ({ seconds })),
  ...['weird', 'unknown', 5].map((status) => ({ status })),
  ...['n'.repeat(2 ** 20), 5, 'a\0'].map((name) => ({ name })),
  ...['relative', '/a\0', `/${'n'.repeat(5000)}`].map((directory) => ({ directory })),
  ...[['../x'], [5], 'x'].map((images) => ({ images })),
  ...[{ pid: -1, startedAt: '' }, { pid: 1 }, { pid: 1.5, startedAt: '' }].map((process) => ({ process })),
  { startedAt: '\u001b]0;x\u0007' },
  { kept: 'yes' },
  { unclean: null },
  ...[
    {},
    { ...OPEN, target: { ...OPEN.target, kind: 'weird' } },
    { ...OPEN, target: { ...OPEN.target, options: { name: 'x' } } },
    { ...OPEN, status: 'published' },
    { ...OPEN, status: 'failed', code: 'x' },
  ].map((one) => ({ publications: [one] })),
])('a record with a value that is none is damaged, and every command says so: %#', async (wrong) => {
  writeFileSync(join(state, 'builds', ID, 'record.json'), JSON.stringify({ ...record(), ...wrong }));
  const remedy = `\`kiln builds clean ${ID}\``;
  const [shown, table, list] = [io(), io(), io()];
  await runShowBuild(ID, {}, shown);
  expect(shown.stdout()).toMatch(/^Status +unknown$/m);
  expect(shown.stdout()).toContain(remedy);
  await runListBuilds({}, table);
  expect(table.stdout()).toMatch(/^abcd1234 {2}unknown .*\(builds\.damaged-record\)/m);
  expect(table.stderr()).toMatch(/cannot be read: abcd1234\. `kiln builds clean ID`/);
  await runListBuilds({ json: true }, list);
  expect(JSON.parse(list.stdout())).toMatchObject([
    { id: ID, status: 'unknown', error: { message: expect.stringContaining(remedy) } },
  ]);
  const { requireResumable } = await vi.importActual<typeof import('../../../src/build/resume-build.ts')>(
    '../../../src/build/resume-build.ts',
  );
  const damaged = { code: 'builds.damaged-record', message: expect.stringContaining(remedy) };
  await expect(runStopBuild(ID, io())).rejects.toMatchObject(damaged);
  await expect(runAttachBuild(ID, {}, io())).rejects.toMatchObject(damaged);
  await expect(runScreenshotBuild(ID, {}, io())).rejects.toMatchObject(damaged);
  await expect(requireResumable(ID, state)).rejects.toMatchObject(damaged);
});

it('a record with all that one can have is whole', async () => {
  const published = { ...OPEN, status: 'published', name: 'web', url: 'http://x/' };
  const failed = { ...OPEN, status: 'failed', code: 'publish.x', message: 'x' };
  const more = { endedAt: '2026-01-01T00:00:09.123Z', seconds: 9.1, images: ['web.qcow2'], new: 1 };
  const publications = [OPEN, published, failed];
  const whole = { ...record(), ...more, name: 'n'.repeat(238), publications };
  writeFileSync(join(state, 'builds', ID, 'record.json'), JSON.stringify(whole));
  expect(await findBuild(state, ID)).toEqual(whole);
});

it('a link in the place of a build shows nothing of the one it leads to', async () => {
  writeFileSync(eventLogPath(state, ID), '');
  symlinkSync(join(state, 'builds', ID), join(state, 'builds', 'beef5678'));
  await expect(runAttachBuild('beef5678', {}, io())).rejects.toMatchObject({ code: 'builds.damaged-record' });
});

it('what a record says goes to no terminal as it stands', async () => {
  const steering = '\u001b]0;x\u0007<b>';
  const error = { code: steering, message: steering };
  const changed = { ...record(), name: steering, directory: join(folder, steering), error };
  mkdirSync(changed.directory);
  writeFileSync(join(state, 'builds', ID, 'record.json'), JSON.stringify(changed));
  const seen = io();
  await runListBuilds({}, seen);
  await runShowBuild(ID, {}, seen);
  expect(seen.stdout().match(/<b>/g)).toHaveLength(6);
  expect(seen.stdout()).not.toMatch(/[\u0007\u001b]/);
});

it('a link out of the folder of a build is not followed, and a pipe not waited for', async () => {
  const log = join(logs, 'serial.log');
  const refused = async (): Promise<void> => {
    const seen = io();
    await expect(runBuildLogs(ID, {}, seen)).rejects.toMatchObject({ code: 'builds.no-log' });
    expect(seen.stdout()).toBe('');
  };
  symlinkSync(join(folder, 'logs', 'serial.log'), log);
  await refused();
  rmSync(log);
  execFileSync('mkfifo', [log]);
  await refused();
  rmSync(logs, { recursive: true });
  symlinkSync(join(folder, 'logs'), logs);
  await refused();
  await expect(runReportBuild(ID, {}, io())).rejects.toMatchObject({ code: 'builds.no-log' });
});

it('a folder that may not be read hides no build', async () => {
  await writeRecord(state, record({ id: 'beef5678', directory: join(folder, 'other') }));
  locked.path = logs;
  const [table, list] = [io(), io()];
  await runListBuilds({}, table);
  expect(table.stdout()).toMatch(/^abcd1234 .* - +- +web +\/.*\/out$/m);
  expect(table.stdout()).toMatch(/^beef5678 .* 0 B +web/m);
  await runListBuilds({ json: true }, list);
  const [first, second] = JSON.parse(list.stdout()) as readonly object[];
  expect(first).not.toHaveProperty('sizeBytes');
  expect(second).toMatchObject({ sizeBytes: 0 });
});

it.runIf(MAY_MOUNT)(
  'of a build whose record cannot be removed all stays, and that is said once',
  async () => {
    const place = join(folder, 'state');
    const unmount = await mountSmall(place);
    try {
      const ids = [ID, 'beef5678'];
      for (const id of ids) {
        await writeRecord(state, record({ id }));
        openJournal(journalPath(state, id)).note({ kind: 'path', path: logs });
      }
      await runCommand('mount', ['-o', 'remount,ro', place]);
      const seen = io();
      const failure = await runCleanBuilds(ids, {}, seen).catch((error: KilnError) => error);
      expect(failure).toMatchObject({ code: 'host.no-permission' });
      const told = `${seen.stdout()}${failure?.message}`;
      for (const id of ids)
        expect(told.split(`Build ${id} could not be cleaned up: Its record`)).toHaveLength(2);
      expect(existsSync(logs)).toBe(true);
    } finally {
      await unmount?.();
    }
  },
);

it('an event log that ends too early is said to', async () => {
  writeFileSync(eventLogPath(state, ID), '{"at":1,"type":"notice","message":"It begins."}\n{"at":2,');
  const seen = io();
  await expect(runAttachBuild(ID, {}, seen)).rejects.toMatchObject({
    code: 'builds.no-log',
    message: expect.stringContaining('ends before that'),
  });
  expect(seen.stdout()).toContain('It begins.');
}, 15_000);

it('an event log that is a pipe is none', async () => {
  execFileSync('mkfifo', [eventLogPath(state, ID)]);
  await expect(runAttachBuild(ID, {}, io())).rejects.toMatchObject({ code: 'builds.no-log' });
}, 15_000);

it('a file without content is no evidence', async () => {
  writeFileSync(join(logs, 'syslog.log'), '');
  writeFileSync(join(logs, 'serial.log'), 'x');
  const seen = io();
  await runShowBuild(ID, { json: true }, seen);
  expect((JSON.parse(seen.stdout()) as { evidence: unknown }).evidence).toEqual(['serial.log']);
});

it('attaching to an interrupted build that another has just gone on with follows that one', async () => {
  await writeRecord(state, record({ status: 'interrupted' }));
  resumed.instead = async () => {
    await writeRecord(state, record({ status: 'running', process: ownIdentity() }));
    const failed = { code: 'install.prompt', exitCode: 5, message: 'It asks.', details: {} };
    const events = [
      { at: 1, type: 'notice' },
      { at: 2, type: 'stage-started' },
      { at: 3, type: 'build-failed', ...failed },
    ];
    writeFileSync(eventLogPath(state, ID), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    throw new SpecError('builds.running', `Build ${ID} runs as process 1.`);
  };
  const seen = io();
  expect(await runAttachBuild(ID, {}, seen)).toBe(5);
  expect(seen.stderr()).toContain('It asks.');
  expect(seen.stderr()).not.toContain('runs as process');
});

it('a report that is interrupted leaves nothing', async () => {
  writeFileSync(join(logs, 'serial.log'), 'x');
  vi.stubEnv('TMPDIR', folder);
  const seen = io();
  const reporting = runReportBuild(ID, {}, seen);
  seen.signals.emit('SIGINT');
  await expect(reporting).rejects.toMatchObject({ name: 'CancelledError' });
  expect(readdirSync(folder).filter((name) => name.startsWith('kiln-report-'))).toEqual([]);
});

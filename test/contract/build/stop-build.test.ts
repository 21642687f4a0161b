import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findBuild, journalPath, recordDirectory, writeRecord } from '../../../src/build/build-records.ts';
import { cleanBuilds } from '../../../src/build/clean-builds.ts';
import { openJournal } from '../../../src/build/journal.ts';
import { stopBuild } from '../../../src/build/stop-build.ts';
import { runAttachBuild } from '../../../src/cli/attach-build-command.ts';
import { placesFrom } from '../../../src/foundation/places.ts';
import { identityOf, isSuspended, type ProcessIdentity } from '../../../src/foundation/process-identity.ts';
import { recordingIo } from '../../unit/cli/recording-io.ts';

const ID = 'abcd1234';
const INTEREST = new AbortController().signal;
let folder: string;
let child: ChildProcess;
const io = () => recordingIo({ cwd: folder, env: { HOME: folder, XDG_STATE_HOME: folder } });
const state = (): string => placesFrom(io().env).state;
const stop = (limitMs?: number): Promise<unknown> => stopBuild(state(), ID, INTEREST, limitMs);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-stop-'));
});
afterEach(() => {
  child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** A build that a shell stands in for. */
async function runningAs(script: string): Promise<ProcessIdentity> {
  child = spawn('sh', ['-c', `${script}; echo ready; while :; do sleep 0.05; done`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.stdout) await once(child.stdout, 'data');
  const process = identityOf(child.pid ?? 0);
  if (process === undefined) throw new Error('the shell has ended');
  const directory = join(folder, 'out');
  const rest = { startedAt: '2026-01-01T00:00:00Z', images: [], kept: false, unclean: false };
  await writeRecord(state(), { id: ID, name: 'web', directory, status: 'running', process, ...rest });
  return process;
}

it('one that has ended and left its guest is not stopped, and how to remove that is said', async () => {
  const process = await runningAs('true');
  const ended = { id: ID, name: 'web', directory: join(folder, 'out'), process, images: [], unclean: false };
  const failed = { ...ended, status: 'failed', startedAt: '2026-01-01T00:00:00Z' } as const;
  const refused = async (): Promise<string> => String(await stop().catch((error: unknown) => error));
  await writeRecord(state(), { ...failed, kept: true, guestLeft: true });
  expect(await refused()).toContain(`Its guest was left running: \`kiln builds clean ${ID}\``);
  await writeRecord(state(), { ...failed, kept: true });
  expect(await refused()).toContain(`\`kiln builds clean ${ID}\` removes what it kept`);
  await writeRecord(state(), { ...failed, kept: false });
  expect(await refused()).toMatch(/does not run \(failed\)\.$/);
});

it('a suspended build is neither stopped nor followed, and how to wake it is said at once', async () => {
  const process = await runningAs('true');
  child.kill('SIGSTOP');
  await expect.poll(() => isSuspended(process)).toBe(true);
  const suspended = {
    code: 'builds.suspended',
    exitCode: 3,
    message: expect.stringContaining(`\`kill -CONT ${process.pid}\``),
  };
  await expect(stop()).rejects.toMatchObject(suspended);
  await expect(runAttachBuild(ID, {}, io())).rejects.toMatchObject(suspended);
  child.kill('SIGCONT');
  expect(await stop()).toMatchObject({ status: 'interrupted' });
});

it('one that is suspended while it is followed: how to wake it is said once', async () => {
  const process = await runningAs('true');
  const view = io();
  const followed = runAttachBuild(ID, {}, view);
  await expect.poll(() => view.signals.listenerCount('SIGINT')).toBe(1);
  child.kill('SIGSTOP');
  await expect.poll(() => view.stdout(), { timeout: 10_000 }).toContain(`\`kill -CONT ${process.pid}\``);
  view.signals.emit('SIGINT');
  expect(await followed).toBe(130);
  expect(view.stdout().split('kill -CONT')).toHaveLength(2);
});

it('one that is suspended while it cleans up is not waited for', async () => {
  await runningAs('trap "kill -STOP $$" TERM');
  await expect(stop()).rejects.toMatchObject({ code: 'builds.suspended' });
});

it('one that does not end is not waited for without limit', async () => {
  await runningAs('trap "" TERM');
  await expect(stop(0)).rejects.toMatchObject({
    code: 'builds.not-stopped',
    exitCode: 3,
    message: expect.stringContaining(`\`kiln builds stop ${ID}\` once more`),
  });
});

it('one whose record is damaged is known to run, is not cleaned up, and is stopped', async () => {
  const process = await runningAs('true');
  openJournal(journalPath(state(), ID)).note({ kind: 'process', ...process });
  writeFileSync(join(recordDirectory(state(), ID), 'record.json'), '{');
  expect(await findBuild(state(), ID)).toMatchObject({
    status: 'running',
    process: { pid: process.pid },
    error: { message: expect.stringContaining(`runs as process ${process.pid}. \`kiln builds stop ${ID}\``) },
  });
  const places = { ...placesFrom(io().env), runtime: join(folder, 'run') };
  for (const force of [false, true])
    expect(await cleanBuilds({ places, env: {}, ids: [ID], force })).toMatchObject({
      removed: [],
      kept: [{ why: expect.stringContaining(`running as process ${process.pid}`) }],
    });
  const view = io();
  const followed = runAttachBuild(ID, {}, view);
  await expect.poll(() => view.signals.listenerCount('SIGINT')).toBe(1);
  view.signals.emit('SIGINT');
  expect(await followed).toBe(130);
  expect(view.stderr()).toContain(`The record of build ${ID} cannot be read`);
  expect(await stop()).toMatchObject({ status: 'unknown' });
});

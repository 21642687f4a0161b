import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, open, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { assertWitnessed, witnessStart } from '../../../src/build/console-witness.ts';
import { findLogDaemon } from '../../../src/libvirt/find-log-daemon.ts';
import type { InstallOutcome } from '../../../src/watch/install-outcome.ts';
import type { ConsoleOutcome } from '../../../src/watch/wait-for-console.ts';

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'kiln-log-')));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const evidence = { consoleTail: [], lifecycle: [], serialLog: 'x' };
const NO_MARKER: InstallOutcome = { kind: 'failed', cause: 'no-marker', reason: 'It is missing.', evidence };
const NO_LINE: ConsoleOutcome = { kind: 'failed', cause: 'timed-out', reason: 'No line came.', evidence };
const CRASHED: InstallOutcome = { ...NO_MARKER, cause: 'crashed' };

const NAME = 'kiln-logd';
const LOST = expect.objectContaining({ code: 'host.console-lost' });

/** A process that has `log` open, under the name of the daemon. */
async function startDaemon(log: string): Promise<ChildProcess> {
  await copyFile('/bin/sleep', join(folder, NAME));
  const file = await open(log, 'a');
  const daemon = spawn(join(folder, NAME), ['60'], { stdio: ['ignore', file.fd, 'ignore'] });
  await once(daemon, 'spawn');
  await file.close();
  return daemon;
}

async function end(daemon: ChildProcess): Promise<void> {
  daemon.kill();
  await once(daemon, 'exit');
}

it('finds the daemon that has a log open, and knows when it has ended', async () => {
  const log = join(folder, 'serial.log');
  const daemon = await startDaemon(log);
  try {
    const found = await findLogDaemon(log, NAME);
    expect(found?.pid).toBe(daemon.pid);
    expect(await findLogDaemon(join(folder, 'other.log'), NAME)).toBeUndefined();
    assertWitnessed(NO_MARKER, found);
    assertWitnessed(NO_MARKER, undefined);
    await end(daemon);
    assertWitnessed(CRASHED, found);
    for (const silence of [NO_MARKER, NO_LINE]) expect(() => assertWitnessed(silence, found)).toThrow(LOST);
  } finally {
    daemon.kill();
  }
});

it('knows of a daemon that ended while the guest was started', async () => {
  const log = join(folder, 'serial.log');
  const daemon = await startDaemon(log);
  try {
    const alive = await witnessStart(log, async () => {}, NAME);
    expect(alive?.pid).toBe(daemon.pid);
    expect(await witnessStart(join(folder, 'other.log'), async () => {}, NAME)).toBeUndefined();
    const witness = await witnessStart(log, () => end(daemon), NAME);
    expect(() => assertWitnessed(NO_MARKER, witness)).toThrow(LOST);
  } finally {
    daemon.kill();
  }
});

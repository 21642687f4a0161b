import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, open, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { assertWitnessed } from '../../../src/build/console-witness.ts';
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

it('finds the daemon that has a log open, and knows when it has ended', async () => {
  const log = join(folder, 'serial.log');
  const name = 'kiln-logd';
  await copyFile('/bin/sleep', join(folder, name));
  const file = await open(log, 'a');
  const daemon = spawn(join(folder, name), ['60'], { stdio: ['ignore', file.fd, 'ignore'] });
  await once(daemon, 'spawn');
  await file.close();
  try {
    const found = await findLogDaemon(log, name);
    expect(found?.pid).toBe(daemon.pid);
    expect(await findLogDaemon(join(folder, 'other.log'), name)).toBeUndefined();
    assertWitnessed(NO_MARKER, found);
    assertWitnessed(NO_MARKER, undefined);
    daemon.kill();
    await once(daemon, 'exit');
    assertWitnessed(CRASHED, found);
    const lost = expect.objectContaining({ code: 'host.console-lost' });
    for (const silence of [NO_MARKER, NO_LINE]) expect(() => assertWitnessed(silence, found)).toThrow(lost);
  } finally {
    daemon.kill();
  }
});

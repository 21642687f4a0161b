import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connectLibvirt } from '../../../src/libvirt/connect-libvirt.ts';
import { startPrivateDaemon } from '../../../src/libvirt/private-daemon.ts';
import { compileSources } from '../../support/compile-sources.ts';
import { makeTinyGuest, processesWith } from './tiny-guest.ts';

/** Needs root: libvirtd is privileged only then. */
describe('the private daemon', () => {
  let compiled: ReturnType<typeof compileSources>;
  let folder: string;
  let runtimeDir: string;
  beforeAll(() => {
    compiled = compileSources(['foundation', 'process', 'libvirt']);
  });
  afterAll(() => compiled.remove());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kiln-daemon-'));
    runtimeDir = join(folder, 'r');
  });
  afterEach(() => {
    for (const pid of processesWith('qemu-system', folder)) process.kill(pid, 'SIGKILL'); // after a failed test
    rmSync(folder, { recursive: true });
  });

  const libvirtds = (): number[] => processesWith('libvirtd\0', runtimeDir, '--timeout');
  const processesOfTheFolder = (): number[] => processesWith(runtimeDir);

  async function expectNothingLeft(): Promise<void> {
    await expect.poll(processesOfTheFolder, { timeout: 5000 }).toEqual([]);
    expect(readdirSync(runtimeDir)).toEqual([]);
  }

  /** A Kiln process that uses the daemon until it is told or made to end. */
  async function startOtherUser(): Promise<ChildProcess> {
    const script = join(compiled.folder, 'user.mjs');
    writeFileSync(
      script,
      `import { startPrivateDaemon } from './libvirt/private-daemon.js';
       const daemon = await startPrivateDaemon({ runtimeDir: process.argv[2] });
       console.log('ready');
       process.stdin.resume().once('end', () => daemon.release());`,
    );
    const user = spawn(process.execPath, [script, runtimeDir], { stdio: ['pipe', 'pipe', 'inherit'] });
    await new Promise((resolve, reject) => {
      user.stdout?.once('data', resolve);
      user.once('exit', (code) => reject(new Error(`the other user ended with ${code}`)));
    });
    return user;
  }

  const exitOf = (child: ChildProcess): Promise<unknown> =>
    new Promise((resolve) => child.once('exit', resolve));

  test('starts, answers, and leaves nothing behind', async () => {
    const daemon = await startPrivateDaemon({ runtimeDir });
    expect(existsSync(daemon.logFile)).toBe(true);
    const connection = await connectLibvirt(daemon.uri);
    expect(await connection.listDomains()).toEqual([]);
    await connection.close();
    await daemon.release();
    await daemon.release();
    await expectNothingLeft();
  });

  test('two processes that start at once share one daemon; the last ends it', async () => {
    const [other, daemon] = await Promise.all([startOtherUser(), startPrivateDaemon({ runtimeDir })]);
    await expect.poll(libvirtds).toHaveLength(1);
    const [pid, ...more] = libvirtds();
    expect(more).toEqual([]);
    await daemon.release();
    await expect.poll(libvirtds).toEqual([pid]);
    other.stdin?.end();
    await exitOf(other);
    await expectNothingLeft();
  });

  test('users within one process are counted like others', async () => {
    const [one, two] = await Promise.all([
      startPrivateDaemon({ runtimeDir }),
      startPrivateDaemon({ runtimeDir }),
    ]);
    await one.release();
    await expect.poll(libvirtds).toHaveLength(1);
    await two.release();
    await expectNothingLeft();
  });

  test('the daemon of a killed user is taken over', async () => {
    const other = await startOtherUser();
    // A child that libvirtd has just forked still has its command line.
    await expect.poll(libvirtds).toHaveLength(1);
    const before = libvirtds();
    other.kill('SIGKILL');
    await exitOf(other);
    const daemon = await startPrivateDaemon({ runtimeDir });
    await expect.poll(libvirtds).toEqual(before);
    await daemon.release();
    await expectNothingLeft();
  });

  test('a guest outlives a killed daemon and is found by the next', async () => {
    const guest = makeTinyGuest(folder, 'halt');
    const first = await startPrivateDaemon({ runtimeDir });
    const connection = await connectLibvirt(first.uri);
    await connection.createXml(guest.xml);
    const events = await connection.subscribe(guest.uuid);
    for (const pid of libvirtds()) process.kill(pid, 'SIGKILL');
    for await (const event of events) if (event.kind === 'connection-closed') break;
    await connection.close();

    const second = await startPrivateDaemon({ runtimeDir });
    const again = await connectLibvirt(second.uri);
    expect(await again.getState(guest.uuid)).toMatchObject({ state: 'running' });
    await again.destroy(guest.uuid);
    await again.close();
    await first.release();
    await second.release();
    await expectNothingLeft();
  });

  test('a running guest keeps the daemon after its last user', async () => {
    const guest = makeTinyGuest(folder, 'halt');
    const first = await startPrivateDaemon({ runtimeDir });
    const connection = await connectLibvirt(first.uri);
    await connection.createXml(guest.xml);
    await connection.close();
    const before = libvirtds();
    await first.release();
    await expect.poll(libvirtds).toEqual(before);

    const second = await startPrivateDaemon({ runtimeDir });
    const again = await connectLibvirt(second.uri);
    await again.destroy(guest.uuid);
    await again.close();
    await second.release();
    await expectNothingLeft();
  });

  test('a folder too deep for a socket is refused', async () => {
    const deep = join(runtimeDir, 'x'.repeat(100));
    await expect(startPrivateDaemon({ runtimeDir: deep })).rejects.toMatchObject({
      code: 'host.runtime-dir-too-long',
    });
  });
});

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { chooseLibvirt } from '../../../src/libvirt/choose-uri.ts';
import { connectLibvirt } from '../../../src/libvirt/connect-libvirt.ts';
import { startPrivateDaemon } from '../../../src/libvirt/private-daemon.ts';
import { compileSources } from '../../support/compile-sources.ts';
import { dropLibvirtClients } from '../../support/drop-libvirt-clients.ts';
import { eventsUntil, eventText, makeTinyGuest, processesWith } from './tiny-guest.ts';

/** Needs root: libvirtd is privileged only then. */
describe('the private daemon', () => {
  let compiled: Awaited<ReturnType<typeof compileSources>>;
  let folder: string;
  let runtimeDir: string;
  beforeAll(async () => {
    compiled = await compileSources(['foundation', 'process', 'libvirt']);
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

  test('killed under an open connection, is reported as lost', async () => {
    const daemon = await startPrivateDaemon({ runtimeDir });
    const connection = await connectLibvirt(daemon.uri);
    for (const pid of libvirtds()) process.kill(pid, 'SIGKILL');
    await expect.poll(libvirtds).toEqual([]);
    const lost = { code: 'host.libvirt-lost', exitCode: 3, message: expect.stringContaining(daemon.uri) };
    await expect(connection.listDomains()).rejects.toMatchObject(lost);
    await expect(connection.libvirtVersion()).rejects.toMatchObject(lost);
    await connection.close();
    await daemon.release();
    await expect.poll(processesOfTheFolder, { timeout: 5000 }).toEqual([]);
  });

  test('dropping its clients, is connected to again and tells of the guest as before', async () => {
    const guest = makeTinyGuest(folder, 'halt');
    const lastsUntil = new AbortController().signal;
    const libvirt = await chooseLibvirt({ env: {}, runtimeDir, forcePrivate: true, lastsUntil });
    const { connection } = libvirt;
    const events = await connection.subscribe(guest.uuid);
    await connection.createXml(guest.xml);
    await eventsUntil(events, 'lifecycle started');
    const again = await connection.subscribe(guest.uuid);
    const seen: string[] = [];
    const reading = (async () => {
      for await (const event of again) seen.push(eventText(event));
    })();

    await dropLibvirtClients(runtimeDir);
    expect(await connection.getState(guest.uuid)).toMatchObject({ state: 'running' });
    // Of events that come before it is subscribed again nobody hears.
    await expect
      .poll(async () => {
        await connection.defineXml(guest.xml);
        return seen.at(-1);
      })
      .toMatch(/^lifecycle defined/);
    await connection.destroy(guest.uuid);
    await expect.poll(() => seen.at(-1)).toBe('lifecycle stopped/destroyed');
    await connection.undefine(guest.uuid);
    again.close();
    await reading;
    await libvirt.close();
    await expectNothingLeft();
  });

  test('that ended by itself is started again; one killed under a guest is not', async () => {
    const guest = makeTinyGuest(folder, 'halt');
    const lastsUntil = new AbortController().signal;
    const libvirt = await chooseLibvirt({ env: {}, runtimeDir, forcePrivate: true, lastsUntil });
    const { connection } = libvirt;
    await connection.defineXml(guest.xml);
    for (const pid of libvirtds()) process.kill(pid, 'SIGTERM');
    await expect.poll(libvirtds).toEqual([]);
    expect(await connection.listDomains()).toMatchObject([{ uuid: guest.uuid }]);

    await connection.start(guest.uuid);
    for (const pid of libvirtds()) process.kill(pid, 'SIGKILL');
    await expect.poll(libvirtds).toEqual([]);
    await expect(connection.listDomains()).rejects.toMatchObject({ code: 'host.libvirt-lost' });
    await libvirt.close();
    await removeGuest(guest.uuid);
    await expectNothingLeft();
  });

  async function removeGuest(uuid: string): Promise<void> {
    const { connection, close } = await chooseLibvirt({ env: {}, runtimeDir, forcePrivate: true });
    await connection.destroy(uuid);
    await connection.undefine(uuid);
    await close();
  }

  /** A libvirtd that is just starting loses the signal that ends it. */
  test('whose start is cancelled at any moment ends, and the next one starts', async () => {
    for (const milliseconds of [0, 5, 10, 15, 20, 25, 30]) {
      const cancel = new AbortController();
      const pidFile = join(runtimeDir, 'libvirt', 'libvirtd.pid');
      const look = setInterval(() => {
        if (existsSync(pidFile)) setTimeout(() => cancel.abort(), milliseconds);
      }, 1);
      const started = startPrivateDaemon({ runtimeDir, signal: cancel.signal });
      await started.then(
        (daemon) => daemon.release(),
        (error: Error) => expect(error.name, error.message).toBe('AbortError'),
      );
      clearInterval(look);
      await (await startPrivateDaemon({ runtimeDir })).release();
      await expectNothingLeft();
    }
  });

  /**
   * Without CAP_SYS_ADMIN, as in most containers, there are no mount namespaces. A failing `unshare` plays that; the namespace around
   * it keeps the machine's own libvirt out of the test.
   */
  test('where it cannot have a place apart, a second one waits for the first, or says who is in the way', async () => {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'unshare'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const script = join(compiled.folder, 'occupied.mjs');
    writeFileSync(
      script,
      `import { startPrivateDaemon } from './libvirt/private-daemon.js';
       const [first, second] = process.argv.slice(2).map((runtimeDir) => ({ runtimeDir }));
       const daemon = await startPrivateDaemon(first);
       const refused = await startPrivateDaemon({ ...second, occupiedLimitMs: 0 }).catch((error) => error);
       const logger = { debug() {}, warn() {}, info: (text) => /waiting/.test(text) && daemon.release() };
       const inTurn = await startPrivateDaemon({ ...second, logger });
       await inTurn.release();
       console.log(JSON.stringify({ code: refused.code, uri: inTurn.uri }));`,
    );
    const mounts = ['/run/libvirt', '/etc/libvirt', '/var/lib/libvirt'].map(
      (place) => `mkdir -p ${place} && mount -t tmpfs kiln-test ${place}`,
    );
    const places = [runtimeDir, join(folder, 's')];
    const command = `${mounts.join(' && ')} && PATH="$1:$PATH" && shift && exec "$@"`;
    const { stdout } = await promisify(execFile)('unshare', [
      ...['--mount', '--propagation', 'private', 'sh', '-c', command, 'sh', bin],
      ...[process.execPath, script, ...places],
    ]);
    expect(JSON.parse(stdout)).toEqual({
      code: 'host.libvirt-occupied',
      uri: expect.stringContaining(`${folder}/s/`),
    });
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

  /** Every guest's output goes through virtlogd. */
  test('whose virtlogd is killed under a running guest starts others', async () => {
    const virtlogds = (): number[] => processesWith('virtlogd\0', runtimeDir);
    const [one, two] = [makeTinyGuest(folder, 'halt'), makeTinyGuest(folder, 'halt')];
    const first = await startPrivateDaemon({ runtimeDir });
    const connection = await connectLibvirt(first.uri);
    await connection.createXml(one.xml);
    const killed = virtlogds();
    for (const pid of killed) process.kill(pid, 'SIGKILL');
    // Until it is gone its socket takes connections.
    await expect.poll(() => virtlogds().filter((pid) => killed.includes(pid))).toEqual([]);

    const second = await startPrivateDaemon({ runtimeDir });
    const other = await connectLibvirt(second.uri);
    await other.createXml(two.xml);
    expect(await other.getState(two.uuid)).toMatchObject({ state: 'running' });
    expect(await connection.getState(one.uuid)).toMatchObject({ state: 'running' });
    expect(virtlogds()).toHaveLength(1);
    expect(virtlogds()).not.toEqual(killed);
    await other.destroy(one.uuid);
    await other.destroy(two.uuid);
    await connection.close();
    await other.close();
    await first.release();
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

import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { BuildContext, BuildRequest } from '../../../src/build/build-context.ts';
import { buildDirectory } from '../../../src/build/build-directory.ts';
import type { BuildEvent } from '../../../src/build/build-events.ts';
import { reasonOf } from '../../../src/build/build-frame.ts';
import { noteSecrets } from '../../../src/build/build-secrets.ts';
import { describeError } from '../../../src/build/describe-error.ts';
import { failureChoice } from '../../../src/build/failure-choice.ts';
import { installStage } from '../../../src/build/install-stage.ts';
import { stageReporter } from '../../../src/build/stage-reporter.ts';
import { junitReport } from '../../../src/cli/junit-report.ts';
import { systemClock } from '../../../src/foundation/clock.ts';
import { CancelledError } from '../../../src/foundation/errors.ts';
import { silentLogger } from '../../../src/foundation/logger.ts';
import { LIBVIRT_ERRORS, LibvirtError } from '../../../src/libvirt/libvirt-error.ts';
import { domainXml } from '../../../src/vm/domain-xml.ts';
import { FakeLibvirt } from '../../fakes/fake-libvirt.ts';
import { domainInputFixture, planFixture } from '../../support/plan-fixture.ts';

const SCRIPT = 'd-i partman-auto/method string regular\n';
const UUID = domainInputFixture().uuid;
let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'kiln-stage-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));
const newFolder = (): string => mkdtempSync(join(root, 'build-'));

/** The install stage with a libvirt in memory; `guest` plays the guest once its domain has started. */
function start(
  request: BuildRequest,
  guest: (libvirt: FakeLibvirt, serialLog: string) => unknown,
  {
    askOnError,
    signal = new AbortController().signal,
    folder = newFolder(),
    onStart = () => {},
  }: Pick<BuildContext, 'askOnError'> & {
    readonly signal?: AbortSignal;
    readonly folder?: string;
    /** What befalls the output folder while libvirt starts the guest; may throw what libvirt does. */
    readonly onStart?: (root: string) => void;
  } = {},
) {
  const directory = buildDirectory(join(folder, 'out'), '0a1b2c3d');
  mkdirSync(directory.logs, { recursive: true });
  mkdirSync(directory.work, { recursive: true });
  writeFileSync(directory.serialLog, '');
  writeFileSync(directory.disk, Buffer.alloc(2 ** 20));
  const plan = planFixture({
    accelerator: 'kvm',
    script: { path: '/s/broken.preseed', kind: 'preseed', inject: 'initrd', installName: 'preseed.cfg' },
  });
  const events: BuildEvent[] = [];
  const libvirt = new FakeLibvirt();
  const createXml = libvirt.createXml.bind(libvirt);
  libvirt.createXml = async (xml) => {
    const domain = await createXml(xml);
    onStart(directory.root);
    return domain;
  };
  const final = domainInputFixture({ plan, serialLog: directory.serialLog });
  const reporter = stageReporter(systemClock, (event) => events.push(event));
  const places = { cache: folder, state: join(folder, 'state'), runtime: folder };
  const run = {
    id: '0a1b2c3d',
    request,
    context: { cwd: folder, env: {}, places, projectDir: folder, ...(askOnError ? { askOnError } : {}) },
    reporter,
    signal,
    settled: new WeakSet<Error>(),
    clock: systemClock,
    logger: silentLogger,
  };
  const choice = failureChoice(run);
  const text = { text: SCRIPT, original: SCRIPT, name: 'broken.preseed', diff: '', secrets: [] };
  const done = reporter.run('install', (stage) =>
    installStage(
      {
        run,
        plan,
        choice,
        libvirt: { connection: libvirt, privateDaemon: false, close: async () => {} },
        // Only what the stage reads of a rendered script.
        script: text as unknown as NonNullable<Parameters<typeof installStage>[0]['script']>,
        prepared: {
          kind: 'install',
          served: undefined,
          close: async () => {},
          plan,
          directory,
          markerToken: 'f00',
          domain: {
            name: final.name,
            uuid: UUID,
            installXml: domainXml(final),
            finalXml: domainXml({ ...final, boot: { kind: 'disk' }, cdroms: [] }),
            final,
          },
        },
        onGuestStopped: () => {},
      },
      stage,
    ),
  );
  const playing = setInterval(() => {
    if (!libvirt.calls.some((call) => call.startsWith('createXml'))) return;
    clearInterval(playing);
    guest(libvirt, directory.serialLog);
  }, 20);
  return { done, directory, libvirt, events, choice, run, state: places.state };
}

const refused = (message = 'cannot access storage file'): LibvirtError =>
  new LibvirtError('virDomainCreateXML', { code: LIBVIRT_ERRORS.internal, domain: 10, message });

const asksForPassword = (_: FakeLibvirt, log: string): void =>
  appendFileSync(
    log,
    'Detecting network hardware  ... 95%\r\nSet up users and passwords\r\n--------------------------\r\nRoot password:',
  );

/** Mostly they wait until a question has stood for long enough. */
describe.concurrent('the install stage', () => {
  it('names the missing line, ends the guest and saves the evidence', async () => {
    const { done, directory, libvirt, choice } = start({}, asksForPassword);
    await expect(done).rejects.toMatchObject({
      code: 'install.prompt',
      message: expect.stringMatching(/broken\.preseed lacks:\n +d-i passwd\/root-password-crypted/),
    });
    expect(choice.isKept()).toBe(false);
    expect(libvirt.calls).toContain(`destroy ${UUID}`);
    expect(JSON.parse(readFileSync(directory.failure, 'utf8'))).toMatchObject({
      code: 'install.prompt',
      patternId: 'debian-installer.passwd/root-password-crypted',
      phase: 'Set up users and passwords',
    });
    expect(JSON.parse(readFileSync(directory.timeline, 'utf8'))).toMatchObject([
      { phase: 'Detecting network hardware' },
      { phase: 'Set up users and passwords' },
    ]);
    expect(readFileSync(directory.screenText, 'utf8')).toContain('Root password:');
    for (const path of [directory.lifecycle, directory.counters, directory.screenshot]) {
      expect(existsSync(path), path).toBe(true);
    }
  });

  it('hides the secrets of the build in what it tells and keeps of a failure, wherever the guest has printed them', async () => {
    const secret = 'sEcReT "vAlUe" 1234';
    // Also the name of a pattern, of a kind and of a folder, none of which the guest has said.
    const variables = { my_secret: secret, api_token: 'failed', other_token: 'serial' };
    const folder = newFolder();
    mkdirSync(join(folder, 'state', 'builds', '0a1b2c3d'), { recursive: true });
    await noteSecrets(join(folder, 'state'), '0a1b2c3d', {
      plan: planFixture({ variables }),
      script: undefined,
      passwords: [],
    });
    const printsSecret = (libvirt: FakeLibvirt, log: string): void => {
      appendFileSync(log, `the key is ${secret}\r\nPreparing ${secret}  ... 5%\r\n`);
      asksForPassword(libvirt, log);
      appendFileSync(log, ` ${secret}\r\n!! ERROR: ${secret} is wrong`);
    };
    const { done, directory } = start({}, printsSecret, { folder });
    const error: unknown = await done.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'install.failed', details: { kind: 'failed' } });
    const junit = junitReport(0);
    junit.show({ type: 'build-failed', at: 0, ...describeError(error) });
    const kept = [directory.failure, directory.screenText].map((path) => readFileSync(path, 'utf8'));
    for (const text of [junit.text(), JSON.stringify(describeError(error)), ...kept]) {
      expect(text).toContain('the key is ********');
      expect(text).not.toMatch(/vAlUe/);
    }
    expect(describeError(error).message).toContain(`serial log: ${directory.serialLog}`);
  });

  it('hides passwords in clear, those given in files and those of the script, and leaves everyday words alone', async () => {
    const folder = newFolder();
    const state = join(folder, 'state');
    mkdirSync(join(state, 'builds', '0a1b2c3d'), { recursive: true });
    await noteSecrets(state, '0a1b2c3d', {
      plan: planFixture({
        script: { path: '/s/a.cfg', kind: 'preseed', inject: 'initrd', installName: 'preseed.cfg' },
      }),
      script: {
        text: 'd-i passwd/root-password password Zx9-script\nd-i passwd/user-password password debian\n',
        secrets: [],
      },
      passwords: ['Zx9-file', 'root'],
    });
    const prints = (libvirt: FakeLibvirt, log: string): void => {
      appendFileSync(log, 'root of debian: Zx9-file and Zx9-script\r\nPreparing Zx9-file  ... 5%\r\n');
      asksForPassword(libvirt, log);
      appendFileSync(log, '\r\n!! ERROR: Zx9-file is wrong');
    };
    const { done, directory, events } = start({}, prints, { folder });
    const error: unknown = await done.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'install.failed' });
    const kept = [directory.failure, directory.screenText].map((path) => readFileSync(path, 'utf8'));
    const told = [JSON.stringify(describeError(error)), ...kept];
    for (const text of told) expect(text).toContain('root of debian: ******** and ********');
    const timeline = readFileSync(directory.timeline, 'utf8');
    expect(timeline).toContain('Preparing ********');
    for (const text of [...told, timeline, JSON.stringify(events)]) expect(text).not.toContain('Zx9');
  });

  it('leaves the guest with --on-error=keep and says how to look at it', async () => {
    const { done, libvirt, choice, events } = start({ onError: 'keep' }, asksForPassword);
    await expect(done).rejects.toMatchObject({ code: 'install.prompt' });
    expect(choice.isKept()).toBe(true);
    expect(libvirt.calls).not.toContain(`destroy ${UUID}`);
    const notice = events.find((event) => event.type === 'notice');
    const text = notice?.type === 'notice' ? notice.message : '';
    expect(text).toContain(`virsh -c ${libvirt.uri} console kiln-demo-0a1b2c3d`);
    expect(text).toContain(`virt-viewer -c ${libvirt.uri} --attach kiln-demo-0a1b2c3d`);
    for (const order of ['console', 'screenshot', 'clean'])
      expect(text).toContain(`kiln builds ${order} 0a1b2c3d`);
  });

  it.each(['keep', 'abort'] as const)('asks with --on-error=ask, and does as told: %s', async (answer) => {
    const asked: string[] = [];
    const askOnError = async (error: Error) => {
      asked.push(error.message);
      return answer;
    };
    const { done, libvirt, choice } = start({ onError: 'ask' }, asksForPassword, { askOnError });
    await expect(done).rejects.toMatchObject({ code: 'install.prompt' });
    expect(asked).toEqual([expect.stringContaining('Root password:')]);
    expect(choice.isKept()).toBe(answer === 'keep');
    expect(libvirt.calls.includes(`destroy ${UUID}`)).toBe(answer === 'abort');
  });

  it.each([
    ['Ctrl-C, which the terminal takes as a key', false],
    ['SIGTERM, or SIGHUP of a terminal that is closed', true],
  ])('keeps the cause when the question is left with %s', async (_, isSignal) => {
    const stopping = new AbortController();
    const seen: string[] = [];
    const askOnError = (): Promise<never> => {
      // Kiln may be killed here, too.
      seen.push(...[failure, timeline].filter((path) => existsSync(path)));
      if (isSignal) stopping.abort(new CancelledError('Cancelled by SIGTERM.'));
      return Promise.reject(new DOMException('left', 'AbortError'));
    };
    const { done, directory, libvirt, run } = start({ onError: 'ask' }, asksForPassword, {
      askOnError,
      signal: stopping.signal,
    });
    const { failure, timeline } = directory;
    const thrown: unknown = await done.catch((error: unknown) => error);
    expect(reasonOf(thrown, run)).toMatchObject({ code: 'install.prompt', exitCode: 5 });
    expect(seen).toEqual([failure, timeline]);
    expect(JSON.parse(readFileSync(failure, 'utf8'))).toMatchObject({ code: 'install.prompt' });
    expect(existsSync(directory.screenText)).toBe(true);
    expect(libvirt.calls).toContain(`destroy ${UUID}`);
  });

  it('says that the folder was replaced, and leaves what is there now alone', async () => {
    const { done, directory } = start({}, async (libvirt) => {
      await vi.waitFor(() => expect(readdirSync(directory.logs)).toContain('serial.timed.log')); // it is watched
      renameSync(directory.root, `${directory.root}.moved`);
      mkdirSync(directory.logs, { recursive: true });
      writeFileSync(directory.serialLog, 'my own log\n');
      libvirt.powerOff(UUID);
    });
    await expect(done).rejects.toMatchObject({
      code: 'host.output-replaced',
      exitCode: 3,
      message: expect.stringContaining(`${directory.root} was moved away or replaced`),
    });
    expect(readdirSync(directory.root, { recursive: true })).toEqual(['logs', join('logs', 'serial.log')]);
    expect(readFileSync(directory.serialLog, 'utf8')).toBe('my own log\n');
  });

  it.each([
    ['moved away', (root: string) => renameSync(root, `${root}.moved`)],
    ['removed', (root: string) => rmSync(root, { recursive: true })],
  ])('says so as well of a folder that was %s while the guest was started', async (_, change) => {
    const { done, directory } = start(
      {},
      async (libvirt) => {
        const isAsked = (): boolean => libvirt.calls.some((call) => call.startsWith('getState'));
        await vi.waitFor(() => expect(isAsked()).toBe(true)); // it is watched
        libvirt.powerOff(UUID);
      },
      { onStart: change },
    );
    await expect(done).rejects.toMatchObject({ code: 'host.output-replaced', exitCode: 3 });
    expect(existsSync(directory.root)).toBe(false);
  });

  it('says so of one that is gone when libvirt is to start the guest', async () => {
    const { done } = start({}, () => {}, {
      onStart: (root) => {
        renameSync(root, `${root}.moved`);
        throw refused();
      },
    });
    await expect(done).rejects.toMatchObject({ code: 'host.output-replaced', exitCode: 3 });
  });

  it('of a build that is stopped ends the guest and leaves what was seen of it, without secrets', async () => {
    const secret = 'sEcReT "vAlUe" 1234';
    const folder = newFolder();
    mkdirSync(join(folder, 'state', 'builds', '0a1b2c3d'), { recursive: true });
    await noteSecrets(join(folder, 'state'), '0a1b2c3d', {
      plan: planFixture({ variables: { my_secret: secret } }),
      script: undefined,
      passwords: [],
    });
    const stopping = new AbortController();
    const hangs = (_: FakeLibvirt, log: string): void =>
      appendFileSync(log, `Installing the base system  ... 50%\r\nthe key is ${secret}\r\n`);
    const { done, directory, libvirt, events, run } = start({}, hangs, { folder, signal: stopping.signal });
    const thrown = done.catch((error: unknown) => error);
    const progress = expect.objectContaining({ type: 'stage-progress' });
    await vi.waitFor(() => expect(events).toContainEqual(progress), { timeout: 10_000 });
    stopping.abort(new CancelledError('Cancelled by SIGTERM.'));
    expect(reasonOf(await thrown, run)).toMatchObject({ code: 'cancelled' });
    expect(libvirt.calls).toContain(`destroy ${UUID}`);
    expect(JSON.parse(readFileSync(directory.failure, 'utf8'))).toMatchObject({
      code: 'cancelled',
      kind: 'cancelled',
      phase: 'Installing the base system',
      consoleTail: expect.arrayContaining(['the key is ********']),
    });
    expect(JSON.parse(readFileSync(directory.timeline, 'utf8'))).toMatchObject([
      { phase: 'Installing the base system', percent: 50 },
    ]);
    expect(readFileSync(directory.screenText, 'utf8')).toContain('the key is ********');
    for (const path of [directory.counters, directory.lifecycle, directory.screenshot]) {
      expect(existsSync(path), path).toBe(true);
    }
  });

  it('that is stopped before its guest has started leaves nothing to read', async () => {
    const { done, directory } = start({}, () => {}, { signal: AbortSignal.abort(new CancelledError()) });
    await expect(done).rejects.toMatchObject({ code: 'cancelled' });
    expect(existsSync(directory.failure)).toBe(false);
  });

  it('tells the remaining time the second time', async () => {
    const installs = (libvirt: FakeLibvirt, log: string): void => {
      appendFileSync(log, 'Installing the base system  ... 50%\r\nKILN-INSTALL-COMPLETE f00\r\n');
      setTimeout(() => libvirt.powerOff(UUID), 600);
    };
    const folder = newFolder();
    const first = start({}, installs, { folder });
    await expect(first.done).resolves.toMatchObject({ kind: 'completed' });
    rmSync(join(folder, 'out'), { recursive: true });
    const second = start({}, installs, { folder });
    await second.done;
    const told = second.events.find((event) => event.type === 'stage-progress');
    expect(told).toMatchObject({
      detail: 'Installing the base system',
      remainingSeconds: expect.any(Number),
    });
  });
});

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listBuilds } from '../../../src/build/build-records.ts';
import { cleanBuilds } from '../../../src/build/clean-builds.ts';
import { chooseLibvirt } from '../../../src/libvirt/choose-uri.ts';
import {
  type BuildSandbox,
  buildSandbox,
  faultyKickstart,
  processesNaming,
} from '../../support/build-sandbox.ts';
import { type CompiledCli, compileCli } from '../../support/compiled-cli.ts';
import { buildTestInstaller, type TestInstaller } from '../../support/test-installer.ts';

let installer: TestInstaller;
let program: CompiledCli;
let sandbox: BuildSandbox;

beforeAll(async () => {
  installer = await buildTestInstaller();
  program = await compileCli();
});
afterAll(() => program.remove());
beforeEach(() => {
  sandbox = buildSandbox();
});
afterEach(() => sandbox.remove());

type StartedBuild = {
  readonly child: ChildProcess;
  /** Resolves when the output so far matches. */
  reached(sign: RegExp): Promise<void>;
  readonly output: () => string;
};

/** The program itself as a child process, in the sandbox's places. */
function startBuild(options: readonly string[], bootCheck = '--no-boot-check'): StartedBuild {
  const { context, folder } = sandbox;
  const args = ['build', 'kiln-test', '--location', installer.iso, bootCheck, '--json', ...options];
  const child = spawn(process.execPath, [program.main, ...args], {
    cwd: folder,
    env: {
      ...process.env,
      KILN_CACHE_DIR: context.places.cache,
      KILN_STATE_DIR: context.places.state,
      KILN_RUNTIME_DIR: context.places.runtime,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
      for (const listener of listeners) listener();
    });
  }
  const reached = (sign: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!sign.test(output)) return;
        listeners.delete(look);
        resolve();
      };
      listeners.add(look);
      child.once('exit', () => {
        if (sign.test(output)) resolve();
        else reject(new Error(`it ended before ${sign}:\n${output}`));
      });
      look();
    });
  return { child, reached, output: () => output };
}

const hanging = (): string => sandbox.script(faultyKickstart('hang'));
/** The test installer's own first phase, or a later one: the guest really runs. */
const GUEST_SPEAKS = /"stage":"install","detail"/;

describe('Ctrl-C', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'once (%s): stops the guest, leaves nothing, ends with 130',
    async (signal) => {
      const { child, reached, output } = startBuild(['--script', hanging()]);
      await reached(GUEST_SPEAKS);
      child.kill(signal);
      const [code] = await once(child, 'exit');
      expect(code).toBe(130);
      expect(output()).toContain('"code":"cancelled"');
      expect(sandbox.leftovers()).toEqual([]);
      expect((await listBuilds(sandbox.context.places.state))[0]?.status).toBe('cancelled');
    },
  );
});

describe('kill -9', () => {
  const STAGES = [
    ['while it plans', /"stage-started","stage":"plan"/],
    ['while it finds media', /"stage-started","stage":"media"/],
    ['while it prepares', /"stage-started","stage":"prepare"/],
    ['while it starts the guest', /"stage-started","stage":"install"/],
    ['while the guest runs', GUEST_SPEAKS],
  ] as const;

  it.each(STAGES)('%s: clean-up removes exactly what was left', async (_when, sign) => {
    const { child, reached } = startBuild(['--script', hanging(), '--output', 'results']);
    await reached(sign);
    child.kill('SIGKILL');
    await once(child, 'exit');
    mkdirSync(join(sandbox.folder, 'results'), { recursive: true });
    const mine = join(sandbox.folder, 'results', 'mine.txt');
    writeFileSync(mine, 'not of Kiln');
    const { places } = sandbox.context;
    await cleanBuilds({ places, env: {} });
    expect(readdirSync(join(sandbox.folder, 'results'))).toEqual(['mine.txt']);
    expect(readFileSync(mine, 'utf8')).toBe('not of Kiln');
    expect(await listBuilds(places.state)).toEqual([]);
    expect(processesNaming(sandbox.folder).filter((line) => line.includes('qemu'))).toEqual([]);
    await ended(() => sandbox.leftovers().length === 0);
  });

  it('during conversion: the next build removes what was left', async () => {
    const { child, reached } = startBuild(['--format', 'qcow2,compression=zlib', '--format', 'vmdk']);
    await reached(/"stage-started","stage":"convert"/);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const missing = await sandbox.failure({ location: '/nonexistent.iso' });
    expect(missing).toMatchObject({ code: 'media.not-found' });
    const records = await listBuilds(sandbox.context.places.state);
    expect(records).toMatchObject([{ status: 'failed', error: { code: 'media.not-found' } }]);
    await ended(() => sandbox.leftovers().length === 0);
    expect(existsSync(join(sandbox.folder, 'builds'))).toBe(true);
  });
});

describe('kill -9 while the result boots', () => {
  it('leaves nothing after clean-up', async () => {
    const { child, reached } = startBuild([], '--timeout=5m');
    await reached(/"stage-started","stage":"boot-check"/);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const { places } = sandbox.context;
    const { removed } = await cleanBuilds({ places, env: {} });
    expect(removed.map(({ kind }) => kind)).toContain('domain');
    expect(await listBuilds(places.state)).toEqual([]);
    await ended(() => sandbox.leftovers().length === 0);
  });
});

describe('what others do to the guest', () => {
  it('QEMU killed → install.crashed', async () => {
    const failing = sandbox.failure({ location: installer.iso, script: hanging() });
    await guestSpeaks();
    const pids = processesNaming(sandbox.folder).filter((line) => line.includes('qemu-system'));
    process.kill(Number(/process (\d+)/.exec(pids[0] ?? '')?.[1]), 'SIGKILL');
    expect(await failing).toMatchObject({ code: 'install.crashed' });
    expect(sandbox.leftovers()).toEqual([]);
  });

  it('virsh destroy → install.destroyed', async () => {
    const failing = sandbox.failure({ location: installer.iso, script: hanging() });
    await guestSpeaks();
    const { connection, close } = await chooseLibvirt({
      env: {},
      runtimeDir: sandbox.context.places.runtime,
    });
    const [domain] = await connection.listDomains();
    await connection.destroy(domain?.uuid ?? '');
    await close();
    expect(await failing).toMatchObject({ code: 'install.destroyed' });
    expect(sandbox.leftovers()).toEqual([]);
  });

  it("the host's disk full → install.host-disk-full", async () => {
    const small = join(sandbox.folder, 'small');
    mkdirSync(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1400m', 'tmpfs', small]);
    try {
      const failing = sandbox.failure(
        { location: installer.iso, script: sandbox.script(faultyKickstart('fill-host')) },
        { output: join(small, 'out') },
      );
      await guestSpeaks();
      execFileSync('fallocate', ['-l', '1250m', join(small, 'ballast')]);
      expect(await failing).toMatchObject({ code: 'install.host-disk-full' });
    } finally {
      execFileSync('umount', [small]);
    }
    expect(sandbox.leftovers()).toEqual([]);
  });

  it('a caller that loses interest → cancelled', async () => {
    const interest = new AbortController();
    const failing = sandbox.failure(
      { location: installer.iso, script: hanging() },
      {},
      { signal: interest.signal },
    );
    await guestSpeaks();
    interest.abort();
    expect(await failing).toMatchObject({ code: 'cancelled' });
    expect(sandbox.leftovers()).toEqual([]);
  });
});

async function guestSpeaks(): Promise<void> {
  await ended(() =>
    sandbox.events.some((event) => event.type === 'stage-progress' && event.stage === 'install'),
  );
}

/** Waits for a condition, at most a minute and a half. */
async function ended(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 90_000;
  while (!condition()) {
    if (performance.now() > deadline)
      throw new Error(`waited in vain for ${condition}: ${sandbox.leftovers().join('\n')}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

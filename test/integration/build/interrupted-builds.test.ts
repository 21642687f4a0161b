import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildDirectory } from '../../../src/build/build-directory.ts';
import { listBuilds } from '../../../src/build/build-records.ts';
import { cleanBuilds } from '../../../src/build/clean-builds.ts';
import { chooseLibvirt } from '../../../src/libvirt/choose-uri.ts';
import { faultyKickstart } from '../../support/build-sandbox.ts';
import { buildWords, cliBuilds, GUEST_SPEAKS } from '../../support/cli-builds.ts';
import { dropLibvirtClients } from '../../support/drop-libvirt-clients.ts';
import type { StartedKiln } from '../../support/started-kiln.ts';

const scene = cliBuilds();
const { kiln, guests } = scene;

const startBuild = (options: readonly string[], bootCheck = '--no-boot-check'): StartedKiln =>
  kiln(...buildWords(scene.iso), bootCheck, '--json', ...options);

const hanging = (): string => scene.sandbox.script(faultyKickstart('hang'));

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
      expect(scene.sandbox.leftovers()).toEqual([]);
      expect((await listBuilds(scene.state))[0]?.status).toBe('cancelled');
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
    mkdirSync(join(scene.sandbox.folder, 'results'), { recursive: true });
    const mine = join(scene.sandbox.folder, 'results', 'mine.txt');
    writeFileSync(mine, 'not of Kiln');
    const { places } = scene.sandbox.context;
    await cleanBuilds({ places, env: {} });
    // What the guest said stays, where it said something.
    const left = readdirSync(join(scene.sandbox.folder, 'results')).filter((name) => name !== 'logs');
    expect(left).toEqual(['mine.txt']);
    expect(readFileSync(mine, 'utf8')).toBe('not of Kiln');
    for (const build of await listBuilds(places.state))
      expect(build).toMatchObject({ status: 'interrupted', unclean: false });
    expect(guests()).toEqual([]);
    await ended(() => scene.sandbox.leftovers().length === 0);
  });

  it('during conversion: the next build removes what was left', async () => {
    const { child, reached } = startBuild(['--format', 'qcow2,compression=zlib', '--format', 'vmdk']);
    await reached(/"stage-started","stage":"convert"/);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const missing = await scene.sandbox.failure({ location: '/nonexistent.iso' });
    expect(missing).toMatchObject({ code: 'media.not-found' });
    const records = await listBuilds(scene.state);
    expect(JSON.stringify(scene.sandbox.events)).toContain('which could have been resumed until now');
    // A request that cannot be built never becomes one.
    expect(records).toMatchObject([{ status: 'interrupted', unclean: false }]);
    await ended(() => scene.sandbox.leftovers().length === 0);
    expect(existsSync(join(scene.sandbox.folder, 'builds'))).toBe(true);
  });
});

describe('kill -9 while the result boots', () => {
  it('leaves nothing after clean-up', async () => {
    const { child, reached } = startBuild([], '--timeout=5m');
    await reached(/"stage-started","stage":"boot-check"/);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const { places } = scene.sandbox.context;
    const { removed, resumable } = await cleanBuilds({ places, env: {} });
    expect(removed.map(({ kind }) => kind)).toContain('domain');
    expect(resumable).toMatchObject([{ name: 'kiln-test' }]);
    expect(await listBuilds(places.state)).toMatchObject([{ status: 'interrupted', unclean: false }]);
    await ended(() => scene.sandbox.leftovers().length === 0);
  });
});

describe('libvirtd', () => {
  const runtime = (): string => scene.sandbox.context.places.runtime;

  it('drops a suspended Kiln, whose guest ends meanwhile: the build goes on to its success', async () => {
    const { child, reached, output } = startBuild([]);
    await reached(GUEST_SPEAKS);
    child.kill('SIGSTOP');
    await dropLibvirtClients(runtime());
    await ended(() => guests().length === 0);
    child.kill('SIGCONT');
    const [code] = await once(child, 'exit');
    expect(code, output()).toBe(0);
    await ended(() => scene.sandbox.leftovers().length === 0);
  });

  it('of Kiln itself is killed → host.libvirt-lost, and the guest goes', async () => {
    const failing = scene.sandbox.failure({ location: scene.iso, script: hanging() });
    await guestSpeaks();
    process.kill(Number(readFileSync(join(runtime(), 'libvirt', 'libvirtd.pid'), 'utf8')), 'SIGKILL');
    expect(await failing).toMatchObject({ code: 'host.libvirt-lost' });
    expect(guests()).toEqual([]);
    expect(JSON.stringify(scene.sandbox.events)).not.toContain('Clean-up was not complete');
    expect(scene.sandbox.leftovers()).toEqual([]);
  });
});

describe('what others do to the guest', () => {
  it('QEMU killed → install.crashed', async () => {
    const failing = scene.sandbox.failure({ location: scene.iso, script: hanging() });
    await guestSpeaks();
    const pids = guests();
    process.kill(Number(/process (\d+)/.exec(pids[0] ?? '')?.[1]), 'SIGKILL');
    expect(await failing).toMatchObject({ code: 'install.crashed' });
    expect(scene.sandbox.leftovers()).toEqual([]);
  });

  it('QEMU killed in the boot check → host.guest-lost', async () => {
    const { child, reached, output } = startBuild(['--output', 'results'], '--timeout=5m');
    await reached(/"stage-started","stage":"boot-check"/);
    const { bootCheckLog } = buildDirectory(join(scene.sandbox.folder, 'results'), '');
    await ended(() => existsSync(bootCheckLog) && statSync(bootCheckLog).size > 0);
    process.kill(Number(/process (\d+)/.exec(guests()[0] ?? '')?.[1]), 'SIGKILL');
    const [code] = await once(child, 'exit');
    expect(code, output()).toBe(3);
    expect(output()).toContain('"code":"host.guest-lost"');
    expect(scene.sandbox.leftovers()).toEqual([]);
  });

  it('the state folder removed: the build takes away what it made all the same', async () => {
    const failing = scene.sandbox.failure({ location: scene.iso, script: hanging() });
    await guestSpeaks();
    rmSync(scene.sandbox.context.places.state, { recursive: true });
    process.kill(Number(/process (\d+)/.exec(guests()[0] ?? '')?.[1]), 'SIGKILL');
    expect(await failing).toMatchObject({ code: 'install.crashed' });
    expect(JSON.stringify(scene.sandbox.events)).not.toContain('Clean-up was not complete');
    expect(scene.sandbox.leftovers()).toEqual([]);
  });

  it('a link in the place of its folder: nothing is written behind it', async () => {
    const at = (...names: string[]): string => join(scene.sandbox.folder, ...names);
    const output = at('results');
    const failing = scene.sandbox.failure({ location: scene.iso, script: hanging() }, { output });
    await guestSpeaks();
    mkdirSync(at('victim', 'logs'), { recursive: true });
    renameSync(output, at('moved'));
    symlinkSync(at('victim'), output);
    process.kill(Number(/process (\d+)/.exec(guests()[0] ?? '')?.[1]), 'SIGKILL');
    expect(await failing).toMatchObject({ code: 'install.crashed' });
    expect(readdirSync(at('victim'), { recursive: true })).toEqual(['logs']);
    expect(JSON.stringify(scene.sandbox.events)).toContain(`a link stands in the place of ${output}`);
    rmSync(output);
    renameSync(at('moved'), output);
    await cleanBuilds({ places: scene.sandbox.context.places, env: {} });
    expect(scene.sandbox.leftovers()).toEqual([]);
  });

  it('the medium cut short under the guest → media.changed', async () => {
    const medium = join(scene.sandbox.folder, 'medium.iso');
    copyFileSync(scene.iso, medium);
    const failing = scene.sandbox.failure({ location: medium, script: hanging() });
    await guestSpeaks();
    truncateSync(medium, 0);
    process.kill(Number(/process (\d+)/.exec(guests()[0] ?? '')?.[1]), 'SIGKILL');
    expect(await failing).toMatchObject({ code: 'media.changed', exitCode: 4 });
    expect(scene.sandbox.leftovers()).toEqual([]);
  });

  it('virsh destroy → install.destroyed', async () => {
    const failing = scene.sandbox.failure({ location: scene.iso, script: hanging() });
    await guestSpeaks();
    const { connection, close } = await chooseLibvirt({
      env: {},
      runtimeDir: scene.sandbox.context.places.runtime,
    });
    const [domain] = await connection.listDomains();
    await connection.destroy(domain?.uuid ?? '');
    await close();
    expect(await failing).toMatchObject({ code: 'install.destroyed' });
    expect(scene.sandbox.leftovers()).toEqual([]);
  });

  it("the host's disk full → install.host-disk-full", async () => {
    const small = join(scene.sandbox.folder, 'small');
    mkdirSync(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1400m', 'tmpfs', small]);
    try {
      const failing = scene.sandbox.failure(
        { location: scene.iso, script: scene.sandbox.script(faultyKickstart('fill-host')) },
        { output: join(small, 'out') },
      );
      await guestSpeaks();
      execFileSync('fallocate', ['-l', '1250m', join(small, 'ballast')]);
      expect(await failing).toMatchObject({ code: 'install.host-disk-full' });
    } finally {
      execFileSync('umount', [small]);
    }
    expect(scene.sandbox.leftovers()).toEqual([]);
  });

  it('a caller that loses interest → cancelled', async () => {
    const interest = new AbortController();
    const failing = scene.sandbox.failure(
      { location: scene.iso, script: hanging() },
      {},
      { signal: interest.signal },
    );
    await guestSpeaks();
    interest.abort();
    expect(await failing).toMatchObject({ code: 'cancelled' });
    expect(scene.sandbox.leftovers()).toEqual([]);
  });
});

async function guestSpeaks(): Promise<void> {
  await ended(() =>
    scene.sandbox.events.some((event) => event.type === 'stage-progress' && event.stage === 'install'),
  );
}

/** Waits for a condition, at most a minute and a half. */
async function ended(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 90_000;
  while (!condition()) {
    if (performance.now() > deadline)
      throw new Error(`waited in vain for ${condition}: ${scene.sandbox.leftovers().join('\n')}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

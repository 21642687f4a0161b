import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Manifest } from '../../../src/artifact/manifest-schema.ts';
import { type BuildRecord, findBuild, listBuilds } from '../../../src/build/build-records.ts';
import { chooseLibvirt } from '../../../src/libvirt/choose-uri.ts';
import { cacheUsers } from '../../../src/media/cache-lease.ts';
import type { PhaseSpan } from '../../../src/watch/recorder.ts';
import { faultyKickstart } from '../../support/build-sandbox.ts';
import { buildWords, cliBuilds, GUEST_SPEAKS } from '../../support/cli-builds.ts';
import type { StartedKiln } from '../../support/started-kiln.ts';

const scene = cliBuilds();
const { kiln, kilnOnTerminal, guests } = scene;
const buildArgs = (...more: readonly string[]): readonly string[] => [
  ...[...buildWords(scene.iso), '--no-boot-check', '--format', 'raw'],
  ...more,
];

it('--detach: the build runs on alone; it can be looked at, attached to and stopped', async () => {
  const hang = scene.sandbox.script(faultyKickstart('hang'));
  const starting = kiln(...buildArgs('--script', hang, '--detach', '--quiet'));
  expect(await starting.ended()).toBe(0);
  const id = starting.stdout().trim();
  const { process: owner } = await findBuild(scene.state, id);
  // The sixth field of proc(5)'s stat: its session, which it leads itself.
  const stat = readFileSync(`/proc/${owner.pid}/stat`, 'utf8');
  expect(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]).toBe(String(owner.pid));

  const view = kiln('builds', 'attach', id, '--json');
  await view.reached(GUEST_SPEAKS);
  const users = async (): Promise<readonly string[]> =>
    (await cacheUsers(scene.sandbox.context.places.cache)).map(({ name }) => name);
  expect(await users()).toContain(`build ${id}`);
  const shot = kiln('builds', 'screenshot', id, '--output', 'screen.png');
  expect(await shot.ended()).toBe(0);
  expect(readFileSync(join(scene.sandbox.folder, 'screen.png')).subarray(1, 4).toString()).toBe('PNG');

  const terminal = kilnOnTerminal('builds', 'console', id);
  await terminal.reached(/Ctrl-\] ends/);
  terminal.child.stdin?.write('\u001d');
  expect(await terminal.ended()).toBe(0);
  expect(terminal.output()).toContain('the guest goes on');
  expect(guests()).toHaveLength(1);

  const left = kiln('builds', 'attach', id);
  await left.reached(/Install: /);
  left.child.kill('SIGHUP');
  expect(await left.ended()).toBe(130);
  expect((await findBuild(scene.state, id)).status).toBe('running');

  expect(await kiln('builds', 'stop', id).ended()).toBe(0);
  expect(await view.ended()).toBe(130);
  expect(view.stdout()).toContain('"code":"cancelled"');
  expect(await users()).not.toContain(`build ${id}`);
  expect(await kiln('builds', 'screenshot', id).ended()).toBe(2);
  expect(scene.sandbox.leftovers()).toEqual([]);
});

it('a guest that was kept at its question: what Kiln says to type works, and what is typed reaches it', async () => {
  const asking = scene.sandbox.script(faultyKickstart('prompt'));
  const build = kiln(...buildArgs('--script', asking, '--on-error', 'keep'));
  expect(await build.ended()).toBe(5);
  /** Kiln's own command, or that of libvirt's tools on the line below it. */
  const said = (what: string, below = ''): string =>
    new RegExp(`${what}: +${below}(.+)$`, 'm').exec(build.output())?.[1] ?? '';
  const virsh = said('screenshot', '.+\\n +');
  expect(virsh).toMatch(/^virsh /);
  execFileSync('sh', ['-c', virsh], { cwd: scene.sandbox.folder, stdio: 'ignore' });
  const [, ...ownWords] = said('screenshot').split(' ');
  expect(await kiln(...ownWords, '--output', 'own.png').ended()).toBe(0);
  for (const name of ['screen.png', 'own.png'])
    expect(statSync(join(scene.sandbox.folder, name)).size).toBeGreaterThan(100);
  await showsVnc(said('VNC'));

  const [{ id } = { id: '' }] = await listBuilds(scene.state);
  const terminal = kilnOnTerminal('builds', 'console', id);
  await terminal.reached(/Do you really want this/);
  terminal.child.stdin?.write('kiln\r');
  await terminal.reached(/the answer was 'kiln'/);
  terminal.child.stdin?.write('\u001d');
  expect(await terminal.ended()).toBe(0);
  expect(await kiln('builds', 'clean', id).ended()).toBe(0);
  expect(scene.sandbox.leftovers()).toEqual([]);
});

/** What virt-viewer does with these words: it has libvirt hand it a connection, at which the server of RFC 6143 speaks first. */
async function showsVnc(command: string): Promise<void> {
  const [, uri = '', name = ''] = /^virt-viewer -c '?([^' ]+)'? --attach (\S+)$/.exec(command) ?? [];
  const { runtime: runtimeDir } = scene.sandbox.context.places;
  const { connection, close } = await chooseLibvirt({ connect: uri, env: {}, runtimeDir });
  const guest = (await connection.listDomains()).find((domain) => domain.name === name);
  const screen = await connection.openGraphics(guest?.uuid ?? '', 0);
  const [greeting] = (await once(screen, 'data')) as [Buffer];
  screen.destroy();
  await close();
  expect(greeting.toString('latin1')).toMatch(/^RFB 003\.00[38]\n$/);
}

it('--detach of a request that cannot be built says why at once and leaves nothing', async () => {
  const refused = kiln('build', 'nosuch-template', '--detach');
  expect(await refused.ended()).toBe(2);
  expect(refused.output()).toContain('template.not-found');
  expect(await listBuilds(scene.state)).toEqual([]);
});

it('kill -9 during the install: other builds leave the guest alone, and resume brings the image', async () => {
  const first = kiln(...buildArgs('--json'));
  await first.reached(GUEST_SPEAKS);
  first.child.kill('SIGKILL');
  await once(first.child, 'close');
  const [{ id } = { id: '' }] = await listBuilds(scene.state);
  const other = await scene.sandbox.failure({ location: '/nonexistent.iso' });
  expect(other).toMatchObject({ code: 'media.not-found' });
  const told = scene.sandbox.events.flatMap((event) => (event.type === 'notice' ? [event.message] : []));
  expect(told.join()).toContain(`kiln builds resume ${id}`);
  expect(await findBuild(scene.state, id)).toMatchObject({ status: 'interrupted' });

  const report = join(scene.sandbox.folder, 'junit.xml');
  const again = kiln('builds', 'attach', id, '--json', '--junit', report);
  expect(await again.ended(), again.output()).toBe(0);
  const build = await findBuild(scene.state, id);
  expect(build).toMatchObject({ status: 'succeeded', images: ['kiln-test.img'] });
  expect(manifestOf(build)).toMatchObject({ buildId: id, outcome: { kind: 'completed' } });
  // What the first Kiln saw is not told as if it happened when the second one read it.
  const phases = timelineOf(build);
  expect(phases[0]).toMatchObject({ at: expect.closeTo(firstPhaseAt(first), 0) });
  expect(new Set(phases.map(({ phase }) => phase)).size).toBe(phases.length);
  expect(manifestOf(build).timings.install).toBeGreaterThanOrEqual(phases.at(-1)?.at ?? Infinity);
  expect(timedLogsOf(build)).toHaveLength(1);
  expect(existsSync(join(build.directory, build.images[0] ?? ''))).toBe(true);
  expect(readFileSync(report, 'utf8')).toContain('failures="0"');
  expect(scene.sandbox.leftovers()).toEqual([]);
  // Its whole story, told by two processes, can be shown again.
  const replay = kiln('builds', 'attach', id, '--quiet');
  expect(await replay.ended()).toBe(0);
  expect(replay.stdout()).toBe(`${join(build.directory, build.images[0] ?? '')}\n`);
});

it('kill -9 after the install: resume verifies and converts again', async () => {
  const first = kiln(...buildArgs('--json', '--format', 'vmdk'));
  await first.reached(/"stage-started","stage":"convert"/);
  first.child.kill('SIGKILL');
  await once(first.child, 'close');
  const [{ id } = { id: '' }] = await listBuilds(scene.state);
  const again = kiln('builds', 'resume', id, '--quiet');
  expect(await again.ended(), again.output()).toBe(0);
  expect(again.stdout().trim().split('\n')).toHaveLength(2);
  expect(scene.sandbox.leftovers()).toEqual([]);
  expect(await kiln('builds', 'resume', id).ended()).toBe(2);
});

it('a guest that ends while nobody watches: its install lasted until its last word', async () => {
  const first = kiln(...buildArgs('--json'));
  await first.reached(GUEST_SPEAKS);
  first.child.kill('SIGKILL');
  await once(first.child, 'close');
  const [build] = await listBuilds(scene.state);
  if (build === undefined) throw new Error('no build was recorded');
  await expect.poll(guests, { timeout: 90_000 }).toEqual([]);
  const lastWord = installStartedAt(first) / 1000 + 1000;
  utimesSync(join(build.directory, 'logs', 'serial.log'), lastWord, lastWord);

  const again = kiln('builds', 'resume', build.id, '--quiet');
  expect(await again.ended(), again.output()).toBe(0);
  expect(manifestOf(build).timings.install).toBeCloseTo(1000, -1);
  expect(timelineOf(build)[0]).toMatchObject({ at: expect.closeTo(firstPhaseAt(first), 0) });
  expect(scene.sandbox.leftovers()).toEqual([]);
});

it('kill -9 in the boot check: resume keeps what was recorded of the install', async () => {
  const first = kiln(...buildWords(scene.iso), '--format', 'raw', '--json');
  await first.reached(/"stage-started","stage":"boot-check"/);
  first.child.kill('SIGKILL');
  await once(first.child, 'close');
  const [build] = await listBuilds(scene.state);
  if (build === undefined) throw new Error('no build was recorded');
  const [, seconds] = /"stage-finished","stage":"install","seconds":([\d.]+)/.exec(first.stdout()) ?? [];
  const recorded = (): readonly string[] =>
    ['serial.log', 'serial.timed.log', 'timeline.json'].map((name) =>
      readFileSync(join(build.directory, 'logs', name), 'utf8'),
    );
  const before = recorded();

  const again = kiln('builds', 'resume', build.id, '--json');
  expect(await again.ended(), again.output()).toBe(0);
  expect(again.stdout()).toContain('"stage-skipped","stage":"install"');
  expect(recorded()).toEqual(before);
  expect(timedLogsOf(build)).toHaveLength(1);
  expect(manifestOf(build)).toMatchObject({
    outcome: { kind: 'completed', detail: 'power-off' },
    bootCheck: { result: 'passed' },
    timings: { install: Number(seconds), prepare: expect.any(Number) },
  });
  expect(scene.sandbox.leftovers()).toEqual([]);
});

type Folder = Pick<BuildRecord, 'directory'>;

const manifestOf = ({ directory }: Folder): Manifest =>
  JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as Manifest;

const timelineOf = ({ directory }: Folder): readonly PhaseSpan[] =>
  JSON.parse(readFileSync(join(directory, 'logs', 'timeline.json'), 'utf8')) as readonly PhaseSpan[];

const timedLogsOf = ({ directory }: Folder): readonly string[] =>
  readdirSync(join(directory, 'logs')).filter((name) => name.includes('timed'));

/** In milliseconds since the epoch. */
const installStartedAt = ({ stdout }: StartedKiln): number => momentOf(stdout(), '"stage-started"');

/** In seconds since the install was started. */
const firstPhaseAt = (kiln: StartedKiln): number =>
  (momentOf(kiln.stdout(), '"stage-progress"') - installStartedAt(kiln)) / 1000;

/** When the first such event of the install was told. */
function momentOf(events: string, type: string): number {
  const [, at] = new RegExp(`"at":(\\d+),"type":${type},"stage":"install"`).exec(events) ?? [];
  return Number(at);
}

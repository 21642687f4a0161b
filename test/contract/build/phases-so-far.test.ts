import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BuildEvent } from '../../../src/build/build-events.ts';
import { readStory } from '../../../src/build/build-story.ts';
import { phasesSoFar, recorderSoFar } from '../../../src/build/phases-so-far.ts';
import { type PageScene, pageScene } from '../../support/page-scene.ts';

let scene: PageScene;
beforeEach(() => {
  scene = pageScene();
});
afterEach(() => scene.remove());

const EVENTS: readonly BuildEvent[] = [
  { at: 1000, type: 'stage-started', stage: 'media' },
  { at: 2000, type: 'stage-progress', stage: 'media', detail: 'fetching' },
  { at: 5000, type: 'stage-started', stage: 'install' },
  { at: 6000, type: 'stage-progress', stage: 'install', detail: 'Partitioning', percent: 10 },
  { at: 8000, type: 'stage-progress', stage: 'install', detail: 'Partitioning', percent: 60 },
  { at: 9000, type: 'stage-progress', stage: 'install', detail: 'Installing' },
];

it('a build that runs has the phases it has told, the last one until now', async () => {
  const build = await scene.build({ id: 'abcd1234' });
  const { stateDir } = scene.host;
  expect(await phasesSoFar(build, stateDir)).toEqual([]);
  scene.tell(build.id, ...EVENTS);
  expect(await phasesSoFar(build, stateDir, 25_000)).toMatchObject([
    { phase: 'Partitioning', at: 1, seconds: 3, percent: 60 },
    { phase: 'Installing', at: 4, seconds: 16 },
  ]);
  expect((await readStory(build, stateDir)).phases.map(({ phase }) => phase)).toEqual([
    'Partitioning',
    'Installing',
  ]);
});

it('a build that was stopped before it could save its phases has those it has told', async () => {
  const build = await scene.build({ id: 'abcd1234', status: 'cancelled' });
  scene.tell(build.id, ...EVENTS, { at: 15_000, type: 'stage-failed', stage: 'install', seconds: 10 });
  expect((await readStory(build, scene.host.stateDir)).phases).toMatchObject([
    { phase: 'Partitioning', seconds: 3 },
    { phase: 'Installing', seconds: 6 },
  ]);
});

it('they end with the install, or with the last word of a Kiln that was killed', async () => {
  const running = await scene.build({ id: 'abcd1234' });
  scene.tell(running.id, ...EVENTS, { at: 15_000, type: 'stage-finished', stage: 'install', seconds: 10 });
  const { stateDir } = scene.host;
  const last = (phases: Awaited<ReturnType<typeof phasesSoFar>>): number | undefined =>
    phases.at(-1)?.seconds;
  expect(last(await phasesSoFar(running, stateDir, 99_000))).toBe(6);
  const killed = await scene.build({
    id: 'dcba4321',
    process: { pid: 4_194_304, startedAt: 'another boot/1' },
  });
  scene.tell(killed.id, ...EVENTS);
  expect(last(await phasesSoFar({ ...killed, status: 'interrupted' }, stateDir, 99_000))).toBe(0);
});

it('a resumed install is read from its beginning again: its phases are those it had, and go on', async () => {
  const build = await scene.build({ id: 'abcd1234' });
  const { stateDir } = scene.host;
  const told = (phase: string, at: number): BuildEvent =>
    ({ at, type: 'stage-progress', stage: 'install', detail: phase }) as const;
  scene.tell(build.id, ...EVENTS, told('Partitioning', 20_000), told('Cleaning up', 21_000));
  const killed = [
    { phase: 'Partitioning', at: 1, seconds: 3 },
    { phase: 'Installing', at: 4, seconds: 11 },
    { phase: 'Partitioning', at: 15, seconds: 1 },
  ];
  expect(await phasesSoFar(build, stateDir, 25_000)).toMatchObject([
    ...killed,
    { phase: 'Cleaning up', at: 16, seconds: 4 },
  ]);

  const again = ['Partitioning', 'Installing', 'Partitioning', 'Cleaning up'];
  scene.tell(
    build.id,
    { at: 60_000, type: 'stage-started', stage: 'install' },
    ...again.map((phase) => told(phase, 61_000)),
    told('Rebooting', 65_000),
  );
  const resumed = [...killed, { phase: 'Cleaning up', at: 16, seconds: 44 }];
  expect(await phasesSoFar(build, stateDir, 70_000)).toMatchObject([
    ...resumed,
    { phase: 'Rebooting', at: 60, seconds: 5 },
  ]);

  const recorder = await recorderSoFar(build.id, stateDir);
  // The installer's own log is read after the console, and what it says came between.
  for (const phase of ['Partitioning', 'Installing', 'Cleaning up', 'Partitioning', 'Rebooting', 'Ejecting'])
    recorder.progress({ phase }, 80);
  recorder.end(81);
  expect(recorder.phases()).toMatchObject([
    ...resumed,
    { phase: 'Rebooting', at: 60, seconds: 20 },
    { phase: 'Ejecting', at: 80, seconds: 1 },
  ]);
});

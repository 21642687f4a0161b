import { execFileSync, spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CancelledError, type KilnError } from '../../../src/foundation/errors.ts';
import { publishImage } from '../../../src/publish/publish-image.ts';
import { type FaultScene, faultScene } from '../../support/fault-scene.ts';

/** A folder that is served: whole after every publication, and as it was after one that failed. */
let scene: FaultScene;
let served: string;
beforeEach(async () => {
  scene = await faultScene();
  served = join(scene.folder, 'served');
});
afterEach(() => scene.close());

const ALL = ['image.raw', 'image.raw.instance-info.json', 'image.raw.sha256', 'image.raw.sha512'];
const publishTo = (where: string, what = 'image.raw') =>
  publishImage(what, { kind: 'http', where, options: { name: ['image'] } }, scene.context());
const dryTo = (where: string) =>
  publishImage(
    'image.raw',
    { kind: 'http', where, options: { name: ['image'] } },
    { ...scene.context(), dryRun: true },
  );
const failureTo = (where: string): Promise<KilnError & NodeJS.ErrnoException> =>
  publishTo(where).then(
    () => {
      throw new Error('it was published');
    },
    (error: KilnError & NodeJS.ErrnoException) => error,
  );
const there = (): string[] => readdirSync(served).sort();

it('is there with its sums, and nothing beside them', async () => {
  expect(await publishTo('served')).toMatchObject({ action: 'created' });
  expect(there()).toEqual(ALL);
  execFileSync('sha512sum', ['--check', '--quiet', 'image.raw.sha512'], { cwd: served });
  expect(await publishTo('served')).toMatchObject({ action: 'unchanged' });
});

it('a dry run prints what a shell does alike, and says what would be replaced', async () => {
  const planned = await dryTo('a new/one');
  expect(planned).toMatchObject({ action: 'planned' });
  expect(planned.notes.slice(1).toSorted()).toEqual(ALL.map((name) => `${name} would be written`));
  const own = planned.commands.filter((command) => !command.startsWith('baremetal'));
  execFileSync('sh', ['-ec', own.join('\n')], { cwd: scene.folder });
  const place = join(scene.folder, 'a new/one');
  execFileSync('sha256sum', ['--check', '--quiet', 'image.raw.sha256'], { cwd: place });
  expect(await dryTo('a new/one')).toMatchObject({ action: 'unchanged' });
  writeFileSync(join(place, 'image.raw'), 'another');
  expect((await dryTo('a new/one')).notes).toContain('image.raw would be replaced');
});

it.each(ALL)('a folder called %s is named, and nothing else is left', async (name) => {
  mkdirSync(join(served, name), { recursive: true });
  expect(await failureTo('served')).toMatchObject({ code: 'EISDIR', path: join(served, name) });
  expect(there()).toEqual([name]);
});

it.each(ALL)('a pipe called %s stays', async (name) => {
  mkdirSync(served);
  execFileSync('mkfifo', [join(served, name)]);
  expect(await failureTo('served')).toMatchObject({ code: 'output.not-a-file' });
  expect(there()).toEqual([name]);
  expect(lstatSync(join(served, name)).isFIFO()).toBe(true);
});

it.each(['copying', 'checking'])(
  'Ctrl-C while %s it is told like any other, and leaves nothing',
  async (step) => {
    const stopping = new AbortController();
    const onProgress = (detail: string): void => {
      if (detail.startsWith(step)) stopping.abort(new CancelledError('stopped'));
    };
    const change = { signal: stopping.signal, onProgress };
    await expect(scene.publishTo('http:served', {}, change)).rejects.toMatchObject({
      code: 'cancelled',
      message: 'The publication was cancelled.',
    });
    expect(there()).toEqual([]);
  },
);

it('a folder that takes no files is to blame, not the image', async () => {
  expect(await failureTo('/proc')).toMatchObject({ code: 'ENOENT', path: '/proc/image.raw' });
});

it('an empty word is no folder', async () => {
  expect(await failureTo('')).toMatchObject({ code: 'options.invalid', exitCode: 2 });
  expect(readdirSync(scene.folder)).toEqual(['image.raw']);
});

it('what a killed publication left is gone after the next', async () => {
  mkdirSync(served);
  const { pid } = spawnSync('true');
  for (const name of ALL) writeFileSync(join(served, `.${name}.partial`), 'begun');
  writeFileSync(join(served, '.image.raw.lock'), JSON.stringify({ pid, startedAt: '1', token: 't' }));
  await publishTo('served');
  expect(there()).toEqual(ALL);
});

describe('two at once', () => {
  it.each([
    ['the same content', 'image.raw'],
    ['another content', 'other.raw'],
  ])('with %s under one name: one after the other', async (_what, second) => {
    writeFileSync(join(scene.folder, 'other.raw'), Buffer.alloc(2 ** 22, 'XFSB'));
    const done = await Promise.all(
      ['image.raw', second, 'image.raw', second].map((what) => publishTo('served', what)),
    );
    expect(done[0]).toMatchObject({ name: 'image.raw' });
    expect(there()).toEqual(ALL);
    execFileSync('sha512sum', ['--check', '--quiet', 'image.raw.sha512'], { cwd: served });
    execFileSync('sha256sum', ['--check', '--quiet', 'image.raw.sha256'], { cwd: served });
    const info = JSON.parse(readFileSync(join(served, 'image.raw.instance-info.json'), 'utf8')) as object;
    const [sum] = readFileSync(join(served, 'image.raw.sha512'), 'utf8').split(' ');
    expect(info).toMatchObject({ image_os_hash_value: sum });
  });
});

it('a lone image that is written to meanwhile has changed; it has no manifest that could be wrong', async () => {
  const path = join(scene.folder, 'image.raw');
  const context = scene.context(
    {},
    {
      onProgress: (detail) => {
        if (detail.startsWith('copying')) truncateSync(path, 2 ** 16);
      },
    },
  );
  const target = { kind: 'http', where: 'served', options: {} } as const;
  await expect(publishImage('image.raw', target, context)).rejects.toMatchObject({ code: 'disk.changed' });
  expect(there()).toEqual([]);
});

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { lastEvent, type PublishScene, publishScene } from '../support/publish-scene.ts';

/** Faults that the real services produce: they are stopped, they refuse, and Kiln itself is stopped, always in mid-upload. */
const CAP = 2 ** 30;
let scene: PublishScene;
let path: string;
beforeAll(async () => {
  scene = await publishScene({
    services: ['keystone', 'glance'],
    glanceOptions: [`image_size_cap = ${CAP}`],
  });
  path = join(scene.folder, 'large.raw');
  writeFileSync(path, 'XFSB, as a disk without partitions begins');
  // Takes seconds to upload and no space: all but the beginning is a hole.
  truncateSync(path, 2 ** 30);
});
afterAll(() => scene?.close());

let name: string;
let count = 0;
beforeEach(() => {
  count += 1;
  name = `fault-${count}`;
});

type Image = Record<string, string>;
const imagesNamed = async (): Promise<Image[]> =>
  (await scene.openstack('lab-admin', 'image', 'list', '--long', '--name', name)) as Image[];

type Running = {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; text: string }>;
  readonly uploading: Promise<void>;
};

/** A process of its own, and a promise that it is in mid-upload. */
function start(): Running {
  const args = [scene.cli.main, 'publish', 'glance', path, '--name', name, '--json'];
  const child = spawn(process.execPath, args, { env: { ...scene.env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  const uploading = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (/"percent":[1-9]\d/.test(text)) resolve();
    });
  });
  child.stderr.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, text }));
  return { child, ended, uploading };
}

it('Ctrl-C in mid-upload leaves no image and no secret', async () => {
  const running = start();
  await running.uploading;
  const words = readFileSync(`/proc/${running.child.pid}/cmdline`, 'utf8');
  expect(words).not.toContain(scene.lab.password);
  running.child.kill('SIGINT');
  const { code, text } = await running.ended;
  expect(code, text).toBe(130);
  expect(text).not.toContain(scene.lab.password);
  expect(await imagesNamed()).toEqual([]);
  expect(readdirSync(join(scene.lab.folder, 'data/images'))).toEqual([]);
});

it('after kill -9 the next run puts an image of its own in the place of the unfinished one', async () => {
  const running = start();
  await running.uploading;
  running.child.kill('SIGKILL');
  await running.ended;
  const again = await scene.kiln('publish', 'glance', path, '--name', name, '--json');
  const done = lastEvent(again);
  expect(done, again.stderr).toMatchObject({ type: 'published', action: 'created' });
  expect(await imagesNamed()).toMatchObject([{ ID: (done as { id?: string }).id, Status: 'active' }]);
});

it('Glance stopped in mid-upload and started again gets the image after all', async () => {
  const running = start();
  await running.uploading;
  await scene.lab.stop('glance');
  await scene.lab.start('glance');
  const { code, text } = await running.ended;
  expect(code, text).toBe(0);
  expect(await imagesNamed()).toMatchObject([{ Status: 'active' }]);
});

it('an image deleted in mid-upload is reported as that', async () => {
  const running = start();
  await running.uploading;
  // The upload may be over before two of the client's commands are.
  running.child.kill('SIGSTOP');
  const [begun] = await imagesNamed();
  await scene.run('openstack', '--os-cloud', 'lab', 'image', 'delete', String(begun?.ID));
  running.child.kill('SIGCONT');
  const { code, text } = await running.ended;
  expect(code, text).toBe(7);
  expect(text).toContain('publish.image-lost');
  expect(await imagesNamed()).toEqual([]);
});

it("a size limit is told in Glance's words, and nothing stays", async () => {
  const large = join(scene.folder, 'too-large.raw');
  writeFileSync(large, 'XFSB');
  truncateSync(large, CAP + 2 ** 20);
  const ended = await scene.kiln('publish', 'glance', large, '--name', name, '--json');
  expect(lastEvent(ended)).toMatchObject({
    code: 'publish.quota',
    message: expect.stringContaining('The incoming image is too large'),
  });
  expect(await imagesNamed()).toEqual([]);
});

it("a used-up quota is told in Glance's words, and before an upload by the check", async () => {
  const limits = (await scene.openstack('lab-system', 'limit', 'list')) as Record<string, string>[];
  expect(limits).toEqual([]);
  const { id: project } = (await scene.openstack('lab-admin', 'project', 'show', 'demo')) as { id: string };
  const limitTo = async (resource: string, count: number): Promise<void> => {
    const limit = ['--project', project, '--service', 'glance', '--region', 'RegionOne'];
    const words = ['--resource-limit', String(count), resource];
    await scene.openstack('lab-system', 'limit', 'create', ...limit, ...words);
  };
  const small = join(scene.folder, 'small.raw');
  writeFileSync(small, Buffer.alloc(3 * 2 ** 20, 'XFSB small'));
  await limitTo('image_size_total', 2);
  const checked = await scene.kiln('publish', 'check', small);
  expect(checked).toMatchObject({
    code: 7,
    stderr: expect.stringMatching(/\[publish\.quota\].*image_size_total is 2\.0 MiB/),
  });
  await limitTo('image_count_total', 0);
  const ended = await scene.kiln('publish', 'glance', small, '--name', name, '--json');
  expect(lastEvent(ended), ended.stderr).toMatchObject({
    code: 'publish.quota',
    message: expect.stringMatching(/image_count_total/),
  });
  expect(await imagesNamed()).toEqual([]);
  for (const { ID } of (await scene.openstack('lab-system', 'limit', 'list')) as { ID: string }[])
    await scene.run('openstack', '--os-cloud', 'lab-system', 'limit', 'delete', ID);
});

it.each([
  ['a wrong password', 'password: ', 'password: wrong-', 'publish.auth'],
  ['an unknown project', 'project_name: demo', 'project_name: nowhere', 'publish.auth'],
  ['an unknown region', 'region_name: RegionOne', 'region_name: Elsewhere', 'publish.no-service'],
])('%s is found out before anything is sent', async (_what, right, wrong, code) => {
  const clouds = join(scene.folder, 'wrong.yaml');
  writeFileSync(clouds, readFileSync(scene.lab.cloudsFile, 'utf8').replaceAll(right, wrong));
  const ended = await scene.kilnWith(
    { OS_CLIENT_CONFIG_FILE: clouds },
    'publish',
    'glance',
    path,
    '--name',
    name,
    '--json',
  );
  expect(ended.code).toBe(7);
  expect(lastEvent(ended)).toMatchObject({ type: 'publish-failed', code });
  expect(ended.stdout + ended.stderr).not.toContain(scene.lab.password);
});

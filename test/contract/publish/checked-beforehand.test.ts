import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newRun } from '../../../src/build/build-frame.ts';
import { checkTargets } from '../../../src/build/publish-check.ts';
import { runCli } from '../../../src/cli/run-cli.ts';
import { placesFrom } from '../../../src/foundation/places.ts';
import { type FaultScene, faultScene } from '../../support/fault-scene.ts';
import { reply } from '../../support/stand-in-http.ts';
import { readTargetWord } from '../../support/target-word.ts';
import { recordingIo } from '../../unit/cli/recording-io.ts';

/** What a service would refuse is told before an install, and before an image is sent. */
let scene: FaultScene;
beforeEach(async () => {
  scene = await faultScene();
});
afterEach(() => scene.close());

const GIB = 2 ** 30;

type Output = { readonly format: string; readonly imageKind?: string };

/** As `kiln build` does before its install. */
async function checked(
  word: string | readonly string[],
  diskGiB = 1,
  outputs: readonly Output[] = [{ format: 'qcow2' }],
): Promise<void> {
  const { env, cwd, logger } = scene.context();
  const run = newRun({}, { env, cwd, places: placesFrom({ HOME: cwd }), projectDir: cwd, logger });
  const plan = {
    publish: [word].flat().map(readTargetWord),
    outputs,
    disk: { sizeBytes: diskGiB * GIB },
  } as unknown as Parameters<typeof checkTargets>[0];
  await checkTargets(plan, run, () => {});
}

/** Somebody's image that everybody sees. */
async function publishOther(): Promise<void> {
  await scene.publish();
  scene.cloud.requests.length = 0;
}

async function kiln(...words: readonly string[]) {
  const { env, cwd } = scene.context();
  const io = recordingIo({ env: { ...(env as Record<string, string>), HOME: cwd }, cwd });
  const code = await runCli(words, io);
  await Promise.all([io.out.flush(), io.err.flush()]);
  return { code, out: io.stdout(), err: io.stderr() };
}

const written = (): readonly string[] =>
  scene.cloud.requests.map(({ line }) => line).filter((line) => !/^GET|auth\/tokens/.test(line));

describe('before an install', () => {
  it.each([
    ['glance:,store=nosuch', 'publish.not-offered', 'no store "nosuch"'],
    ['cinder:,store=nosuch', 'publish.not-offered', 'no store "nosuch"'],
    ['cinder:,type=nosuch', 'publish.not-offered', 'no volume type "nosuch"'],
    ['cinder:,zone=nosuch', 'publish.not-offered', 'It offers: nova.'],
    ['cinder:,size=2000', 'publish.quota', 'gigabytes is 1000.0 GiB'],
    ['cinder:,size=1', 'options.invalid', 'has 2 GiB'],
    ['ironic:,node=nosuch', 'publish.not-found', 'Node nosuch could not be found'],
    ['ironic:,resource-class=nosuch', 'publish.node-not-ready', 'no available node of class'],
    ['ironic:', 'options.invalid', 'needs a node'],
    ['http:image.raw', 'host.no-permission', 'image.raw is not a folder'],
    ['http:image.raw/below', 'host.no-permission', 'image.raw is not a folder'],
    ['ironic:,node=n,resource-class=c', 'options.invalid', 'leave one of both out'],
    ['glance:,format=raw', 'publish.no-image', 'no raw image, only qcow2'],
    ['http:served,format=vmdk', 'publish.no-image', 'no vmdk image, only qcow2'],
    ['glance:,format=vhd', 'publish.no-image', 'build with --format vhd.'],
    ['glance:,format=vpc', 'publish.no-image', 'no vhd image, only qcow2'],
    ['glance:,format=row', 'options.invalid', '--format takes raw, qcow2, vmdk, vhd, vhdx, vdi'],
    ['glance:,property=kernel_id=q', 'options.invalid', 'must not have a kernel'],
    ['cinder:,property=ramdisk_id=q', 'options.invalid', 'must not have a kernel'],
    ['ironic:,node=n,property=kernel_id=q', 'options.invalid', 'must not have a kernel'],
    ['glance:,visibility=public,member=p', 'options.invalid', '--member needs --visibility shared'],
    [
      'glance:,import=web-download=http://h/x,partition-image',
      'options.invalid',
      'a partition image is three',
    ],
    ['ironic:,node=n,root-gb=x', 'options.invalid', '--root-gb takes'],
  ])('refuses %s, and says which target that is', async (word, code, message) => {
    const thrown = await checked(word, 2).catch((error: Error) => error);
    expect(thrown).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(thrown).toMatchObject({
      message: expect.stringMatching(/^--publish (glance|cinder|ironic|http)/),
    });
    expect(written()).toEqual([]);
  });

  it.each([
    ['cinder:', 'publish.no-image', 'only a partition image'],
    ['http:served', 'publish.no-image', 'only a partition image'],
    ['glance:,import=web-download=http://h/x', 'options.invalid', 'a partition image is three'],
  ])('refuses %s of a build that makes nothing but a partition image', async (word, code, message) => {
    const outputs = [{ format: 'qcow2', imageKind: 'partition' }];
    await expect(checked(word, 2, outputs)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
    expect(scene.cloud.requests).toEqual([]);
  });

  it('tells of all targets together, each by its name', async () => {
    const words = ['glance:one,visibility=secret', 'glance:two,min-ram=much', 'http:served'];
    const error = await checked(words).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({
      code: 'spec.invalid',
      details: {
        problems: [
          { where: '--publish glance:one', problem: expect.stringContaining('--visibility takes') },
          { where: '--publish glance:two', problem: expect.stringContaining('--min-ram takes') },
        ],
      },
    });
    await expect(checked('glance:one,visibility=secret')).rejects.toMatchObject({
      code: 'options.invalid',
      message: expect.stringMatching(/^--publish glance:one: --visibility takes/),
    });
  });

  it('refuses a store where there is one alone', async () => {
    scene.cloud.fault = (request, response) =>
      request.url === '/v2/info/stores' &&
      reply(response, 404, { message: 'Multi backend is not supported at this site.' });
    await expect(checked('glance:,store=s')).rejects.toMatchObject({
      code: 'publish.not-offered',
      message: expect.stringContaining('leave out --store'),
    });
    await expect(checked('glance:')).resolves.toBeUndefined();
  });

  it('refuses a node that takes no image', async () => {
    scene.cloud.ironic.node.provision_state = 'active';
    await expect(checked('ironic:,node=n')).rejects.toMatchObject({ code: 'publish.node-not-ready' });
  });

  it('refuses a volume beyond the limit for one', async () => {
    scene.cloud.cinder.limits.perVolume = 5;
    await expect(checked('cinder:,size=6')).rejects.toMatchObject({ code: 'publish.quota' });
    await expect(checked('cinder:,size=5')).resolves.toBeUndefined();
  });

  it('takes what there is', async () => {
    for (const word of [
      'glance:,store=file',
      'cinder:,type=lab,zone=nova',
      'cinder:,type=t-1',
      'ironic:,node=n',
    ])
      await expect(checked(word), word).resolves.toBeUndefined();
  });

  it('refuses an image that the user has no right to create, and makes none', async () => {
    await publishOther();
    scene.cloud.forbids = ['public'];
    await expect(checked('glance:,visibility=public')).rejects.toMatchObject({
      code: 'publish.forbidden',
      exitCode: 7,
      message: expect.stringContaining('not authorized to complete publicize_image'),
    });
    await expect(checked('glance:')).resolves.toBeUndefined();
    await expect(checked('cinder:,visibility=public')).resolves.toBeUndefined();
    await expect(checked('cinder:,visibility=public,keep-image')).rejects.toMatchObject({
      code: 'publish.forbidden',
    });
    expect(scene.cloud.images.size).toBe(1);
  });
});

it('a plan refuses what its targets could not get, and asks no service', async () => {
  const plan = (...targets: readonly string[]) =>
    kiln('plan', '--import', 'image.raw', '--name', 'x', ...targets.flatMap((one) => ['--publish', one]));
  expect(await plan('ironic:admin')).toMatchObject({
    code: 2,
    err: expect.stringMatching(/\[spec\.invalid\].*--publish: ironic:admin: Ironic needs a node/s),
  });
  expect(await plan('glance:one,visibility=secret', 'glance:two,nam=x')).toMatchObject({
    code: 2,
    err: expect.stringMatching(/glance:one: --visibility takes.*glance:two: "nam" is no option/s),
  });
  expect(
    await plan('glance:one,property=kernel_id=x', 'glance:two,format=vdi', 'glance:two,format=vdi'),
  ).toMatchObject({
    code: 2,
    err: expect.stringMatching(
      /glance:one: --property kernel_id.*glance:two \(1 of 2\): The build is to make no vdi.*\(2 of 2\)/s,
    ),
  });
  expect(scene.cloud.requests).toEqual([]);
});

it('a build looks at its folder before it asks a service', async () => {
  await writeFile(
    join(scene.folder, 'x.yaml'),
    'name: x\nmedia: [{import: image.raw}]\npublish: ["glance:"]\n',
  );
  await mkdir(join(scene.folder, 'full/of'), { recursive: true });
  expect(await kiln('build', 'x.yaml', '--output', 'full')).toMatchObject({
    code: 2,
    err: expect.stringContaining('[output.exists]'),
  });
  expect(scene.cloud.requests).toEqual([]);
});

describe('kiln publish check', () => {
  const check = (...words: readonly string[]) => kiln('publish', 'check', ...words);

  it('fails for a user who may only look, with an image too', async () => {
    await publishOther();
    scene.cloud.forbids = ['private'];
    for (const words of [[], ['image.raw'], ['image.raw', '--service', 'image']]) {
      const forbidden = { code: 7, err: expect.stringContaining('[publish.forbidden]') };
      expect(await check(...words), words.join(' ')).toMatchObject(forbidden);
    }
    expect(scene.cloud.images.size).toBe(1);
  });

  it('says what worked beside what failed', async () => {
    scene.cloud.fault = (request, response) =>
      request.url?.startsWith('/volume/') === true && reply(response, 403, { message: 'not you' });
    const words = ['--service', 'block-storage', '--service', 'image'];
    const { code, out, err } = await check(...words);
    expect(code).toBe(7);
    expect(out).toMatch(/^Glance +http/m);
    expect(out).toMatch(/^Cinder +failed \[publish\.forbidden\]$/m);
    expect(err).toMatch(/\[publish\.forbidden\].*not you/);
    const { out: json } = await check(...words, '--json');
    expect(JSON.parse(json)).toMatchObject({
      ...{ type: 'publish-failed', code: 'publish.forbidden', details: { status: 403 } },
      services: [{ service: 'Glance' }],
    });
    scene.cloud.fault = (request, response) =>
      request.url === '/v3/auth/tokens' && reply(response, 401, { message: 'no' });
    const refused = await check('--json');
    expect(JSON.parse(refused.out)).toMatchObject({ type: 'publish-failed', code: 'publish.auth' });
  });

  it('fails where the service does when it is asked for the right', async () => {
    await publishOther();
    scene.cloud.fault = (request, response) =>
      request.method === 'POST' &&
      request.url === '/v2/images' &&
      reply(response, 503, { message: 'not now' });
    expect(await check()).toMatchObject({ code: 7, err: expect.stringContaining('[publish.service]') });
  });

  it('says what it can where the service does not tell', async () => {
    scene.cloud.roles = ['reader'];
    for (const service of ['image', 'block-storage', 'baremetal'])
      expect(await check('--service', service)).toMatchObject({
        code: 0,
        out: expect.stringContaining('role reader alone'),
      });
    scene.cloud.roles = ['member', 'reader'];
    expect((await check()).out).not.toContain('reader alone');
  });
});

describe('before an image is sent', () => {
  it.each([
    ['cinder:,type=nosuch', 'publish.not-offered'],
    ['cinder:,zone=nosuch', 'publish.not-offered'],
    ['cinder:,size=2000', 'publish.quota'],
    ['ironic:,node=nosuch', 'publish.not-found'],
  ])('refuses %s', async (word, code) => {
    expect(await scene.failureTo(word)).toMatchObject({ code });
    expect(written()).toEqual([]);
  });

  it.each(['active', 'clean failed', 'deploying'])('refuses a node that is %s', async (state) => {
    Object.assign(scene.cloud.ironic.node, { provision_state: state });
    expect(await scene.failureTo('ironic:,node=n')).toMatchObject({ code: 'publish.node-not-ready' });
    expect(written()).toEqual([]);
  });

  it('leaves a node alone that runs this image already', async () => {
    await scene.publishTo('ironic:,node=n,deploy');
    expect(await scene.publishTo('ironic:,node=n,deploy')).toMatchObject({ action: 'unchanged' });
  });
});

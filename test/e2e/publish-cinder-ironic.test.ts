import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askAlone, availableAlone, availableNode, deployAgent } from '../support/bare-metal.ts';
import { lastEvent, type PublishScene, publishScene } from '../support/publish-scene.ts';

let scene: PublishScene;
beforeAll(async () => {
  scene = await publishScene({ services: ['keystone', 'glance', 'cinder', 'ironic', 'ironic-standalone'] });
});
afterAll(() => scene?.close());

function image(name: string): string {
  const [raw, path] = [join(scene.folder, `${name}.raw`), join(scene.folder, `${name}.qcow2`)];
  writeFileSync(raw, Buffer.concat([Buffer.alloc(1 << 20, name), Buffer.alloc(1 << 20)]));
  execFileSync('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', raw, path]);
  return path;
}
const rawOf = (path: string): Buffer => readFileSync(path.replace(/qcow2$/, 'raw'));
const list = async (...words: readonly string[]): Promise<Record<string, string>[]> =>
  (await scene.openstack('lab', ...words)) as Record<string, string>[];

describe('Cinder', () => {
  it("makes a bootable volume with the image's bytes and a snapshot, once", async () => {
    const path = image('volume');
    const first = lastEvent(await scene.kiln('publish', 'cinder', path, '--snapshot', '--json'));
    expect(first).toMatchObject({ type: 'published', action: 'created', name: 'volume' });
    const id = String(first.id);
    expect(await scene.openstack('lab', 'volume', 'show', id)).toMatchObject({
      status: 'available',
      size: 1,
      bootable: 'true',
    });
    const stored = readFileSync(join(scene.lab.folder, 'data/cinder/volumes', `volume-${id}`)).subarray(
      0,
      2 << 20,
    );
    expect(stored.equals(rawOf(path))).toBe(true);
    expect(await list('volume', 'snapshot', 'list')).toHaveLength(1);
    // The image was only a means.
    expect(await list('image', 'list', '--name', 'volume')).toEqual([]);
    const again = lastEvent(await scene.kiln('publish', 'cinder', path, '--snapshot', '--json'));
    expect(again).toMatchObject({ action: 'unchanged', id });
    const taken = await scene.kiln('publish', 'cinder', image('other'), '--name', 'volume');
    expect(taken).toMatchObject({ code: 7, stderr: expect.stringContaining('[publish.name-taken]') });
  });

  it("tells Cinder's reason when a volume fails, and leaves neither volume nor image", async () => {
    // Cinder converts what it fetches; an image that is no qcow2 at all ends in its state "error".
    const junk = join(scene.folder, 'junk');
    writeFileSync(junk, 'no image at all');
    const { id } = (await scene.openstack(
      'lab',
      'image',
      'create',
      '--disk-format',
      'qcow2',
      '--file',
      junk,
      'junk',
    )) as { id: string };
    const ended = await scene.kiln('publish', 'cinder', '--image', id, '--name', 'failing', '--json');
    expect(lastEvent(ended)).toMatchObject({ type: 'publish-failed', code: 'publish.volume-failed' });
    expect(ended.code).toBe(7);
    expect((await list('volume', 'list')).filter(({ Name }) => Name === 'failing')).toEqual([]);
    expect(lastEvent(await scene.kiln('publish', 'cinder', '--image', 'nope', '--json'))).toMatchObject({
      code: 'publish.not-found',
    });
    const both = await scene.kiln('publish', 'cinder', image('failing'), '--image', id, '--json');
    expect(lastEvent(both)).toMatchObject({ code: 'options.invalid' });
    expect((await list('volume', 'list')).filter(({ Name }) => Name === 'failing')).toEqual([]);
  });
});

describe('Cinder, when Kiln is stopped', () => {
  const folderOf = (kind: string): string => join(scene.lab.folder, 'data', kind);
  const stored = (): readonly string[] =>
    ['cinder/volumes', 'images'].flatMap((kind) => readdirSync(folderOf(kind))).toSorted();
  const stopAt = async (words: readonly string[], step: RegExp, signal: NodeJS.Signals) => {
    const child = spawn(process.execPath, [scene.cli.main, ...words, '--json'], {
      env: { ...scene.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout.on('data', (chunk: Buffer) => {
      if (step.test(chunk.toString())) child.kill(signal);
    });
    return (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  };

  it.each([
    ['volume', /volume stopped-\w+: (creating|downloading)/],
    ['snapshot', /snapshot of stopped-\w+: creating/],
  ])('while the %s is made, leaves nothing or ends it with the next run', async (step, shown) => {
    const name = `stopped-${step}`;
    const words = ['publish', 'cinder', image(name), '--snapshot'];
    const before = stored();
    expect(await stopAt(words, shown, 'SIGINT')).toEqual([130, null]);
    expect(stored()).toEqual(before);
    expect(await stopAt(words, shown, 'SIGKILL')).toEqual([null, 'SIGKILL']);
    expect(stored()).not.toEqual(before);
    const again = await scene.kiln(...words, '--json');
    expect(lastEvent(again), again.stderr).toMatchObject({ type: 'published', name });
    const { id } = lastEvent(again);
    const volumes = (await list('volume', 'list')).filter(({ Name }) => Name === name);
    expect(volumes).toMatchObject([{ ID: id, Status: 'available' }]);
    expect(await list('volume', 'snapshot', 'list', '--volume', String(id))).toMatchObject([
      { Name: name, Status: 'available' },
    ]);
    // One volume, one snapshot, and no image.
    expect(stored()).toHaveLength(before.length + 2);
  });
});

describe('Ironic', () => {
  it('deploys a node from Glance to active with the image on its disk, and takes it back', async () => {
    const node = await availableNode(scene, 'one');
    const path = image('metal');
    const planned = await scene.kiln(
      'publish',
      'ironic',
      path,
      '--cloud',
      'lab-admin',
      '--node',
      'one',
      '--deploy',
      '--dry-run',
    );
    const plannedId = / --id (\S+) /.exec(planned.stdout)?.[1];
    expect(planned.stdout).toContain(`node set one --instance-info image_source=${plannedId}`);
    const agent = deployAgent(scene, node);
    const ended = await scene.kiln(
      'publish',
      'ironic',
      path,
      '--cloud',
      'lab-admin',
      '--node',
      'one',
      '--deploy',
      '--json',
    );
    await agent.end();
    expect(lastEvent(ended), ended.stderr).toMatchObject({ type: 'published', target: 'ironic', id: node });
    expect(await scene.openstack('lab-admin', 'baremetal', 'node', 'show', node)).toMatchObject({
      provision_state: 'active',
    });
    expect(
      readFileSync(agent.disk)
        .subarray(0, 2 << 20)
        .equals(rawOf(path)),
    ).toBe(true);
    const [stored] = (await scene.openstack('lab-admin', 'image', 'list', '--long', '--name', 'metal')) as {
      ID: string;
    }[];
    expect(await scene.openstack('lab-admin', 'image', 'show', String(stored?.ID))).toMatchObject({
      properties: { img_type: 'whole-disk' },
    });
    const plannedAgain = await scene.kiln(
      'publish',
      'ironic',
      '--image',
      String(stored?.ID),
      '--cloud',
      'lab-admin',
      '--node',
      'one',
      '--dry-run',
    );
    expect(plannedAgain.stdout).toMatch(/^There already, as wanted: one /);
    expect(plannedAgain.stdout).toMatch(new RegExp(`image: +${stored?.ID}$`, 'm'));
    const again = await scene.kiln(
      'publish',
      'ironic',
      path,
      '--cloud',
      'lab-admin',
      '--node',
      'one',
      '--deploy',
      '--json',
    );
    expect(lastEvent(again)).toMatchObject({ action: 'unchanged' });
    const other = await scene.kiln(
      'publish',
      'ironic',
      image('metal2'),
      '--cloud',
      'lab-admin',
      '--node',
      'one',
    );
    expect(other.stderr).toContain('[publish.node-not-ready]');
    const back = await scene.kiln('publish', 'undeploy', 'one', '--cloud', 'lab-admin');
    expect(back.stdout).toContain('available');
  });

  it.each(['http', 'file'])('points a node at a %s address with checksum and format', async (kind) => {
    const name = `node-${kind}`;
    const node = await availableNode(scene, name);
    const path = image(`by-${kind}`);
    const folder = join(scene.lab.folder, 'data/ironic/httpboot');
    const served = `http://127.0.0.1:${Number(new URL(scene.lab.urls.ironic).port) + 1}`;
    const put = await scene.kiln(
      'publish',
      'http',
      path,
      '--to',
      folder,
      ...(kind === 'http' ? ['--url', served] : []),
      '--json',
    );
    const { url } = lastEvent(put);
    expect(url).toBe(
      kind === 'http' ? `${served}/by-http.qcow2` : pathToFileURL(join(folder, 'by-file.qcow2')).href,
    );
    const options = [
      '--cloud',
      'lab-admin',
      '--resource-class',
      `class-${name}`,
      '--url',
      String(url),
      '--deploy',
      '--json',
    ];
    const agent = deployAgent(scene, node);
    const ended = await scene.kiln('publish', 'ironic', path, ...options);
    await agent.end();
    expect(lastEvent(ended), ended.stderr).toMatchObject({ type: 'published', id: node });
    expect(
      readFileSync(agent.disk)
        .subarray(0, 2 << 20)
        .equals(rawOf(path)),
    ).toBe(true);
  });

  it("tells Ironic's reason when a deployment fails, and takes the node back", async () => {
    const node = await availableNode(scene, 'broken');
    const agent = deployAgent(scene, node, { fails: true });
    const ended = await scene.kiln(
      'publish',
      'ironic',
      image('broken'),
      '--cloud',
      'lab-admin',
      '--node',
      'broken',
      '--deploy',
      '--json',
    );
    await agent.end();
    expect(lastEvent(ended)).toMatchObject({
      code: 'publish.deploy-failed',
      message: expect.stringContaining('the disk of this node is broken'),
    });
    expect(await scene.openstack('lab-admin', 'baremetal', 'node', 'show', node)).toMatchObject({
      provision_state: 'available',
      instance_info: {},
    });
  });

  it('takes a node back after Ctrl-C, and names one that kill -9 left half-deployed, until it is undeployed', async () => {
    const node = await availableNode(scene, 'stopped');
    const words = ['publish', 'ironic', image('stopped'), '--cloud', 'lab-admin', '--node', 'stopped'];
    const state = async (): Promise<unknown> => {
      const shown = await scene.openstack('lab-admin', 'baremetal', 'node', 'show', node);
      const { provision_state, instance_info } = shown as Record<string, unknown>;
      return { provision_state, instance_info };
    };
    // Nobody plays the deploy ramdisk, so the node waits for it.
    const stopWith = async (signal: NodeJS.Signals): Promise<number | null> => {
      const child = spawn(process.execPath, [scene.cli.main, ...words, '--deploy', '--json'], {
        env: { ...scene.env },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      child.stdout.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes('wait call-back')) child.kill(signal);
      });
      const [code] = (await once(child, 'close')) as [number | null];
      return code;
    };
    expect(await stopWith('SIGINT')).toBe(130);
    expect(await state()).toEqual({ provision_state: 'available', instance_info: {} });
    await stopWith('SIGKILL');
    const again = await scene.kiln(...words, '--deploy', '--json');
    expect(lastEvent(again)).toMatchObject({
      code: 'publish.node-not-ready',
      message: expect.stringContaining('kiln publish undeploy'),
    });
    await scene.kiln('publish', 'undeploy', 'stopped', '--cloud', 'lab-admin');
    expect(await state()).toEqual({ provision_state: 'available', instance_info: {} });
  });

  it('leaves a node as it was when Ironic would not deploy it', async () => {
    const node = await availableNode(scene, 'kept');
    await scene.run(
      'openstack',
      '--os-cloud',
      'lab-admin',
      'baremetal',
      'node',
      'set',
      node,
      '--instance-info',
      'note=mine',
    );
    const options = [
      '--cloud',
      'lab-admin',
      '--node',
      'kept',
      '--url',
      'http://127.0.0.1:1/absent.qcow2',
      '--deploy',
      '--json',
    ];
    const ended = await scene.kiln('publish', 'ironic', image('kept'), ...options);
    expect(lastEvent(ended)).toMatchObject({
      type: 'publish-failed',
      message: expect.stringContaining('absent.qcow2'),
    });
    expect(ended.code).toBe(7);
    expect(await scene.openstack('lab-admin', 'baremetal', 'node', 'show', node)).toMatchObject({
      provision_state: 'available',
    });
  });

  it('works with an Ironic that stands alone', async () => {
    const clouds = join(scene.folder, 'alone.yaml');
    writeFileSync(
      clouds,
      `clouds: {alone: {auth_type: none, endpoint: "${scene.lab.urls['ironic-standalone']}"}}\n`,
    );
    await availableAlone(scene.lab.urls['ironic-standalone'], 'alone');
    const path = image('alone');
    const env = { OS_CLIENT_CONFIG_FILE: clouds, OS_CLOUD: 'alone' };
    const sha512 = createHash('sha512').update(readFileSync(path)).digest('hex');
    const ended = await scene.kilnWith(
      env,
      'publish',
      'ironic',
      path,
      '--node',
      'alone',
      '--url',
      pathToFileURL(path).href,
      '--deploy',
      '--json',
    );
    expect(lastEvent(ended), ended.stderr).toMatchObject({ type: 'published', where: 'alone' });
    const node = await askAlone(scene.lab.urls['ironic-standalone'], 'GET', '/v1/nodes/alone');
    expect(await node.json()).toMatchObject({
      provision_state: 'active',
      instance_info: {
        image_os_hash_algo: 'sha512',
        image_os_hash_value: sha512,
        image_disk_format: 'qcow2',
      },
    });
    const without = await scene.kilnWith(env, 'publish', 'ironic', path, '--node', 'alone');
    expect(without).toMatchObject({ code: 2, stderr: expect.stringContaining('--url') });
  });
});

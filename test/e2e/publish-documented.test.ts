import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { availableAlone, availableNode } from '../support/bare-metal.ts';
import { type PublishScene, publishScene } from '../support/publish-scene.ts';
import { sampleBuild } from '../support/sample-build.ts';

/** The worked examples of docs/publishing.md, each typed into a shell as it stands there, but for two ports. */
const page = readFileSync(new URL('../../docs/publishing.md', import.meta.url), 'utf8');
const examples = new Map(
  [...page.matchAll(/^### Worked example: (.+)\n[^#]*?```sh\n([\s\S]*?)```/gm)].map(([, title, text]) => [
    title ?? '',
    text ?? '',
  ]),
);

let scene: PublishScene;
beforeAll(async () => {
  scene = await publishScene({ services: ['keystone', 'glance', 'cinder', 'ironic', 'ironic-standalone'] });
  const bin = join(scene.folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'kiln'), `#!/bin/sh\nexec ${process.execPath} ${scene.cli.main} "$@"\n`, {
    mode: 0o755,
  });
});
afterAll(() => scene?.close());

/** Runs one example in a folder of its own that has a build and a clouds.yaml. */
async function type(title: string): Promise<{ readonly folder: string; readonly text: string }> {
  const folder = join(scene.folder, title.replaceAll(/\W+/g, '-'));
  sampleBuild(join(folder, 'builds/debian-13'), 'a system');
  const clouds = readFileSync(scene.lab.cloudsFile, 'utf8').replace('  lab-admin:', '  mycloud:');
  writeFileSync(join(folder, 'clouds.yaml'), clouds);
  const script = (examples.get(title) ?? '')
    .replaceAll('http://127.0.0.1:6385', scene.lab.urls['ironic-standalone'])
    .replaceAll(':8080', `:${await freePort()}`);
  const { OS_CLOUD: _cloud, OS_CLIENT_CONFIG_FILE: _file, ...rest } = scene.env;
  const env = { ...rest, PATH: `${join(scene.folder, 'bin')}:${rest.PATH}`, PYTHONWARNINGS: 'ignore' };
  const child = spawn('sh', ['-eu', '-c', script], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
  const [code] = await once(child, 'close');
  expect(code, text).toBe(0);
  return { folder, text };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((settle) => server.close(settle));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

it('has an example for each target', () => {
  expect([...examples.keys()]).toEqual([
    'Glance',
    'Cinder',
    'Ironic with Keystone',
    'Ironic that stands alone',
    'a folder',
  ]);
});

it('Glance', async () => {
  const { text } = await type('Glance');
  expect(text).toMatch(/status\s+\| active/);
  expect(text).toContain('There already, as wanted');
  expect(text).toContain('openstack --os-cloud mycloud server create');
});

it('Cinder', async () => {
  const { text } = await type('Cinder');
  expect(text).toMatch(/status\s+\| available/);
  expect(text).toMatch(/bootable\s+\| true/);
});

it('Ironic with Keystone', async () => {
  await availableNode(scene, 'rack1-node7', 'bios', 'fake');
  const { text } = await type('Ironic with Keystone');
  expect(text).toContain('node set rack1-node7 --instance-info');
  expect(text).toMatch(/provision_state\s+\| active/);
  expect(text).toContain('is available');
});

it('Ironic that stands alone', async () => {
  await availableAlone(scene.lab.urls['ironic-standalone'], 'rack1-node7');
  const { folder, text } = await type('Ironic that stands alone');
  expect(readdirSync(join(folder, 'images'))).toContain('debian-13.qcow2');
  expect(text).toContain('state: active');
});

it('a folder', async () => {
  const { folder, text } = await type('a folder');
  const sent = readFileSync(join(folder, 'builds/debian-13/debian-13.qcow2'));
  expect(readFileSync(join(folder, 'fetched.qcow2')).equals(sent)).toBe(true);
  expect(text).toContain('debian-13.qcow2: OK');
  expect(text).toContain('"image_os_hash_algo": "sha512"');
});

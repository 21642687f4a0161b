import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { debianTree, makeBootableDisk } from '../contract/disk/bootable-disk.ts';
import { lastEvent, type PublishScene, publishScene } from '../support/publish-scene.ts';

/** The image service as Debian packages it, seen through its own client. */
let scene: PublishScene;
beforeAll(async () => {
  scene = await publishScene({ services: ['keystone', 'glance'] });
});
afterAll(() => scene?.close());

/** A small image whose content nobody else has. */
function image(name: string, options: readonly string[] = ['-f', 'qcow2']): string {
  const [raw, path] = [join(scene.folder, `${name}.seed`), join(scene.folder, name)];
  // As XFS begins: a raw image without any file system is refused.
  writeFileSync(raw, Buffer.alloc(1 << 20, `XFSB ${name}`));
  execFileSync('qemu-img', ['convert', '-f', 'raw', '-O', options[1] ?? 'qcow2', raw, path]);
  return path;
}

const sha512 = (path: string): string => createHash('sha512').update(readFileSync(path)).digest('hex');
const images = async (cloud = 'lab'): Promise<Record<string, string>[]> =>
  (await scene.openstack(cloud, 'image', 'list', '--long')) as Record<string, string>[];

it('uploads an image that the client sees whole, with its properties, and does nothing the second time', async () => {
  const path = image('first.qcow2');
  const options = [
    '--visibility',
    'shared',
    '--tag',
    'blue',
    '--property',
    'os_distro=debian',
    '--min-ram',
    '256',
    '--protected',
  ];
  const first = lastEvent(await scene.kiln('publish', 'glance', path, ...options, '--json'));
  expect(first).toMatchObject({ type: 'published', action: 'created', name: 'first' });
  const id = String(first.id);
  expect(await scene.openstack('lab', 'image', 'show', id)).toMatchObject({
    name: 'first',
    status: 'active',
    disk_format: 'qcow2',
    container_format: 'bare',
    visibility: 'shared',
    protected: true,
    min_disk: 1,
    min_ram: 256,
    tags: ['blue'],
    properties: { os_hash_algo: 'sha512', os_hash_value: sha512(path), os_distro: 'debian' },
  });
  const saved = join(scene.folder, 'saved');
  execFileSync('/usr/bin/python3', ['/usr/bin/openstack', 'image', 'save', '--file', saved, id], {
    env: { ...scene.env },
  });
  expect(sha512(saved)).toBe(sha512(path));
  const again = lastEvent(await scene.kiln('publish', 'glance', path, ...options, '--json'));
  expect(again).toMatchObject({ action: 'unchanged', id });
  const other = lastEvent(await scene.kiln('publish', 'glance', path, '--min-ram', '512', '--json'));
  expect(other).toMatchObject({ action: 'updated', id });
  expect((await images()).filter(({ Name }) => Name === 'first')).toHaveLength(1);
});

it('publishes an installed disk as three linked images for bare metal, once', async () => {
  const folder = join(scene.folder, 'installed');
  mkdirSync(folder);
  const withKernel = (release: string) => async (root: string) => {
    await debianTree(root);
    mkdirSync(join(root, 'boot'));
    for (const file of ['vmlinuz-6.12.0-amd64', 'initrd.img-6.12.0-amd64'])
      writeFileSync(join(root, 'boot', file), Buffer.alloc(1 << 20, `${release} ${file}`));
  };
  const disk = await makeBootableDisk(folder, { fill: withKernel('one') });
  const options = ['--name', 'metal', '--partition-image', '--json'];
  const first = lastEvent(await scene.kiln('publish', 'glance', disk, ...options));
  expect(first).toMatchObject({ type: 'published', action: 'created', name: 'metal' });
  expect(first.notes).toContainEqual(expect.stringMatching(/^local boot: not possible.*no grub-install/));
  const show = async (name: string) =>
    (await scene.openstack('lab', 'image', 'show', name)) as {
      readonly id: string;
      readonly properties: Readonly<Record<string, string>>;
    };
  const [root, kernel, ramdisk] = await Promise.all(['metal', 'metal-kernel', 'metal-initrd'].map(show));
  expect(root).toMatchObject({
    id: first.id,
    status: 'active',
    disk_format: 'qcow2',
    properties: { img_type: 'partition', kernel_id: kernel?.id, ramdisk_id: ramdisk?.id },
  });
  expect(kernel).toMatchObject({ status: 'active', disk_format: 'aki', container_format: 'aki' });
  expect(ramdisk).toMatchObject({ status: 'active', disk_format: 'ari', container_format: 'ari' });
  const content = Buffer.alloc(1 << 20, 'one vmlinuz-6.12.0-amd64');
  expect(kernel?.properties.os_hash_value).toBe(createHash('sha512').update(content).digest('hex'));
  const again = lastEvent(await scene.kiln('publish', 'glance', disk, ...options));
  expect(again).toMatchObject({ action: 'unchanged', id: first.id });
  expect(readdirSync(folder).filter((name) => name.startsWith('.kiln'))).toEqual([]);

  const next = join(scene.folder, 'installed-next');
  mkdirSync(next);
  const other = await makeBootableDisk(next, { fill: withKernel('two') });
  const replaced = await scene.kiln('publish', 'glance', other, '--replace', 'delete', ...options);
  expect(lastEvent(replaced), replaced.stderr).toMatchObject({ action: 'replaced' });
  const left = (await images()).map(({ Name }) => Name).filter((name) => name?.startsWith('metal'));
  expect(left.toSorted()).toEqual(['metal', 'metal-initrd', 'metal-kernel']);
});

it('rotates: the new one is active before the old one loses its name, and what is protected is never deleted', async () => {
  for (const [round, name] of ['a', 'b', 'c', 'd'].entries()) {
    const path = image(`rotated-${name}.raw`, ['-f', 'raw']);
    const refused = await scene.kiln('publish', 'glance', path, '--name', 'rotated');
    expect(refused.code, refused.stderr).toBe(round === 0 ? 0 : 7);
    const way = ['--replace', 'delete', '--keep-older', '1', ...(round === 1 ? ['--protected'] : [])];
    const ended = await scene.kiln('publish', 'glance', path, '--name', 'rotated', ...way, '--json');
    expect(lastEvent(ended), ended.stderr).toMatchObject({ type: 'published' });
  }
  const left = (await images()).filter(({ Name }) => Name?.startsWith('rotated'));
  expect(left.filter(({ Name }) => Name === 'rotated')).toHaveLength(1);
  // One older image is kept, and the protected one besides.
  expect(left).toHaveLength(3);
  const hidden = lastEvent(
    await scene.kiln(
      'publish',
      'glance',
      image('hidden.raw', ['-f', 'raw']),
      '--name',
      'rotated',
      '--replace',
      'hide',
      '--json',
    ),
  );
  expect(hidden).toMatchObject({ action: 'replaced' });
  expect((await images()).filter(({ Name }) => Name?.startsWith('rotated'))).toHaveLength(3);
});

it.each([
  ['glance-direct', []],
  ['system scope is not needed by an application credential', ['--cloud', 'lab-appcred']],
])('publishes by %s', async (name, options) => {
  const path = image(`${name.split(' ')[0]}.qcow2`);
  const way = options.length > 0 ? options : ['--import', name];
  const ended = await scene.kiln('publish', 'glance', path, ...way, '--json');
  expect(lastEvent(ended), ended.stderr).toMatchObject({ type: 'published', action: 'created' });
});

it('shares with a member, who sees it', async () => {
  const { id: project } = (await scene.openstack('lab-admin', 'project', 'show', 'other')) as { id: string };
  const ended = await scene.kiln('publish', 'glance', image('shared.qcow2'), '--member', project, '--json');
  const { id } = lastEvent(ended);
  expect(await scene.openstack('lab-other', 'image', 'show', String(id))).toMatchObject({
    visibility: 'shared',
  });
});

it.each([
  [
    'a public image without the right to it',
    'publish.forbidden',
    ['--visibility', 'public'],
    /publicize_image/,
  ],
  ['a reader', 'publish.forbidden', ['--cloud', 'lab-reader'], /not authorized|policy|forbidden/i],
  ['a store that is not there', 'publish.not-offered', ['--store', 'locla'], /Did you mean "local"/],
  [
    'an address Glance cannot fetch',
    'publish.import-failed',
    ['--import', 'web-download=http://127.0.0.1:1/x'],
    /could not import/,
  ],
])(
  "says in the service's words why %s is refused, and leaves nothing",
  async (_name, code, options, words) => {
    const path = image('refused.qcow2');
    const ended = await scene.kiln('publish', 'glance', path, ...options, '--json');
    expect(ended.code).toBe(7);
    expect(lastEvent(ended)).toMatchObject({
      type: 'publish-failed',
      code,
      message: expect.stringMatching(words),
    });
    expect((await images('lab-admin')).filter(({ Name }) => Name === 'refused')).toEqual([]);
  },
);

it('refuses what no service should get before anything is sent', async () => {
  const base = image('base.qcow2');
  const backed = join(scene.folder, 'backed.qcow2');
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-b', base, '-F', 'qcow2', backed]);
  const external = join(scene.folder, 'external.qcow2');
  execFileSync('qemu-img', [
    'create',
    '-q',
    '-f',
    'qcow2',
    '-o',
    `data_file=${external}.data,data_file_raw=on`,
    external,
    '1M',
  ]);
  const snapshot = image('snapshot.qcow2');
  execFileSync('qemu-img', ['snapshot', '-c', 's', snapshot]);
  // The header's crypt_method (docs/interop/qcow2.txt, byte 32): `qemu-img create` with LUKS gives up on a busy machine.
  const encrypted = image('encrypted.qcow2');
  const header = readFileSync(encrypted);
  header.writeUInt32BE(1, 32);
  writeFileSync(encrypted, header);
  for (const [path, code, ...options] of [
    [backed, 'disk.backing-file'],
    [external, 'disk.external-data'],
    [snapshot, 'disk.snapshots'],
    [encrypted, 'disk.encrypted'],
    [base, 'disk.wrong-format', '--format', 'raw'],
  ] as const) {
    const ended = await scene.kiln('publish', 'glance', path, '--name', 'unsafe', ...options, '--json');
    expect(lastEvent(ended)).toMatchObject({ type: 'publish-failed', code });
    expect(ended.code).toBe(6);
  }
  expect((await images()).filter(({ Name }) => Name === 'unsafe')).toEqual([]);
});

it('checks credentials, endpoints and quotas, and plans without changing anything', async () => {
  const checked = await scene.kiln('publish', 'check', '--json');
  expect(JSON.parse(checked.stdout)).toMatchObject({
    cloud: 'lab',
    project: 'demo',
    services: [{ service: 'Glance', url: scene.lab.urls.glance }],
  });
  const absent = await scene.kiln('publish', 'check', '--service', 'baremetal');
  expect(absent).toMatchObject({ code: 7, stderr: expect.stringContaining('[publish.no-service]') });
  const planned = await scene.kiln('publish', 'glance', image('planned.qcow2'), '--dry-run');
  expect(planned.stdout).toContain('image create');
  expect((await images()).filter(({ Name }) => Name === 'planned')).toEqual([]);
});

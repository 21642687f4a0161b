import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Manifest } from '../../../src/artifact/manifest-schema.ts';
import { publishImage } from '../../../src/publish/publish-image.ts';
import { type FaultScene, faultScene } from '../../support/fault-scene.ts';
import { SAMPLE_MANIFEST } from '../../support/sample-build.ts';
import { reply } from '../../support/stand-in-http.ts';
import { readTargetWord } from '../../support/target-word.ts';
import { debianTree, makeBootableDisk } from '../disk/bootable-disk.ts';

/** Builds that made a partition image themselves. */
let scene: FaultScene;
let build: string;
beforeEach(async () => {
  scene = await faultScene();
  build = join(scene.folder, 'build');
  mkdirSync(build);
});
afterEach(() => scene.close());

type Output = Manifest['outputs'][number];

function output(file: string, imageKind: Output['imageKind'], fill = file): Output {
  const bytes = Buffer.alloc(1 << 20, `${file}${fill}`);
  writeFileSync(join(build, file), bytes);
  const sum = (algorithm: string): string => createHash(algorithm).update(bytes).digest('hex');
  const [size, virtualSize] = [bytes.length, bytes.length];
  const sums = { sha256: sum('sha256'), sha512: sum('sha512') };
  return { file, format: 'raw', imageKind, compression: 'none', size, virtualSize, ...sums };
}

const parts = (): Output[] => [
  output('web-root.img', 'partition'),
  output('web-kernel', 'kernel'),
  output('web-initrd', 'initrd'),
];

function manifest(outputs: readonly Output[]): void {
  writeFileSync(join(build, 'manifest.json'), JSON.stringify({ ...SAMPLE_MANIFEST, name: 'web', outputs }));
}

const publish = (word: string, what = 'build') => publishImage(what, readTargetWord(word), scene.context());
const images = () => [...scene.cloud.images.values()];

it.each([
  ['beside a whole disk, when asked for', true, 'glance:,partition-image'],
  ['that is all there is', false, 'glance:'],
])('a partition image %s is sent as the build left it', async (_what, hasDisk, word) => {
  const [root, kernel, initrd] = parts();
  manifest([...(hasDisk ? [output('web.img', 'whole-disk')] : []), ...parts()]);
  const done = await publish(word);
  const [sentKernel, sentInitrd, sentRoot] = images();
  expect(images().map(({ os_hash_value }) => os_hash_value)).toEqual(
    [kernel, initrd, root].map((one) => one?.sha512),
  );
  expect(sentRoot).toMatchObject({
    id: done.id,
    name: 'web',
    kernel_id: sentKernel?.id,
    ramdisk_id: sentInitrd?.id,
    img_type: 'partition',
  });
  expect(readdirSync(build).filter((name) => name.startsWith('.'))).toEqual([]);
});

it('parts that are in place stay when an older image does not go', async () => {
  manifest(parts());
  await publish('glance:');
  const older = images().map(({ id }) => id);
  const changed = parts().map(({ file, imageKind }) => output(file, imageKind, 'other'));
  manifest(changed);
  scene.cloud.fault = (request, response) =>
    request.method === 'DELETE' && request.url?.endsWith(`/${older.at(-1)}`) === true
      ? reply(response, 500, { message: 'not now' })
      : false;
  await expect(publish('glance:,replace=delete')).rejects.toMatchObject({ code: 'publish.service' });
  const root = images().find(({ os_hash_value }) => os_hash_value === changed[0]?.sha512);
  expect(root).toMatchObject({ status: 'active', name: 'web' });
  const there = images().map(({ id }) => id);
  expect(there).toEqual(expect.arrayContaining([root?.kernel_id, root?.ramdisk_id]));
  scene.cloud.fault = undefined;
  await publish('glance:,replace=delete');
  expect(images()).toHaveLength(3);
});

it('the whole disk is what is published unless parts are asked for', async () => {
  manifest([...parts(), output('web.img', 'whole-disk')]);
  await publish('glance:');
  expect(images()).toMatchObject([{ disk_format: 'raw', size: 1 << 20 }]);
  expect(images()[0]).not.toHaveProperty('kernel_id');
});

it.each([
  ['cinder:', 'build', 'publish.no-image'],
  ['http:folder', 'build', 'publish.no-image'],
  ['glance:', 'build/web-kernel', 'publish.no-image'],
])('%s gets no part of %s alone', async (word, what, code) => {
  manifest(parts());
  await expect(publish(word, what)).rejects.toMatchObject({ code });
  expect(images()).toEqual([]);
});

it('a dry run names the files that are there, and links the ids that it gives', async () => {
  manifest([output('web.img', 'whole-disk'), ...parts()]);
  const word = readTargetWord('glance:,partition-image,preset=kvm');
  const { commands } = await publishImage('build', word, scene.context({}, { dryRun: true }));
  expect(images()).toEqual([]);
  const creates = commands.filter((command) => command.includes(' image create '));
  expect(creates.map((command) => /--file (\S+)/.exec(command)?.[1])).toEqual(
    ['web-kernel', 'web-initrd', 'web-root.img'].map((file) => join(build, file)),
  );
  const [kernel, initrd] = creates.map((command) => /--id (\S+)/.exec(command)?.[1]);
  expect(creates[2]).toContain(
    `--property img_type=partition --property kernel_id=${kernel} --property ramdisk_id=${initrd} `,
  );
  await publishImage('build', word, scene.context());
  expect(images().map(({ img_type }) => img_type)).toEqual([undefined, undefined, 'partition']);
  const again = await publishImage('build', word, scene.context({}, { dryRun: true }));
  expect(again).toMatchObject({ action: 'unchanged', id: images()[2]?.id });
});

it('a dry run tells Ironic the parts and the size that it is told for real', async () => {
  manifest([output('web.img', 'whole-disk'), ...parts()]);
  const word = readTargetWord('ironic:,node=n,partition-image');
  const { commands } = await publishImage('build', word, scene.context({}, { dryRun: true }));
  const [kernel, ramdisk, root] = commands.flatMap((command) => / --id (\S+)/.exec(command)?.[1] ?? []);
  const pointing = commands.find((command) => command.includes('node set n'));
  for (const told of [`image_source=${root}`, `kernel=${kernel}`, `ramdisk=${ramdisk}`, 'root_gb=1'])
    expect(pointing).toContain(`--instance-info ${told}`);
  await publishImage('build', word, scene.context());
  expect(scene.cloud.ironic.node.instance_info).toMatchObject({
    kernel: images()[0]?.id,
    ramdisk: images()[1]?.id,
    image_source: images()[2]?.id,
    root_gb: 1,
  });
});

it('replacing all three deletes the older ones, as a dry run says', async () => {
  manifest([output('web.img', 'whole-disk'), ...parts()]);
  const options = 'glance:,partition-image,replace=delete';
  await publish(options);
  const older = images().map(({ id }) => id);
  for (const file of ['web-root.img', 'web-kernel', 'web-initrd'])
    writeFileSync(join(build, file), Buffer.alloc(1 << 20, `new ${file}`));
  const changed = [output('web.img', 'whole-disk'), ...parts()].map((one) => {
    const bytes = Buffer.alloc(1 << 20, `new ${one.file}`);
    writeFileSync(join(build, one.file), bytes);
    return { ...one, sha512: createHash('sha512').update(bytes).digest('hex') };
  });
  manifest(changed);
  const { commands } = await publishImage(
    'build',
    readTargetWord(options),
    scene.context({}, { dryRun: true }),
  );
  const deleted = commands.flatMap((command) => / image delete (\S+)$/.exec(command)?.[1] ?? []);
  expect(deleted.toSorted()).toEqual(older.toSorted());
  await publish(options);
  expect(images()).toHaveLength(3);
  expect(images().filter(({ id }) => older.includes(id))).toEqual([]);
});

it('a part that has changed since is not sent', async () => {
  manifest([...parts(), output('web.img', 'whole-disk')]);
  writeFileSync(join(build, 'web-initrd'), 'shorter');
  await expect(publish('glance:,partition-image')).rejects.toMatchObject({ code: 'disk.changed' });
  expect(images()).toEqual([]);
});

it('a disk without a kernel is called by the name of its image', async () => {
  const raw = await makeBootableDisk(scene.folder, { fill: async (root) => void (await debianTree(root)) });
  const image = join(scene.folder, 'web.qcow2');
  execFileSync('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', raw, image]);
  await expect(publish('glance:,partition-image', image)).rejects.toMatchObject({
    code: 'disk.no-kernel',
    message: expect.stringContaining(`on ${image}, so`),
    details: { path: image },
  });
});

it('a manifest with a kernel alone says what it has', async () => {
  manifest([output('web-kernel', 'kernel')]);
  await expect(publish('glance:')).rejects.toMatchObject({
    code: 'publish.no-image',
    message: expect.stringMatching(/names no image of a disk .* only web-kernel \(kernel\)/),
  });
  expect(scene.cloud.requests).toEqual([]);
});

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Guest } from '../support/bare-guest.ts';
import { availableNode, deployAgent } from '../support/bare-metal.ts';
import { plainKickstart } from '../support/machine-sandbox.ts';
import { lastEvent, type PublishScene, publishScene } from '../support/publish-scene.ts';
import { buildTestInstaller } from '../support/test-installer.ts';

/** The whole way: an install, its image in Glance, Cinder and on a bare-metal node, seen by the services' own clients. */
let scene: PublishScene;
let iso: string;
beforeAll(async () => {
  scene = await publishScene();
  ({ iso } = await buildTestInstaller());
});
afterAll(() => scene?.close());

/** A kernel that has a version, as those of distributions do, is what a partition image needs. */
function script(name: string, ...post: readonly string[]): string {
  const path = join(scene.folder, name);
  writeFileSync(path, `${plainKickstart('poweroff')}\n${post.join('\n')}\n%end\n`);
  return path;
}
const WITH_KERNELS = ['--format', 'qcow2', '--format', 'qcow2,kind=partition'];

type ShownImage = {
  readonly id: string;
  readonly disk_format: string;
  readonly properties: Readonly<Record<string, string>>;
};

/** A partition image's three images in Glance, which name each other. */
async function partsNamed(cloud: string, name: string): Promise<readonly ShownImage[]> {
  const show = async (one: string) => (await scene.openstack(cloud, 'image', 'show', one)) as ShownImage;
  const [root, kernel, initrd] = await Promise.all([name, `${name}-kernel`, `${name}-initrd`].map(show));
  expect(root).toMatchObject({
    disk_format: 'qcow2',
    properties: { img_type: 'partition', kernel_id: kernel?.id, ramdisk_id: initrd?.id },
  });
  expect([kernel?.disk_format, initrd?.disk_format]).toEqual(['aki', 'ari']);
  return [root, kernel, initrd].filter((image) => image !== undefined);
}

/** The node that got the partition image, started with the kernel and initrd that Ironic was told of. */
async function boots(node: string, disk: string): Promise<void> {
  const shown = (await scene.openstack('lab-admin', 'baremetal', 'node', 'show', node)) as {
    readonly provision_state: string;
    readonly instance_info: Readonly<Record<string, unknown>>;
  };
  const [root, kernel, initrd] = await partsNamed('lab-admin', 'parts');
  expect(shown).toMatchObject({
    provision_state: 'active',
    instance_info: { image_source: root?.id, kernel: kernel?.id, ramdisk: initrd?.id, root_gb: 1 },
  });
  const saved = join(scene.folder, 'saved');
  const save = (image: ShownImage | undefined, file: string): Promise<void> =>
    scene.run(
      'openstack',
      ...['--os-cloud', 'lab-admin', 'image', 'save'],
      '--file',
      file,
      String(image?.id),
    );
  await Promise.all([save(kernel, `${saved}-kernel`), save(initrd, `${saved}-initrd`)]);
  const local = execFileSync('debugfs', ['-R', 'stat /boot/vmlinuz-1', `${disk}?offset=1048576`]);
  expect(local.toString()).toContain(`Size: ${statSync(`${saved}-kernel`).size}`);
  const guest = await Guest.start({
    folder: scene.folder,
    disk: { path: disk, bus: 'virtio' },
    direct: {
      kernel: `${saved}-kernel`,
      initrd: `${saved}-initrd`,
      arguments: 'root=LABEL=KILNROOT console=ttyS0',
    },
  });
  try {
    await guest.waitFor('login:');
  } finally {
    await guest.end();
  }
}

describe('kiln build --publish', () => {
  it('finds out before the install that a cloud does not let it in', async () => {
    const clouds = readFileSync(scene.lab.cloudsFile, 'utf8').replaceAll(
      scene.lab.password,
      'wrong-pass-word',
    );
    writeFileSync(join(scene.folder, 'wrong.yaml'), clouds);
    const env = { OS_CLIENT_CONFIG_FILE: join(scene.folder, 'wrong.yaml') };
    const ended = await scene.kilnWith(
      env,
      'build',
      'kiln-test',
      '--location',
      iso,
      '--publish',
      'glance:lab',
      '--output',
      join(scene.folder, 'never'),
      '--json',
    );
    expect(ended.code).toBe(7);
    expect(lastEvent(ended)).toMatchObject({
      type: 'build-failed',
      code: 'publish.auth',
      message: expect.stringContaining('The request you have made requires authentication.'),
    });
    expect(ended.stdout + ended.stderr).not.toContain('wrong-pass-word');
    expect(ended.stdout).not.toContain('"stage":"install"');
  });

  it('installs once and publishes to Glance, Cinder and Ironic, there the whole disk and its parts', async () => {
    const [node, partNode] = await Promise.all([
      availableNode(scene, 'metal', 'bios'),
      availableNode(scene, 'parts', 'bios'),
    ]);
    const [agent, partAgent] = [deployAgent(scene, node), deployAgent(scene, partNode)];
    const targets = [
      'glance:lab,tag=nightly',
      'cinder:lab,snapshot',
      'ironic:lab-admin,node=metal,deploy',
      'ironic:lab-admin,node=parts,name=parts,partition-image,deploy',
    ];
    // The kernel lies in the root file system itself: what boots locally.
    const kickstart = script(
      'local.ks',
      '%post --nochroot',
      'mkdir -p /tmp/root && mount -o bind /target /tmp/root && mkdir -p /tmp/root/boot',
      'cp /target/boot/vmlinuz /tmp/root/boot/vmlinuz-1',
      'cp /target/boot/initrd.img /tmp/root/boot/initrd.img-1',
      'umount /tmp/root',
    );
    const ended = await scene.kiln(
      ...['build', 'kiln-test', '--location', iso, '--script', kickstart, '--no-boot-check', ...WITH_KERNELS],
      ...['--output', join(scene.folder, 'whole'), '--json'],
      ...targets.flatMap((target) => ['--publish', target]),
    );
    await Promise.all([agent.end(), partAgent.end()]);
    expect(ended.code, ended.stdout.split('\n').slice(-3).join('\n')).toBe(0);
    const { result } = lastEvent(ended) as {
      result: { publications: { target: string; id: string }[]; artifacts: { sha512: string }[] };
    };
    const [glance, cinder, ironic] = result.publications;
    expect(await scene.openstack('lab', 'image', 'show', String(glance?.id))).toMatchObject({
      name: 'kiln-test',
      status: 'active',
      tags: ['nightly'],
      properties: {
        os_hash_value: result.artifacts[0]?.sha512,
        hw_firmware_type: 'bios',
        hw_machine_type: 'q35',
        hw_disk_bus: 'virtio',
        architecture: 'x86_64',
      },
    });
    expect(await scene.openstack('lab', 'volume', 'show', String(cinder?.id))).toMatchObject({
      status: 'available',
      bootable: 'true',
    });
    expect(await scene.openstack('lab-admin', 'baremetal', 'node', 'show', String(ironic?.id))).toMatchObject(
      { provision_state: 'active' },
    );
    const image = join(scene.folder, 'whole', 'kiln-test.qcow2');
    execFileSync('qemu-img', ['compare', '-q', '-f', 'qcow2', '-F', 'raw', image, agent.disk]);
    await boots(partNode, partAgent.disk);
    for (const name of readdirSync(join(scene.folder, 'whole'), { recursive: true, encoding: 'utf8' })) {
      if (/\.(json|log|xml)$/.test(name)) {
        expect(readFileSync(join(scene.folder, 'whole', name), 'utf8'), name).not.toContain(
          scene.lab.password,
        );
      }
    }
  });

  it("in virt-install's words: keeps the image when publishing fails, tries the other targets, and says how to try again", async () => {
    const folder = join(scene.folder, 'www');
    const kept = join(scene.folder, 'kept');
    // /boot is a file system of its own: what boots over the network only.
    const kickstart = script(
      'net.ks',
      '%post',
      'cp /boot/vmlinuz /boot/vmlinuz-1 && cp /boot/initrd.img /boot/initrd.img-1',
    );
    const ended = await scene.kiln(
      ...['build', '--name', 'kept', '--memory', '512', '--osinfo', 'debian11', '--location', iso],
      ...[
        '--disk',
        `${join(scene.folder, 'kept.img')},size=1,format=raw`,
        '--network',
        'user',
        '--graphics',
        'none',
      ],
      ...[
        '--script',
        kickstart,
        '--noreboot',
        '--transient',
        '--no-boot-check',
        ...WITH_KERNELS,
        '--output',
        kept,
      ],
      ...['--publish', 'glance:lab,name=kiln-test', '--publish', `http:${folder}`],
      ...['--publish', 'glance:lab,name=machine', '--json'],
    );
    expect(ended.code).toBe(7);
    const command = `kiln publish glance ${kept} --cloud lab --name kiln-test`;
    expect(lastEvent(ended), ended.stdout.split('\n').slice(-3).join('\n')).toMatchObject({
      type: 'build-failed',
      code: 'publish.name-taken',
      message: expect.stringContaining(command),
    });
    expect(readdirSync(kept)).toContain('manifest.json');
    execFileSync('sha512sum', ['--check', '--quiet', 'kept.qcow2.sha512'], { cwd: folder });
    expect(await scene.openstack('lab', 'image', 'show', 'machine')).toMatchObject({
      status: 'active',
      properties: { hw_firmware_type: 'bios', hw_disk_bus: 'virtio', architecture: 'x86_64' },
    });
    const words = ['publish', 'glance', kept, '--json', '--name'];
    expect(lastEvent(await scene.kiln(...words, 'machine'))).toMatchObject({ action: 'unchanged' });
    const parts = await scene.kiln(...words, 'net', '--partition-image');
    expect(lastEvent(parts), parts.stderr).toMatchObject({ type: 'published', action: 'created' });
    await partsNamed('lab', 'net');
  });
});

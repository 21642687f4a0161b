import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { OutputSpec } from '../../../src/artifact/output-spec.ts';
import { diskFinish } from '../../../src/build/finish-disk.ts';
import { stageReporter } from '../../../src/build/stage-reporter.ts';
import { convertDisk } from '../../../src/disk/convert-disk.ts';
import { systemClock } from '../../../src/foundation/clock.ts';
import { debianTree, makeBootableDisk, ROOT_SIZE } from './bootable-disk.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-partition-output-'));
});
afterEach(() => rm(folder, { recursive: true }));

const KERNEL = Buffer.alloc(70_001, 'kernel');
const INITRD = Buffer.alloc(90_007, 'initrd');

async function withKernel(root: string): Promise<void> {
  await debianTree(root);
  await mkdir(join(root, 'boot'));
  await writeFile(join(root, 'boot/vmlinuz-6.12.0-amd64'), KERNEL);
  await writeFile(join(root, 'boot/initrd.img-6.12.0-amd64'), INITRD);
}

const convert = (path: string) =>
  convertDisk({
    source: { path, format: 'raw' },
    outputs: [{ format: 'qcow2' }, { format: 'qcow2', imageKind: 'partition' }],
    name: 'web',
    directory: join(folder, 'out'),
  });

it('makes the whole disk, and its root file system with kernel and initrd, in one go', async () => {
  const artifacts = await convert(await makeBootableDisk(folder, { fill: withKernel }));
  expect(artifacts).toMatchObject([
    { name: 'web.qcow2', imageKind: 'whole-disk' },
    { name: 'web-root.qcow2', imageKind: 'partition', format: 'qcow2', virtualSize: ROOT_SIZE },
    { name: 'web-kernel', imageKind: 'kernel', format: 'raw', compression: 'none', size: KERNEL.length },
    { name: 'web-initrd', imageKind: 'initrd', virtualSize: INITRD.length },
  ]);
  expect((await readdir(join(folder, 'out'))).toSorted()).toEqual(
    artifacts.map(({ name }) => name).toSorted(),
  );
  for (const { path, sha512 } of artifacts)
    expect(
      createHash('sha512')
        .update(await readFile(path))
        .digest('hex'),
    ).toBe(sha512);
  const modes = await Promise.all(artifacts.map(async ({ path }) => (await stat(path)).mode & 0o777));
  expect(new Set(modes)).toEqual(new Set([0o666 & ~process.umask()]));
  expect(await readFile(join(folder, 'out/web-kernel'))).toEqual(KERNEL);
  const [raw, root] = [join(folder, 'root.raw'), join(folder, 'out/web-root.qcow2')];
  execFileSync('qemu-img', ['convert', '-O', 'raw', root, raw]);
  execFileSync('e2fsck', ['-fn', raw], { stdio: 'ignore' });
  expect(
    execFileSync('debugfs', ['-R', 'cat usr/lib/os-release', raw], { stdio: 'pipe' }).toString(),
  ).toContain('trixie');
});

it('leaves nothing when the disk has no kernel', async () => {
  const disk = await makeBootableDisk(folder);
  const failure = convert(disk);
  await expect(failure).rejects.toMatchObject({ code: 'disk.no-kernel' });
  // What is converted is a build's own, which is gone when the message is read.
  await expect(failure).rejects.not.toThrow(disk);
  expect(await readdir(join(folder, 'out'))).toEqual([]);
});

it('is looked for while the disk is verified, and named there', async () => {
  const [disk, complete] = [await makeBootableDisk(folder), join(folder, 'complete')];
  await mkdir(complete);
  const verified = async (path: string, outputs: readonly OutputSpec[]): Promise<unknown> => {
    const directory = join(folder, 'out');
    const finish = diskFinish({
      ...{ disk: path, origin: 'install', outputs: directory, signal: new AbortController().signal },
      plan: { name: 'web', firmware: { kind: 'bios' }, outputs },
      reporter: stageReporter(systemClock, () => undefined),
    });
    return finish.verified().finally(() => finish.discard());
  };
  const wanted = [{ format: 'raw', imageKind: 'partition' }] as const;
  await expect(verified(disk, wanted)).rejects.toMatchObject({ code: 'disk.no-kernel' });
  await verified(disk, [{ format: 'raw' }]);
  await verified(await makeBootableDisk(complete, { fill: withKernel }), wanted);
});

import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Artifact } from '../../../src/artifact/artifact.ts';
import type { Manifest } from '../../../src/artifact/manifest-schema.ts';
import type { BuildEvent, BuildResult } from '../../../src/build/build-events.ts';
import { digestFile } from '../../../src/foundation/digest-file.ts';
import type { BuildOverrides } from '../../../src/spec/build-overrides.ts';
import { type BuildSandbox, buildSandbox } from '../../support/build-sandbox.ts';
import { buildTestInstaller } from '../../support/test-installer.ts';

let sandbox: BuildSandbox;
/** A finished image of the test system, made once. */
let image: Artifact;

beforeAll(async () => {
  const { iso } = await buildTestInstaller();
  sandbox = buildSandbox();
  image = onlyArtifact(await sandbox.build({ location: iso, disk: 'size=1' }));
});
afterAll(() => sandbox?.remove());

const onlyArtifact = ({ artifacts: [first] }: BuildResult): Artifact => {
  if (first === undefined) throw new Error('the build made no image');
  return first;
};
/** Kiln's own templates name an install script, which no imported image reads. */
const target = (): { target: string } => ({
  target: sandbox.script('name: taken-over\n', 'taken-over.yaml'),
});
const importing = (overrides: BuildOverrides): BuildOverrides => ({ import: image.path, ...overrides });

it('takes an image over: nothing is installed, the copy is verified, booted and converted', async () => {
  const before = statSync(image.path, { bigint: true });
  const result = await sandbox.build(importing({ outputs: ['vmdk'], noBootCheck: false }), target());
  const made = onlyArtifact(result);
  expect(made).toMatchObject({ format: 'vmdk', virtualSize: image.virtualSize });
  execFileSync('qemu-img', ['compare', '-f', 'qcow2', '-F', 'vmdk', image.path, made.path]);
  expect(await digestFile(image.path, 'sha256')).toBe(image.sha256);
  expect(statSync(image.path, { bigint: true })).toMatchObject({
    mtimeNs: before.mtimeNs,
    ctimeNs: before.ctimeNs,
  });

  const manifest = JSON.parse(readFileSync(result.manifestPath, 'utf8')) as Manifest;
  expect(manifest).toMatchObject({
    inputs: {
      media: [{ kind: 'import', source: image.name, files: [{ name: image.name, sha256: image.sha256 }] }],
    },
    outcome: { kind: 'imported', detail: 'from qcow2' },
    bootCheck: { result: 'passed' },
  });
  expect(manifest.verification.checks.map(({ name, result: end }) => `${name} ${end}`)).not.toContain(
    'marker pass',
  );
  expect(manifest.timings).not.toHaveProperty('install');
  expect(sandbox.events).toContainEqual(
    expect.objectContaining({ type: 'stage-skipped', stage: 'install', why: 'nothing to install' }),
  );
  expect(sandbox.leftovers()).toEqual([]);
});

it('enlarges the copy when a larger disk is asked for', async () => {
  const made = onlyArtifact(
    await sandbox.build(importing({ disk: '2GiB', outputs: ['qcow2,compression=none'] }), target()),
  );
  expect(made.virtualSize).toBe(2 * 2 ** 30);
  // The larger disk must have nothing but zeros behind the other's end.
  execFileSync('qemu-img', ['compare', '-f', 'qcow2', '-F', 'qcow2', image.path, made.path]);
  expect(sandbox.leftovers()).toEqual([]);
});

it('finishes the image though libvirtd is killed meanwhile: nothing more is wanted of it', async () => {
  const pidFile = join(sandbox.context.places.runtime, 'libvirt', 'libvirtd.pid');
  const onEvent = (event: BuildEvent): void => {
    if (event.type === 'stage-started' && event.stage === 'prepare') {
      process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL');
    }
  };
  const result = await sandbox.build(importing({ outputs: ['qcow2,compression=none'] }), target(), {
    onEvent,
  });
  expect(onlyArtifact(result)).toMatchObject({ format: 'qcow2', virtualSize: image.virtualSize });
  const manifest = JSON.parse(readFileSync(result.manifestPath, 'utf8')) as Manifest;
  expect(manifest.tools.libvirt).toMatch(/^\d+\.\d+\.\d+$/);
  await expect.poll(sandbox.leftovers, { timeout: 5000 }).toEqual([]);
});

it('refuses what would lose data or reach other files, and leaves nothing', async () => {
  const tooSmall = await sandbox.failure(importing({ disk: '512MiB' }), target());
  expect(tooSmall).toMatchObject({ code: 'spec.disk-too-small', exitCode: 2 });

  const overlay = join(sandbox.folder, 'overlay.qcow2');
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-b', image.path, '-F', 'qcow2', overlay]);
  const backed = await sandbox.failure({ import: overlay }, target());
  expect(backed).toMatchObject({ code: 'disk.backing-file', exitCode: 6 });

  const empty = join(sandbox.folder, 'empty.img');
  execFileSync('qemu-img', ['create', '-q', '-f', 'raw', empty, '1M']);
  const nothing = await sandbox.failure({ import: empty }, target());
  expect(nothing).toMatchObject({ code: 'disk.empty', exitCode: 6 });
  expect(sandbox.leftovers()).toEqual([]);
});

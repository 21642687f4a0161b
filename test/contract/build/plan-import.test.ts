import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BuildContext } from '../../../src/build/build-context.ts';
import { planBuild } from '../../../src/build/plan-build.ts';
import { placesFrom } from '../../../src/foundation/places.ts';
import { runCommand } from '../../../src/process/run-command.ts';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kiln-plan-import-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

test('a folder is no disk image', async () => {
  const overrides = { import: home, accelerator: 'tcg' };
  const context = { cwd: home, env: {}, places: placesFrom({ HOME: home }), projectDir: home };
  await expect(planBuild({ overrides }, context)).rejects.toMatchObject({
    code: 'media.not-iso',
    message: `${home} is a folder; name the disk image in it.`,
  });
});

test('an empty file is no disk image', async () => {
  const image = join(home, 'empty.img');
  await writeFile(image, '');
  const overrides = { import: image, accelerator: 'tcg' };
  const context = { cwd: home, env: {}, places: placesFrom({ HOME: home }), projectDir: home };
  await expect(planBuild({ overrides }, context)).rejects.toMatchObject({
    code: 'media.empty',
    message: expect.stringContaining(image),
  });
});

test('a disk smaller than the imported image is refused by the plan already', async () => {
  const image = join(home, 'two.qcow2');
  await runCommand('qemu-img', ['create', '-q', '-f', 'qcow2', image, '2G'], { timeoutMs: 20_000 });
  const context: BuildContext = {
    cwd: home,
    env: { HOME: home, PATH: process.env.PATH },
    places: placesFrom({ HOME: home }),
    projectDir: join(import.meta.dirname, '../../..'),
  };
  const plan = (size: string) =>
    planBuild({ overrides: { import: image, accelerator: 'tcg', disk: `size=${size}` } }, context);
  await expect(plan('1')).rejects.toMatchObject({ code: 'spec.disk-too-small' });
  expect((await plan('2')).plan.disk.sizeBytes).toBe(2 * 2 ** 30);
});

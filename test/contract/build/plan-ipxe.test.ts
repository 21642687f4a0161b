import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BuildContext } from '../../../src/build/build-context.ts';
import { planBuild } from '../../../src/build/plan-build.ts';
import { placesFrom } from '../../../src/foundation/places.ts';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kiln-plan-ipxe-'));
  await mkdir(join(home, 'tree/images/pxeboot'), { recursive: true });
  for (const file of ['vmlinuz', 'initrd.img'])
    await writeFile(join(home, 'tree/images/pxeboot', file), 'a boot file\0');
  await writeFile(join(home, 'via.yaml'), 'base: debian-13\nmedia: ipxe\n');
});
const context = (): BuildContext => ({
  cwd: home,
  env: { HOME: home, PATH: process.env.PATH },
  places: placesFrom({ HOME: home }),
  projectDir: join(import.meta.dirname, '../../..'),
});
afterAll(() => rm(home, { recursive: true, force: true }));

test('the kernel line of an ISO of packages is the one of an installer that fetches them', async () => {
  const overrides = { location: 'debian-offline:trixie', accelerator: 'tcg' } as const;
  const { plan } = await planBuild({ target: 'via.yaml', overrides }, context());
  expect(plan.kernelArguments).toEqual(
    expect.arrayContaining([
      'mirror/http/hostname=10.0.2.2:<port>',
      'mirror/http/directory=/<secret>/tree',
      'log_host=10.0.2.2',
    ]),
  );
  expect(plan.kernelArguments).not.toContain('netcfg/enable=false');
});

test('a kernel argument that iPXE would not hand over is refused by the plan already', async () => {
  const plan = (target: string, extraArgs: string) =>
    planBuild(
      { target, overrides: { location: join(home, 'tree'), accelerator: 'tcg', extraArgs: [extraArgs] } },
      context(),
    );
  for (const argument of ['a ; b', 'a=${b}', '#x'])
    await expect(plan('via.yaml', argument), argument).rejects.toMatchObject({ code: 'ipxe.cannot' });
  expect((await plan('via.yaml', 'a=b;c')).plan).toMatchObject({ loader: 'ipxe' });
  expect((await plan('debian-13', '#x')).plan.loader).toBeUndefined();
});

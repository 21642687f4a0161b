import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BuildContext } from '../../../src/build/build-context.ts';
import { type PlannedBuild, planBuild } from '../../../src/build/plan-build.ts';
import { placesFrom } from '../../../src/foundation/places.ts';

const SCRIPT = `text
lang en_US.UTF-8
keyboard us
timezone UTC
rootpw --lock
zerombr
clearpart --all --initlabel
autopart
bootloader
poweroff
%packages
@core
%end
`;

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kiln-plan-local-'));
  await writeFile(join(home, 'minimal.ks'), SCRIPT);
  await writeFile(join(home, 'user-data'), '#cloud-config\nautoinstall:\n  version: 1\n');
  await tree('rocky', 'x86_64');
  await tree('arm', 'aarch64');
  await tree('old', 'i386');
  await mkdir(join(home, 'empty'));
  await writeFile(join(home, 'no.iso'), 'x'.repeat(70_000));
});
afterAll(() => rm(home, { recursive: true, force: true }));

async function tree(name: string, arch: string): Promise<void> {
  await mkdir(join(home, name, 'images/pxeboot'), { recursive: true });
  for (const file of ['vmlinuz', 'initrd.img'])
    await writeFile(join(home, name, 'images/pxeboot', file), 'a boot file\0');
  await writeFile(
    join(home, name, '.treeinfo'),
    `[general]\nfamily = Rocky Linux\nversion = 9.4\narch = ${arch}\n` +
      `[images-${arch}]\nkernel = images/pxeboot/vmlinuz\ninitrd = images/pxeboot/initrd.img\n`,
  );
}

const context = (): BuildContext => ({
  cwd: home,
  env: { HOME: home, PATH: process.env.PATH },
  places: placesFrom({ HOME: home }),
  projectDir: join(import.meta.dirname, '../../..'),
});

const plan = (
  target: string,
  media: {
    readonly location?: string;
    readonly cdrom?: string;
    readonly cpu?: string;
    readonly checksum?: string;
  },
  os?: string,
): Promise<PlannedBuild> =>
  planBuild(
    {
      target: join(home, target),
      overrides: { accelerator: 'tcg', ...media, ...(os === undefined ? {} : { os }) },
    },
    context(),
  );

describe('a plan with media of this machine', () => {
  test('is made for the system that they install, as the build is', async () => {
    const planned = await plan('minimal.ks', { location: join(home, 'rocky') });
    expect(planned.plan.os).toBe('rocky9');
    expect(planned.plan.memoryMiB).toBeGreaterThanOrEqual(1536);
    expect(planned).toMatchObject({ isWholeLine: true, notices: [] });
  });

  test('refuses a script that their installer does not read', async () => {
    await expect(plan('user-data', { location: join(home, 'rocky') })).rejects.toMatchObject({
      code: 'script.wrong-kind',
    });
  });

  test('says that they seem to install another system than the one asked for', async () => {
    const planned = await plan('minimal.ks', { location: join(home, 'rocky') }, 'fedora42');
    expect(planned.plan.os).toBe('fedora42');
    expect(planned.notices).toEqual([
      expect.stringMatching(/seem to install Rocky Linux 9.*the build is for Fedora 42/),
    ]);
  });

  test('says which of several is taken, with the kernel line that it makes', async () => {
    const several = 'base: debian-13\nmedia: [{location: apt-mirror:trixie}, {location: ./rocky}]\n';
    await writeFile(join(home, 'several.yaml'), several);
    const overrides = { accelerator: 'tcg' } as const;
    const planned = await planBuild({ target: 'several.yaml', overrides }, context());
    expect(planned).toMatchObject({ isWholeLine: true, choice: { taken: { from: join(home, 'rocky') } } });
  });

  test('refuses what the build could not use', async () => {
    const media = [
      [{ location: join(home, 'arm') }, 'media.wrong-arch'],
      [{ location: join(home, 'empty') }, 'media.no-kernel'],
      [{ location: join(home, 'no.iso') }, 'media.not-iso'],
      [{ cdrom: join(home, 'no.iso') }, 'media.not-iso'],
      [{ cdrom: join(home, 'gone.iso') }, 'media.not-found'],
      [{ cdrom: join(home, 'rocky') }, 'media.not-iso'],
      [{ location: join(home, 'rocky'), checksum: 'a'.repeat(64) }, 'media.unsupported'],
    ] as const;
    for (const [named, code] of media)
      await expect(plan('minimal.ks', named), JSON.stringify(named)).rejects.toMatchObject({ code });
  });
});

test.each([
  ['vmlinuz', '<html>404 Not Found</html>', 'text, beginning with "<html>404'],
  ['initrd.img', '', 'empty'],
])('a plan refuses a local %s that is none, and speaks of no server', async (name, content, what) => {
  await tree('page', 'x86_64');
  await writeFile(join(home, 'page/images/pxeboot', name), content);
  const refused = await plan('minimal.ks', { location: join(home, 'page') }).catch((error) => error);
  expect(refused).toMatchObject({ code: 'media.not-a-boot-file', exitCode: 4 });
  expect(refused.message).toContain(
    `images/pxeboot/${name} of ${join(home, 'page')} is no kernel or initrd: it is ${what}`,
  );
  expect(refused.message).not.toMatch(/server|address/);
});

test('a folder among several media is none of an ISO, and one of several is used all the same', async () => {
  const entries = (...paths: string[]) => paths.map((path) => `  - cdrom: ${path}\n`).join('');
  const planOf = async (...paths: string[]) => {
    await writeFile(join(home, 'several.yaml'), `name: x\nmedia:\n${entries(...paths)}`);
    return planBuild({ target: join(home, 'several.yaml'), overrides: { accelerator: 'tcg' } }, context());
  };
  await expect(planOf('rocky', 'empty')).rejects.toMatchObject({ code: 'media.none-usable' });
  expect((await planOf('rocky', 'no.iso')).plan.media).toHaveLength(2);
});

test('a medium that cannot be used is told with the line and key of the template, and without where an option names it', async () => {
  const refused = async (text: string, overrides: { readonly cdrom?: string } = {}) => {
    await writeFile(join(home, 'm.yaml'), text);
    const request = { target: 'm.yaml', overrides: { accelerator: 'tcg', ...overrides } } as const;
    return planBuild(request, context()).catch((error) => error);
  };
  const gone = 'name: x\nmedia:\n  - location: ./gone.iso\n';
  const path = join(home, 'gone.iso');
  expect(await refused(gone)).toMatchObject({
    code: 'media.not-found',
    exitCode: 4,
    message: `m.yaml:3:15 media[0].location: The install media ${path} does not exist. Check the path.`,
  });
  expect(await refused('name: x\nmedia: [{cdrom: no.iso}]\n')).toMatchObject({
    code: 'media.not-iso',
    message: expect.stringMatching(/^m\.yaml:2:17 media\[0\]\.cdrom: /),
  });
  expect(await refused('name: x\nmedia: [{cdrom: a.iso}, {cdrom: b.iso}]\n')).toMatchObject({
    code: 'media.none-usable',
    message: expect.stringMatching(/^m\.yaml:2:8 media: None of the install media/),
  });
  expect(await refused(gone.replace('location', 'cdrom'), { cdrom: path })).toMatchObject({
    code: 'media.not-found',
    message: `The install media ${path} does not exist. Check the path.`,
  });
});

test('an output folder that nobody can make is refused by the plan already', async () => {
  const request = { target: join(home, 'minimal.ks'), overrides: { location: join(home, 'rocky') } };
  await expect(planBuild({ ...request, output: '/proc/x' }, context())).rejects.toMatchObject({
    code: 'host.bad-path',
    message: expect.stringContaining('/proc/x cannot be used for the results'),
  });
  expect((await planBuild({ ...request, output: 'a/b/c' }, context())).plan.name).toBe('minimal');
});

test('a 32-bit CPU is refused but for media of a 32-bit system', async () => {
  const [on64, on32] = ['rocky', 'old'].map((name) =>
    plan('minimal.ks', { location: join(home, name), cpu: 'pentium3' }, 'fedora18'),
  );
  await expect(on64).rejects.toMatchObject({ code: 'spec.cpu-level' });
  expect((await on32)?.plan.cpu.model).toBe('pentium3');
});

test('a CPU that libvirt does not know is refused by the plan, all its names together', async () => {
  const named = { location: join(home, 'rocky'), cpu: 'Haswel,+aess,+sse4_1,-svm' };
  await expect(plan('minimal.ks', named)).rejects.toMatchObject({
    code: 'spec.invalid',
    details: {
      problems: [
        { where: '--cpu', problem: expect.stringContaining('Did you mean "Haswell"?') },
        { where: '--cpu', problem: expect.stringContaining('Did you mean "aes"?') },
        { where: '--cpu', problem: expect.stringContaining('Did you mean "sse4.1"?') },
      ],
    },
  });
});

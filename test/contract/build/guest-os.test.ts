import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BuildContext } from '../../../src/build/build-context.ts';
import { findGuestOs } from '../../../src/build/guest-facts/os-memory.ts';
import { placesFrom } from '../../../src/foundation/places.ts';
import { parseVirtInstall } from '../../../src/virt-install/parse-command-line.ts';

test('a guest without a system is refused, unless the environment says what virt-install heeds there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-os-'));
  const find = (env: Record<string, string>) => {
    const command = parseVirtInstall(['--pxe']);
    if (command.kind !== 'run') throw new Error('no build');
    const context = { cwd: folder, env, places: placesFrom({ HOME: folder }), projectDir: folder };
    return findGuestOs(command.options, undefined, context);
  };
  try {
    await expect(find({})).rejects.toMatchObject({ code: 'spec.invalid' });
    expect(await find({ VIRTINSTALL_OSINFO_DISABLE_REQUIRE: '1' })).toMatchObject({ shortId: 'generic' });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("--osinfo takes the systems of Kiln's own table too, as a Linux that is not listed", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-os-'));
  const env = { PATH: process.env.PATH, HOME: folder };
  const context: BuildContext = { cwd: folder, env, places: placesFrom(env), projectDir: folder };
  const find = (name: string) => {
    const command = parseVirtInstall(['--osinfo', name]);
    if (command.kind !== 'run') throw new Error('no build');
    return findGuestOs(command.options, undefined, context);
  };
  try {
    const linux = await find('linux2022');
    const own = await find('kiln-test');
    expect(own).toMatchObject({ shortId: 'kiln-test', standsFor: 'linux2022', devices: linux.devices });
    expect(await find('sles15sp6')).toMatchObject({ standsFor: 'linux2022' });
    await expect(find('kiln-tset')).rejects.toMatchObject({ code: 'spec.invalid' });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test.each([
  ['debian99', 'debian9'],
  ['Debian-11', 'debian11'],
  ['fedora-43', 'fedora43'],
  ['UBUNTU22.04', 'ubuntu22.04'],
  ['ubuntu', undefined],
  ['ubuntu99.99', undefined],
])('--osinfo %s is refused, and the nearest name is told', async (name, nearest) => {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-os-'));
  const env = { PATH: process.env.PATH, HOME: folder };
  const context: BuildContext = { cwd: folder, env, places: placesFrom(env), projectDir: folder };
  const command = parseVirtInstall(['--osinfo', name]);
  if (command.kind !== 'run') throw new Error('no build');
  const problem = nearest === undefined ? 'is no system' : `Did you mean "${nearest}"?`;
  try {
    // The media of a family are recognised all the same, and remembered.
    const detect = parseVirtInstall(['--osinfo', 'detect=on']);
    if (detect.kind === 'run') await findGuestOs(detect.options, name, context).catch(() => undefined);
    await expect(findGuestOs(command.options, undefined, context)).rejects.toMatchObject({
      code: 'spec.invalid',
      message: expect.stringContaining(problem),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

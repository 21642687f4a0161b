import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { withUnattendedScript } from '../../../../src/build/machine/unattended.ts';
import { SpecError } from '../../../../src/foundation/errors.ts';
import { parseVirtInstall } from '../../../../src/virt-install/parse-command-line.ts';
import type { VirtInstallOptions } from '../../../../src/virt-install/virt-install-options.ts';

const context = {
  cwd: '/home/me',
  env: {},
  places: { cache: '/c', state: '/s', runtime: '/r' },
  projectDir: join(import.meta.dirname, '../../../..'),
};

function unattended(...words: string[]): Promise<VirtInstallOptions> {
  const command = parseVirtInstall(['--name', 'a', ...words]);
  if (command.kind !== 'run') throw new Error(`not a build: ${command.kind}`);
  return withUnattendedScript(command.options, context);
}

async function problemsOf(...words: string[]): Promise<string> {
  const error = await unattended(...words).then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (!(error instanceof SpecError)) throw new Error('it was taken');
  return (error.details.problems as { problem: string }[]).map(({ problem }) => problem).join('\n');
}

describe('--unattended', () => {
  test("is the catalogue's script for the system, with its words in Kiln's options", async () => {
    const { values, lists } = await unattended(
      ...['--location', 'x.iso', '--osinfo', 'fedora42', '--var', 'locale=de_DE.UTF-8'],
      ...['--unattended', 'profile=jeos,admin-password-file=pw,user-login=joe'],
    );
    expect(values.script).toMatch(/install_scripts\/kickstart\/jeos\.ks$/);
    expect(values['root-password-file']).toBe('pw');
    expect(lists.var).toEqual(['user=joe', 'locale=de_DE.UTF-8']);
  });

  test('finds the small one of several scripts, and a system by another of its names', async () => {
    const { values } = await unattended('--cdrom', 'x.iso', '--osinfo', 'debiantrixie', '--unattended');
    expect(values.script).toMatch(/preseed\/jeos\.preseed$/);
  });

  test.each([
    [['--pxe', '--osinfo', 'fedora42', '--unattended'], '--location or --cdrom'],
    [['--cdrom', 'x', '--unattended'], 'needs --osinfo'],
    [['--cdrom', 'x', '--osinfo', 'win10', '--unattended', 'product-key=1'], 'product-key='],
    [['--cdrom', 'x', '--osinfo', 'win10', '--unattended'], 'no script for win10'],
    [['--cdrom', 'x', '--osinfo', 'fedora42', '--unattended', 'profile=desktop'], 'profile=desktop'],
    [['--cdrom', 'x', '--osinfo', 'fedora42', '--unattended', 'user-password-file=f'], 'ssh_keys'],
    [['--cdrom', 'x', '--osinfo', 'fedora42', '--unattended', '--script', 's.ks'], '--script'],
  ])('%j is refused with the way to go', async (words, way) => {
    expect(await problemsOf(...words)).toContain(way);
  });

  test('changes nothing where it is not given', async () => {
    expect((await unattended('--cdrom', 'x.iso')).values).not.toHaveProperty('script');
  });
});

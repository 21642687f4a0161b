import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aptSourceCommand } from '../../../src/install-script/options/target-commands.ts';
import { runCommand } from '../../../src/process/run-command.ts';

const MIRROR = 'http://me:secret@m.example:8080/debian';
const NONE = 'deb cdrom:[x]/ trixie main\n# deb http://m.example/debian trixie main\n';

/** Stands for the freshly installed system. */
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kiln-apt-source-'));
  await mkdir(join(root, 'etc/apt/sources.list.d'), { recursive: true });
  await writeFile(join(root, 'etc/os-release'), 'ID=debian\nVERSION_CODENAME=trixie\n');
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe.each([[['dash', '-c']], [['busybox', 'sh', '-c']]] as const)('in %j', (shell) => {
  const written = async (mirror: string, sources: string): Promise<string | undefined> => {
    await writeFile(join(root, 'etc/apt/sources.list'), sources);
    const command = `set -e; ${aptSourceCommand({ kind: 'preseed' }, { mirror })}`.replaceAll(
      '/target',
      root,
    );
    await runCommand(shell[0], [...shell.slice(1), command], { timeoutMs: 20_000 });
    return readFile(join(root, 'etc/apt/sources.list.d/mirror.list'), 'utf8').catch(() => undefined);
  };

  it('gives the mirror to a system that was installed without one', async () => {
    expect(await written(MIRROR, NONE)).toBe(`deb ${MIRROR} trixie main\n`);
  });

  it('leaves the sources alone that the installer has written', async () => {
    expect(await written(MIRROR, 'deb http://m.example/debian trixie main\n')).toBeUndefined();
  });

  it('does nothing without a mirror', async () => {
    expect(await written('', NONE)).toBeUndefined();
  });
});

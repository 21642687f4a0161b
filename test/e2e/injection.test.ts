import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bootstrapMedia } from '../../src/build/bootstrap-media.ts';
import { type BuildSandbox, buildSandbox, faultyKickstart, PROJECT_DIR } from '../support/build-sandbox.ts';
import { compileCli } from '../support/compiled-cli.ts';
import { startKiln } from '../support/started-kiln.ts';
import { buildTestInstaller, type TestInstaller } from '../support/test-installer.ts';

let installer: TestInstaller;
let sandbox: BuildSandbox;

beforeAll(async () => {
  installer = await buildTestInstaller();
});
beforeEach(() => {
  sandbox = buildSandbox();
});
afterEach(() => sandbox.remove());

const preseed = join(PROJECT_DIR, 'install_scripts/preseed/kiln-test.preseed');
const log = (directory: string, name: string): string => readFileSync(join(directory, 'logs', name), 'utf8');
const fetched = (): boolean =>
  sandbox.events.some(
    (event) => event.type === 'stage-progress' && event.detail === 'install script fetched',
  );

describe('the script reaches the installer', () => {
  it('by HTTP, below a path nobody guesses, with a log of what was asked for', async () => {
    const { directory } = await sandbox.build({ location: installer.tree, inject: 'http' });
    expect(log(directory, 'http-access.log')).toMatch(/ GET \/ks\.cfg 200 \d+\n/);
    expect(log(directory, 'serial.log')).not.toMatch(/10\.0\.2\.2:\d+\/ks\.cfg/);
    expect(log(directory, 'plan.json')).not.toMatch(/10\.0\.2\.2:\d/);
    expect(fetched()).toBe(true);
    expect(sandbox.leftovers()).toEqual([]);
  });

  it('from 169.254.169.254, with a kernel line that was written for a cloud', async () => {
    const url = 'url=http://169.254.169.254/latest/user-data';
    const { directory } = await sandbox.build(
      { location: installer.tree, inject: 'metadata', extraArgs: [url] },
      { target: preseed },
    );
    expect(log(directory, 'http-access.log')).toMatch(/ GET \/latest\/user-data 200 \d+\n/);
    expect(fetched()).toBe(true);
    expect(sandbox.leftovers()).toEqual([]);
  });

  it('from 169.254.169.254, from an image of its own that asks there', async () => {
    const { path } = await bootstrapMedia(
      {
        media: { kind: 'location', from: installer.tree },
        output: join(sandbox.folder, 'boot.iso'),
        format: 'iso',
        kernelArguments: [],
      },
      { cacheDir: sandbox.context.places.cache },
    );
    const { directory } = await sandbox.build({ cdrom: path, os: 'kiln-test', inject: 'metadata' });
    expect(log(directory, 'http-access.log')).toMatch(/ GET \/latest\/user-data 200 \d+\n/);
    expect(sandbox.leftovers()).toEqual([]);
  });

  it('on a config drive', async () => {
    await sandbox.build({ location: installer.tree, inject: 'config-drive' });
    expect(sandbox.leftovers()).toEqual([]);
  });
});

it('tells that nothing was asked for, when the installer looks elsewhere', async () => {
  const error = await sandbox.failure({
    location: installer.tree,
    inject: 'http',
    extraArgs: ['inst.ks=http://10.0.2.2:1/ks.cfg'],
  });
  expect(error.code).toBe('install.failed');
  expect(error.details.script).toEqual([
    expect.stringContaining('No request for the install script arrived'),
  ]);
  expect(sandbox.leftovers()).toEqual([]);
});

it('kill -9 beside the service at 169.254.169.254: `kiln builds clean` leaves nothing', async () => {
  const program = await compileCli();
  try {
    const { runtime } = sandbox.context.places;
    const services = (): string[] => readdirSync(runtime).filter((name) => name.startsWith('metadata-'));
    const words = ['build', 'kiln-test', '--location', installer.tree, '--inject', 'metadata'];
    const script = ['--script', sandbox.script(faultyKickstart('hang')), '--no-boot-check', '--json'];
    const { child, reached } = startKiln(program.main, sandbox, [...words, ...script]);
    await reached(/"detail":"install script fetched"/);
    child.kill('SIGKILL');
    await once(child, 'exit');
    // Nobody listens any more, but the guest runs, and the socket's folder is there.
    expect(services()).toHaveLength(1);
    expect(sandbox.leftovers().join('\n')).toContain('qemu-system');
    const clean = startKiln(program.main, sandbox, ['builds', 'clean']);
    expect(await clean.ended(), clean.output()).toBe(0);
    expect(services()).toEqual([]);
    await expect.poll(() => sandbox.leftovers(), { timeout: 90_000 }).toEqual([]);
  } finally {
    await program.remove();
  }
});

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listBuilds } from '../../../src/build/build-records.ts';
import { firstOf, folderContent, memoryContent } from '../../../src/http-server/served-content.ts';
import { startHttpServer } from '../../../src/http-server/start-http-server.ts';
import {
  type BuildSandbox,
  buildSandbox,
  faultyKickstart,
  PROJECT_DIR,
} from '../../support/build-sandbox.ts';
import { buildTestInstaller, type TestInstaller } from '../../support/test-installer.ts';

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

describe('a build that ends well', () => {
  it('installs from an ISO with the kernel booted directly, into several formats', async () => {
    const result = await sandbox.build({
      location: installer.iso,
      name: `it's "here" $(touch x); <&>`,
      outputs: ['qcow2', 'qcow2,compression=zlib,name=old.qcow2', 'raw', 'vmdk', 'vhd', 'vhdx', 'vdi'],
    });
    expect(result.artifacts.map(({ format }) => format)).toEqual([
      'qcow2',
      'qcow2',
      'raw',
      'vmdk',
      'vpc',
      'vhdx',
      'vdi',
    ]);
    const told = JSON.stringify(sandbox.events.filter(({ type }) => type === 'stage-progress'));
    expect(told).toContain('vmdk, vhd, vhdx');
    expect(existsSync(join(sandbox.folder, 'x'))).toBe(false);
    const run = (tool: string, ...args: string[]): string =>
      execFileSync(tool, args, { cwd: result.directory, encoding: 'utf8' });
    run('sha256sum', '--check', '--strict', 'SHA256SUMS');
    run('sha512sum', '--check', '--strict', 'SHA512SUMS');
    const raw = result.artifacts.find(({ format }) => format === 'raw');
    for (const { path, format } of result.artifacts) {
      run('qemu-img', 'compare', '-f', format, '-F', 'raw', path, raw?.path ?? '');
    }
    expect(statSync(raw?.path ?? '').blocks * 512).toBeLessThan(200 * 2 ** 20);
    expect(sandbox.leftovers()).toEqual([]);
    const [record] = await listBuilds(sandbox.context.places.state);
    expect(record).toMatchObject({ status: 'succeeded', id: result.buildId, directory: result.directory });
  });

  it('lets BIOS boot the ISO, finds the kickstart on a seed ISO, boots the result and keeps the password secret', async () => {
    const password = 'correct horse <battery> "staple"';
    const result = await sandbox.build(
      { cdrom: installer.iso, rootPasswordEnv: 'SECRET', noBootCheck: false },
      {},
      { env: { SECRET: password } },
    );
    const manifest = readFileSync(result.manifestPath, 'utf8');
    expect(JSON.parse(manifest)).toMatchObject({
      bootCheck: { result: 'passed' },
      outcome: { detail: 'power-off' },
    });
    const everything = readdirSync(sandbox.folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(sandbox.folder, name))
      .filter((path) => statSync(path).isFile());
    for (const path of everything) {
      const content = readFileSync(path, 'latin1');
      expect(content, path).not.toContain(password);
      if (!path.endsWith('.qcow2')) expect(content, path).not.toContain('$6$');
    }
    expect(manifest).not.toContain(sandbox.folder);
    expect(sandbox.leftovers()).toEqual([]);
  });

  it('installs and boots with UEFI', async () => {
    const result = await sandbox.build({ cdrom: installer.iso, firmware: 'uefi', noBootCheck: false });
    expect(JSON.parse(readFileSync(result.manifestPath, 'utf8'))).toMatchObject({
      verification: { firmware: 'uefi' },
      bootCheck: { result: 'passed' },
    });
    expect(sandbox.leftovers()).toEqual([]);
  });

  it('tells of a %post that failed and that the installer passed over', async () => {
    const script = sandbox.script(`${faultyKickstart('')}%post\nexit 2\n%end\n`);
    const line = readFileSync(script, 'utf8').split('\n').lastIndexOf('%post') + 1;
    const result = await sandbox.build({ location: installer.iso, script });
    const told = expect.stringMatching(
      `%post script failed with exit code 2 \\(script\\.ks:${line}: %post\\)`,
    );
    expect(sandbox.events).toContainEqual(expect.objectContaining({ type: 'notice', message: told }));
    expect(JSON.parse(readFileSync(result.manifestPath, 'utf8'))).toMatchObject({
      outcome: { kind: 'completed', warnings: [told] },
    });
  });

  it('keeps the kernel line as the guest got it, with what the media add', async () => {
    const info = readFileSync(join(installer.tree, '.treeinfo'), 'utf8');
    const fedora = info.replace(/^family = .*/m, 'family = Fedora').replaceAll('1.0', '42');
    const own = memoryContent(new Map([['.treeinfo', fedora]]));
    const content = firstOf(own, folderContent(installer.tree));
    const server = await startHttpServer({ host: '127.0.0.1', port: 0, content });
    try {
      const location = `http://127.0.0.1:${server.port}`;
      const { directory, manifestPath } = await sandbox.build({ location });
      const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
      const { kernelArguments } = read(manifestPath).plan;
      expect(kernelArguments).toContainEqual(expect.stringContaining(`inst.repo=${location}`));
      expect(kernelArguments).toEqual(read(join(directory, 'logs/plan.json')).kernelArguments);
    } finally {
      await server.close();
    }
  });

  it('takes a preseed alone and an install tree; a reboot at the end ends the install too', async () => {
    const text = readFileSync(preseed, 'utf8').replace(/^.*exit\/poweroff.*$/m, '');
    const result = await sandbox.build(
      { location: installer.tree, disk: 'size=2,bus=sata' },
      { target: sandbox.script(text, 'any name.cfg') },
    );
    expect(JSON.parse(readFileSync(result.manifestPath, 'utf8'))).toMatchObject({
      outcome: { kind: 'completed', detail: 'reboot' },
      outputs: [{ virtualSize: 2 * 2 ** 30 }],
    });
    expect(sandbox.leftovers()).toEqual([]);
  });
});

describe('what another build must not spoil', () => {
  it('two builds into one folder: one is refused, the other ends well', async () => {
    const both = [0, 1].map(() =>
      sandbox.build({ location: installer.iso }, { output: 'same', force: true }),
    );
    const ends = await Promise.allSettled(both);
    const refused = ends.filter((end) => end.status === 'rejected').map(({ reason }) => reason.code);
    expect(refused.every((code) => code === 'output.in-use')).toBe(true);
    expect(refused.length).toBeGreaterThan(0);
    const finished = ends.find((end) => end.status === 'fulfilled');
    if (finished)
      execFileSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: finished.value.directory });
    expect(sandbox.leftovers()).toEqual([]);
  });

  it('a kernel that only QEMU finds unfit: install.start-failed, and nothing is left', async () => {
    const tree = join(sandbox.folder, 'tree');
    cpSync(installer.tree, tree, { recursive: true });
    rmSync(join(tree, '.treeinfo'));
    // Not text, which would be found on the media already: a kernel of a boot protocol too old to take an initrd.
    writeFileSync(join(tree, 'images/pxeboot/vmlinuz'), Buffer.alloc(64 * 1024));
    expect(await sandbox.failure({ location: tree, os: 'kiln-test' })).toMatchObject({
      code: 'install.start-failed',
    });
    expect(sandbox.leftovers()).toEqual([]);
  });
});

import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildDirectory } from '../../src/build/build-directory.ts';
import { runCommand } from '../../src/process/run-command.ts';
import { machineBuilds } from '../support/machine-builds.ts';
import { plainKickstart } from '../support/machine-sandbox.ts';

const machines = machineBuilds();

const SCRIPT = plainKickstart('reboot');

test('--location with two disks, --noreboot: the script chooses the second, and the domain stays off', async () => {
  const script = machines.sandbox.script(`ignoredisk --only-use=vdb\n${SCRIPT}`, 'two.ks');
  const result = await machines.machine(
    ...['--name', 'two', '--disk', 'a.img,size=0.2,format=raw', '--disk', 'b.img,size=1,format=raw'],
    ...['--location', machines.installer.iso, '--script', script, '--noreboot', '--network', 'user'],
    ...['--inject', 'http', '--no-boot-check'],
  );
  const { httpLog } = buildDirectory(result.directory, result.buildId);
  expect(readFileSync(httpLog, 'utf8')).toMatch(/ GET \/ks\.cfg 200 \d+\n/);
  expect(result.machine.state).toBe('off');
  expect(result.artifacts[0]?.virtualSize).toBe(2 ** 30);
  const two = await machines.domain('two');
  expect(two.state).toBe('shutoff');
  expect(two.xml).not.toContain('unsafe');
  const { installXml } = buildDirectory(result.directory, result.buildId);
  expect(readFileSync(installXml, 'utf8').match(/cache=.unsafe./g)).toHaveLength(2);
});

test('an install that fails leaves neither domain nor volume nor pool', async () => {
  const { connection } = machines.libvirt;
  const pools = await connection.storage.listPools();
  const script = machines.sandbox.script(`# test-installer: fault=no-marker-poweroff\n${SCRIPT}`, 'bad.ks');
  const folder = join(machines.sandbox.folder, 'bad-disks');
  mkdirSync(folder);
  const failure = await machines.failure(
    ...['--name', 'bad', '--disk', `${folder}/bad.qcow2,size=1`, '--location', machines.installer.iso],
    ...['--script', script, '--network', 'none'],
  );
  expect(failure.code, failure.message).toBe('install.no-marker');
  expect(await connection.lookupByName('bad')).toBeUndefined();
  expect(readdirSync(folder)).toEqual([]);
  expect(await connection.storage.listPools()).toEqual(pools);
});

test('a machine that somebody undefines during its install is told as that, and its disk stays', async () => {
  const { connection } = machines.libvirt;
  const script = machines.sandbox.script(SCRIPT, 'lost.ks');
  const disk = join(machines.sandbox.folder, 'lost.img');
  const failing = machines.failure(
    ...['--name', 'lost', '--disk', `${disk},size=1,format=raw`, '--location', machines.installer.iso],
    ...['--script', script, '--noreboot', '--network', 'user'],
  );
  await expect.poll(() => connection.lookupByName('lost'), { timeout: 60_000 }).toBeDefined();
  const { uuid } = await machines.domain('lost');
  await expect.poll(async () => (await connection.getState(uuid))?.state).toBe('running');
  // Kiln starts it before it defines it, and libvirt undefines no transient domain.
  await expect.poll(() => connection.isPersistent(uuid), { timeout: 60_000 }).toBe(true);
  await connection.undefine(uuid);
  const failure = await failing;
  expect(failure).toMatchObject({ code: 'install.machine-undefined', exitCode: 5 });
  expect(failure.message).toContain(disk);
  expect(statSync(disk).blocks).toBeGreaterThan(0);
});

test('--wait 0 leaves the guest installing, --destroy-on-exit cuts it', async () => {
  const kickstart = machines.sandbox.script(SCRIPT, 'ks.cfg');
  const install = (name: string, ...words: string[]) => [
    ...[
      '--name',
      name,
      '--disk',
      `${name}.img,size=1`,
      '--location',
      machines.installer.iso,
      '--network',
      'none',
    ],
    ...['--initrd-inject', kickstart, '-x', 'inst.ks=file:/ks.cfg console=ttyS0', '--no-capture', ...words],
  ];
  const left = await machines.machine(...install('left', '--wait', '0'));
  expect(left).toMatchObject({ artifacts: [], machine: { state: 'installing' } });
  const { uuid, state } = await machines.domain('left');
  expect(state).toBe('running');
  await machines.libvirt.connection.destroy(uuid);

  const cut = await machines.machine(...install('cut', '--wait', '0', '--destroy-on-exit'));
  expect(cut.machine.state).toBe('off');
  expect((await machines.domain('cut')).state).toBe('shutoff');
});

test('--transient keeps no definition; the disk the guest wrote to is the image, though nobody named it', async () => {
  const kickstart = machines.sandbox.script(`ignoredisk --only-use=vdb\n${SCRIPT}`, 'second.ks');
  const disks = ['first.img', 'second.img'].map((name) => join(machines.sandbox.folder, name));
  const [first = '', second = ''] = disks;
  const gone = await machines.machine(
    ...['--name', 'gone', '--transient', ...disks.flatMap((path) => ['--disk', `${path},size=1,format=raw`])],
    ...['--location', machines.installer.iso, '--network', 'none', '--no-boot-check'],
    ...['--initrd-inject', kickstart, '-x', 'inst.ks=file:/second.ks console=ttyS0 no_timer_check'],
  );
  expect(gone.machine.state).toBe('gone');
  expect(await machines.libvirt.connection.lookupByName('gone')).toBeUndefined();
  expect(statSync(first).blocks).toBe(0);
  const image = gone.artifacts[0]?.path ?? '';
  await runCommand('qemu-img', ['compare', '-f', 'qcow2', '-F', 'raw', image, second]);
  const notices = machines.sandbox.events.filter(({ type }) => type === 'notice');
  expect(JSON.stringify(notices)).toMatch(/wrote to vdb and not to vda/);
});

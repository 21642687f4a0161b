import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildDirectory } from '../../../src/build/build-directory.ts';
import { machineRequestOf } from '../../../src/build/machine/machine-request-of.ts';
import { checkMachine } from '../../../src/build/machine/run-machine.ts';
import { printGuest } from '../../../src/build/print-guest/print-guest.ts';
import { parseXml } from '../../../src/foundation/parse-xml.ts';
import { runCommand } from '../../../src/process/run-command.ts';
import { qemuImg } from '../../../src/qemu-img/qemu-img.ts';
import { parseVirtInstall } from '../../../src/virt-install/parse-command-line.ts';
import { canonicalText, differences, splitDocuments } from '../../support/compare-domains.ts';
import { type MachineSandbox, machineSandbox } from '../../support/machine-sandbox.ts';
import { remoteUri } from '../../support/remote-libvirt.ts';
import { VIRT_INSTALL_FIXTURES } from '../../support/virt-install-hosts.ts';

/** Machines that are defined, and at most started without a system on their disk. */
let machines: MachineSandbox;
beforeAll(async () => {
  machines = await machineSandbox();
});
afterAll(() => machines.remove());

const IMPORT = ['--import', '--noreboot', '--no-capture', '--network', 'user'];
const at = (name: string): string => join(machines.sandbox.folder, name);

/** What differs between two definitions of the same machine by chance. */
const withoutChance = (xml: string): string[] =>
  xml
    .replace(/<uuid>.*<\/uuid>/, '')
    .replace(/52:54:00:[0-9a-f:]+/, 'MAC')
    .split('\n');

test('the domain libvirt ends up with is the one virt-install makes, but for what Kiln adds', async () => {
  const { connection } = machines.libvirt;
  const disk = at('same.qcow2');
  const words = ['--name', 'same', '--disk', `${disk},size=1`, '--virt-type', 'qemu'];
  await runCommand(
    'virt-install',
    [
      ...['--connect', connection.uri, '--memory', '512', '--vcpus', '1', '--osinfo', 'debian11'],
      ...[
        '--graphics',
        'none',
        ...words,
        ...IMPORT.filter((word) => word !== '--no-capture'),
        '--noautoconsole',
      ],
    ],
    { timeoutMs: 60_000 },
  );
  const theirs = await machines.domain('same');
  const volume = await connection.storage.volumeInfo({ pool: (await poolOf(disk)).pool, name: 'same.qcow2' });
  await connection.undefine(theirs.uuid);
  await connection.storage.deleteVolume(await poolOf(disk));
  await machines.machine(...words, ...IMPORT);
  const ours = await machines.domain('same');
  expect(await connection.storage.volumeInfo(await poolOf(disk))).toEqual(volume);
  const [known, lines] = [withoutChance(theirs.xml), withoutChance(ours.xml)];
  expect(known.filter((line) => !lines.includes(line))).toEqual([]);
  const added = lines.filter((line) => !known.includes(line)).map((line) => line.trim().split(/[\s>]/)[0]);
  expect(added).toEqual(['<kiln:build', '<panic', '<seclabel', '<label', '</seclabel']);
  await connection.undefine(ours.uuid);
  await connection.storage.deleteVolume(await poolOf(disk));
  await machines.machine(...words, ...IMPORT, '--pure');
  expect(withoutChance((await machines.domain('same')).xml)).toEqual(known);
});

async function poolOf(path: string) {
  const volume = await machines.libvirt.connection.storage.lookupVolumeByPath(path);
  if (volume === undefined) throw new Error(`libvirt knows no volume at ${path}`);
  return volume;
}

test('what is taken or does not fit is told at once, and nothing is created', async () => {
  await qemuImg().create({ path: at('used.qcow2'), format: 'qcow2', size: 2 ** 20 });
  const defined = await machines.machine(
    '--name',
    'user',
    '--disk',
    at('used.qcow2'),
    ...IMPORT,
    '--autostart',
  );
  expect(defined.machine.state).toBe('off');
  const { uuid } = await machines.domain('user');
  expect(await machines.libvirt.connection.getAutostart(uuid)).toBe(true);
  const words = ['--name', 'user', '--disk', at('used.qcow2'), '--disk', `${at('big.qcow2')},size=8000000`];
  const failure = await machines.failure(...words, ...IMPORT);
  expect(failure.code).toBe('spec.invalid');
  const { problems } = failure.details as { problems: { where: string; problem: string }[] };
  expect(problems.map(({ problem }) => problem)).toEqual([
    expect.stringContaining('user exists already'),
    expect.stringContaining('--check disk_size=off'),
    expect.stringContaining('in use by domain user'),
  ]);
  expect(existsSync(at('big.qcow2'))).toBe(false);
  const checks = ['--check', 'path_in_use=off'];
  await machines.machine('--name', 'second', '--disk', at('used.qcow2'), ...IMPORT, ...checks);
  expect((await machines.domain('second')).state).toBe('shutoff');
});

test('what only libvirt refuses is told before anything is made, with the option that said it', async () => {
  const disks = [
    '--disk',
    `${at('refused.qcow2')},size=1`,
    '--network',
    'type=hostdev,source=pci_0000_09_01_0',
  ];
  const cases: readonly (readonly [words: readonly string[], where: string])[] = [
    [['--cpuset=1e400'], '--cpuset 1e400'],
    [['--numatune', 'x'], '--numatune memory.nodeset'],
    [['--iothreads', '-1'], '--iothreads iothreads'],
    [['--sysinfo', 'bios.date=x'], '--sysinfo bios.date'],
    [['--cpu', 'Nehalem,+aess'], '--cpu Nehalem,+aess'],
    [['--cpu', 'Nehalm'], '--cpu'],
  ];
  for (const [words, where] of cases) {
    const failure = await machines.failure('--name', 'refused', ...disks, ...IMPORT, ...words);
    expect(failure.code, failure.message).toBe('spec.invalid');
    expect(failure.details.problems).toMatchObject([{ where, problem: expect.stringContaining('libvirt') }]);
    expect(existsSync(at('refused.qcow2'))).toBe(false);
  }
  // What even that question does not bring out ends the build later, without a trace.
  const late = await machines.failure('--name', 'refused', ...disks, ...IMPORT, '--qemu-commandline=-nosuch');
  expect(late.code, late.message).toBe('install.start-failed');
  expect(existsSync(at('refused.qcow2'))).toBe(false);
});

test('files that are not there are told with all else that the words say wrong', async () => {
  const failure = await machines.failure(
    ...['--name', 'files', '--disk', `${at('files.qcow2')},size=1`, '--disk', '/dev/null', ...IMPORT],
    ...['--boot', 'kernel=/nope', '--filesystem', '/nope,tag', '--graphics', 'vnc,port=70000'],
  );
  expect(failure.code, failure.message).toBe('spec.invalid');
  const { problems } = failure.details as { problems: { where: string }[] };
  expect(problems.map(({ where }) => where)).toEqual([
    ...['--boot kernel=/nope', '--disk path=/dev/null', '--filesystem source=/nope'],
    '--graphics vnc,port=70000',
  ]);
  expect(existsSync(at('files.qcow2'))).toBe(false);
});

test('links in a ring, boot programs, images’ ways and places are told with all else', async () => {
  symlinkSync(at('ring'), at('ring'));
  mkdirSync(at('full'));
  writeFileSync(at('full/own'), '');
  const failure = await machines.failure(
    ...['--name', 'ring', '--disk', at('ring'), '--pxe', '--network', 'user', '--tftp', '/nope'],
    ...['--publish', 'glance:nobody', '--output', at('full'), '--graphics', 'vnc,port=70000'],
  );
  expect(failure.code, failure.message).toBe('spec.invalid');
  const { problems } = failure.details as { problems: { where: string; problem: string }[] };
  expect(problems.map(({ where }) => where)).toEqual([
    `--disk path=${at('ring')}`,
    '--tftp /nope',
    '--graphics vnc,port=70000',
    '--publish glance:nobody',
    '--output',
  ]);
});

test('--dry-run creates nothing', async () => {
  const context = machines.sandbox.context;
  const words = [
    '--name',
    'dry',
    '--memory',
    '512',
    '--osinfo',
    'debian11',
    '--disk',
    `${at('dry.qcow2')},size=1`,
  ];
  const command = parseVirtInstall([...words, '--import']);
  if (command.kind !== 'run') throw new Error('no build');
  const { name, disks } = await checkMachine(machineRequestOf(command.options, context), context);
  expect(name).toBe('dry');
  expect(disks[0]?.create).toMatchObject({ name: 'dry.qcow2', capacity: 2 ** 30, format: 'qcow2' });
  expect(existsSync(at('dry.qcow2'))).toBe(false);
  expect(await machines.libvirt.connection.lookupByName('dry')).toBeUndefined();

  const netless = parseVirtInstall([...words, '--import', '--network', 'network=no-such-network']);
  if (netless.kind !== 'run') throw new Error('no build');
  await expect(checkMachine(machineRequestOf(netless.options, context), context)).rejects.toMatchObject({
    code: 'spec.invalid',
    details: { problems: [{ where: '--network network=no-such-network' }] },
  });
});

test('paths of a host elsewhere are looked at there, pool or not, and its pools stay as they are', async () => {
  const { context } = machines.sandbox;
  const { connection } = machines.libvirt;
  const folder = at('elsewhere');
  mkdirSync(folder);
  await qemuImg().create({ path: join(folder, 'old.qcow2'), format: 'qcow2', size: 2 ** 20 });
  const pools = await connection.storage.listPools();
  const words = [
    ...['--connect', remoteUri(connection.uri, machines.sandbox.folder), '--name', 'far', '--import'],
    ...['--memory', '512', '--osinfo', 'debian11', '--virt-type', 'qemu', '--network', 'user'],
    ...['--disk', `${folder}/old.qcow2`, '--disk', `${folder}/new.qcow2,size=1`, '--no-capture'],
  ];
  const described = async (...more: string[]) => {
    const command = parseVirtInstall([...words, ...more]);
    if (command.kind !== 'run') throw new Error('no build');
    return checkMachine(machineRequestOf(command.options, context), context);
  };
  const [old, fresh] = (await described()).disks;
  expect(old?.create).toBeUndefined();
  expect(old?.source).toMatchObject({ type: 'file', format: 'qcow2' });
  expect(fresh?.create).toMatchObject({ name: 'new.qcow2', capacity: 2 ** 30 });
  expect(fresh?.createPool).toMatchObject({ name: 'elsewhere', target: folder });
  expect(await connection.storage.listPools()).toEqual(pools);
  await expect(described('--disk', `${folder}/none.img`)).rejects.toMatchObject({ code: 'spec.invalid' });
});

test('--print-xml, too, looks at paths where the connection leads, as virt-install does', async () => {
  const { context, folder } = machines.sandbox;
  const driver = join(VIRT_INSTALL_FIXTURES, 'test-driver.xml');
  const uri = remoteUri(machines.libvirt.connection.uri, folder, 'test', driver);
  const words = [
    ...['--connect', uri, '--name', 'far', '--memory', '512', '--osinfo', 'debian11', '--network', 'default'],
    ...['--graphics', 'none', '--print-xml', 'all'],
  ];
  // Volumes of the other host, which this one does not have, and the other way round.
  const disks = ['--disk', '/pools/default/data.img', '--disk', '/dev/there', '--disk', 'pool=fast,size=1'];
  await qemuImg().create({ path: at('here.qcow2'), format: 'qcow2', size: 2 ** 20 });
  const printed = async (...more: string[]) => {
    const command = parseVirtInstall([...words, ...more, '--pure']);
    if (command.kind !== 'run') throw new Error('no build');
    const { documents } = await printGuest(command.options, context);
    return documents.join('');
  };
  const same = ['--cdrom', '/pools/default/install.iso', ...disks];
  const theirs = await runCommand('virt-install', [...words, ...same], { timeoutMs: 60_000 });
  const ours = await printed(...same);
  expect(differences(canonical(theirs.stdout), canonical(ours))).toEqual([]);
  expect(ours).toContain('dev="/dev/there"');
  for (const refused of [
    ['--import', '--disk', at('here.qcow2')],
    ['--cdrom', at('here.qcow2'), '--disk', 'none'],
  ]) {
    await expect(runCommand('virt-install', [...words, ...refused])).rejects.toThrow();
    await expect(printed(...refused)).rejects.toMatchObject({ code: 'spec.invalid' });
  }
});

const canonical = (xml: string): string =>
  splitDocuments(xml, parseXml)
    .map((document) => canonicalText(document, { uuid: false, macs: false }))
    .join('\n');

test('a volume libvirt cannot make ends the build, and what was made is taken away', async () => {
  const { connection } = machines.libvirt;
  const pools = await connection.storage.listPools();
  writeFileSync(at('base.qcow2'), 'not the image it is called');
  const failure = await machines.failure(
    ...['--name', 'none', '--disk', `${at('first.qcow2')},size=1`],
    ...[
      '--disk',
      `${at('over.qcow2')},size=1,backing_store=${at('base.qcow2')},backing_format=qcow2`,
      ...IMPORT,
    ],
  );
  expect(failure.code).toBe('host.storage');
  expect(existsSync(at('first.qcow2'))).toBe(false);
  expect(await connection.lookupByName('none')).toBeUndefined();
  expect(await connection.storage.listPools()).toEqual(pools);
  rmSync(at('over.qcow2'), { force: true });
});

test('--import --cloud-init: the guest starts with its NoCloud ISO, and is defined without it', async () => {
  await qemuImg().create({ path: at('cloud.qcow2'), format: 'qcow2', size: 2 ** 20 });
  const words = [
    '--import',
    '--disk',
    at('cloud.qcow2'),
    '--network',
    'user',
    '--no-capture',
    '--virt-type',
    'qemu',
  ];
  const result = await machines.machine('--name', 'cloud', ...words, '--cloud-init');
  expect(result.machine.state).toBe('running');
  const { uuid, xml, state } = await machines.domain('cloud');
  expect(state).toBe('running');
  expect(xml).not.toContain('cloud-init.iso');
  expect(xml).not.toContain('ds=nocloud');
  expect(await machines.libvirt.connection.getXml(uuid)).toContain('ds=nocloud');
  const { root, seed } = buildDirectory(result.directory, result.buildId);
  expect(await machines.libvirt.connection.getXml(uuid)).toContain(seed);
  expect(existsSync(seed)).toBe(false);
  const password = join(root, 'root-password.txt');
  expect(readFileSync(password, 'utf8')).toMatch(/^\w{16}\n$/);
  expect(statSync(password).mode & 0o777).toBe(0o600);
  await machines.libvirt.connection.destroy(uuid);
});

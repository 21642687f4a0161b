import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newRun } from '../../../src/build/build-frame.ts';
import { decideMachine } from '../../../src/build/machine/decide-machine.ts';
import { machineRequestOf } from '../../../src/build/machine/machine-request-of.ts';
import { parseXml } from '../../../src/foundation/parse-xml.ts';
import { Refusals } from '../../../src/foundation/refusals.ts';
import { textAt } from '../../../src/foundation/xml-node.ts';
import type { HostFacts } from '../../../src/host/host-facts.ts';
import type { ResolvedLocation } from '../../../src/media/install-media.ts';
import { parseVirtInstall } from '../../../src/virt-install/parse-command-line.ts';
import { FakeLibvirt } from '../../fakes/fake-libvirt.ts';
import { plainKickstart } from '../../support/machine-sandbox.ts';
import { VIRT_INSTALL_FIXTURES } from '../../support/virt-install-hosts.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-decide-'));
  await writeFile(join(folder, 'a.ks'), plainKickstart('poweroff'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const HOST = {
  arch: 'x86_64',
  cpus: 2,
  emulator: '/usr/bin/qemu-system-x86_64',
  qemuVersion: '7.2.0',
  accelerator: { use: 'kvm', why: 'it runs guests' },
  isRoot: true,
  uid: 0,
  gid: 0,
} as const;

/** What would be made of the line on a host that has KVM. */
const decide = (...words: readonly string[]) => decideOn(new FakeLibvirt({ uri: 'qemu:///system' }), words);

async function decideOn(connection: FakeLibvirt, words: readonly string[]) {
  const command = parseVirtInstall([
    ...'--name a --memory 1024 --osinfo debian11 --disk none --network user'.split(' '),
    ...['--location', 'tree', '--no-capture', ...words],
  ]);
  if (command.kind !== 'run') throw new Error(`not a build: ${command.kind}`);
  const places = { cache: folder, state: folder, runtime: folder };
  const context = { cwd: folder, env: {}, places, projectDir: process.cwd() };
  const request = machineRequestOf(command.options, context);
  const fixture = (name: string): string => readFileSync(join(VIRT_INSTALL_FIXTURES, name), 'utf8');
  connection.capabilities = fixture('capabilities.xml');
  connection.domainCapabilities = fixture('domain-capabilities-kvm-q35.xml');
  const media: ResolvedLocation = {
    kind: 'location',
    source: 'tree',
    facts: { family: 'anaconda', arch: 'x86_64' },
    kernelPath: join(folder, 'vmlinuz'),
    initrdPath: join(folder, 'initrd.img'),
  } as ResolvedLocation;
  const libvirt = { connection, privateDaemon: false, close: async () => undefined };
  // Not all that is known of a host counts here.
  const host = HOST as unknown as HostFacts;
  const { machine, plan } = await decideMachine(newRun(request, context), request, {
    libvirt,
    host,
    media,
    refusals: new Refusals(),
  });
  const domain = parseXml(machine.install ?? '');
  return { type: domain.attributes.get('type'), line: textAt(domain, 'os', 'cmdline') ?? '', plan, machine };
}

test.each([
  [[], 'kvm'],
  [['--virt-type', 'qemu'], 'qemu'],
  [['--virt-type', 'qemu', '--extra-args', 'no_timer_check'], 'qemu'],
])('the kernel line is that of what runs the domain, whatever the host could: %j', async (words, type) => {
  const made = await decide('--script', 'a.ks', ...words);
  expect(made.type).toBe(type);
  const told = made.line.split(' ').filter((word) => word === 'no_timer_check');
  expect(told).toHaveLength(type === 'kvm' ? 0 : 1);
  expect(made.plan.kernelArguments.includes('no_timer_check')).toBe(type !== 'kvm');
  expect(made.plan.accelerator).toBe(type === 'kvm' ? 'kvm' : 'tcg');
});

test('an overlay is told where its base lies, and of what format it is, in a pool or not', async () => {
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', join(folder, 'base.qcow2'), '1M']);
  await writeFile(join(folder, 'base.img'), 'x');
  const backingOf = async (words: string) => {
    const { machine } = await decide('--disk', `new.qcow2,size=1,${words}`);
    return machine.disks[0]?.create?.backing;
  };
  expect(await backingOf('backing_store=base.qcow2')).toEqual({
    path: join(folder, 'base.qcow2'),
    format: 'qcow2',
  });
  expect(await backingOf('backing_store=base.img')).toMatchObject({ format: 'raw' });
  expect(await backingOf('backing_store=base.img,backing_format=qcow2')).toMatchObject({ format: 'qcow2' });
});

test.each(['.', '..', 'x\ny'])(
  'a name that is a folder or has two lines is refused, once: %j',
  async (name) => {
    const refusal = await decide('--name', name).catch((error: unknown) => error);
    const problem = { where: '--name', problem: expect.stringContaining(JSON.stringify(name)) };
    expect(refusal).toMatchObject({ code: 'spec.invalid', details: { problems: [problem] } });
  },
);

test.each([
  ['--virt-type qemu', 1],
  ['--virt-type qemu --pure', 0],
  ['--virt-type kvm', 0],
])('an emulated kernel without a script is told to leave out its timer test: %s', async (words, count) => {
  const { line } = await decide(...words.split(' '));
  expect(line.split(' ').filter((word) => word === 'no_timer_check')).toHaveLength(count);
});

test('a value without a place for it is refused', async () => {
  const refusal = await decide('--xml', 'xpath.value=x').catch((error: unknown) => error);
  expect(refusal).toMatchObject({ details: { problems: [{ where: '--xml xpath.value=x' }] } });
});

/** One whose disk is `path`. */
async function libvirtWithDisk(path: string): Promise<FakeLibvirt> {
  const connection = new FakeLibvirt({ uri: 'qemu:///system' });
  const disk = `<disk type='file'><source file='${path}'/></disk>`;
  await connection.defineXml(`<domain type='qemu'><name>other</name><devices>${disk}</devices></domain>`);
  return connection;
}

test("another domain's disk is refused also where --xml puts it in, by the name of that", async () => {
  const path = join(folder, 'theirs.img');
  await writeFile(path, 'x');
  const change = `./devices/disk/source/@file=${path}`;
  const refusal = await decideOn(await libvirtWithDisk(path), [
    '--disk',
    'n.qcow2,size=0.01',
    '--xml',
    change,
  ]).catch((error: unknown) => error);
  const problem = { where: `--xml ${change}`, problem: expect.stringContaining('in use by domain other') };
  expect(refusal).toMatchObject({ code: 'spec.invalid', details: { problems: [problem] } });
});

test.each([
  ['--xml', './devices/disk/source/@file=/elsewhere.qcow2'],
  ['--xml', 'xpath.delete=./devices/disk/source'],
  ['--xml', 'xpath.delete=./devices/disk'],
])('a disk that --xml takes out of the XML is not made: %s %s', async (...change) => {
  const { machine } = await decide('--disk', 'n.qcow2,size=0.01', ...change);
  expect(machine.disks.flatMap(({ create }) => create ?? [])).toEqual([]);
  expect(machine.newDisks).toEqual([]);
});

test('a change that leaves the disk where it is leaves it to be made', async () => {
  const { machine } = await decide(
    '--disk',
    'n.qcow2,size=0.01',
    '--xml',
    './devices/disk/driver/@cache=none',
  );
  expect(machine.disks[0]?.create?.path).toBe(join(folder, 'n.qcow2'));
});

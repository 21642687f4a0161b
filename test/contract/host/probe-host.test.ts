import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { HostError } from '../../../src/foundation/errors.ts';
import { silentLogger } from '../../../src/foundation/logger.ts';
import { makeFolder } from '../../../src/foundation/make-folder.ts';
import { bytes } from '../../../src/foundation/size.ts';
import { examineHost } from '../../../src/host/doctor.ts';
import { examinePackages, examineQemu } from '../../../src/host/examine-programs.ts';
import { examineMemory, examinePlaces } from '../../../src/host/examine-resources.ts';
import { freeSpace, requireSpace } from '../../../src/host/free-space.ts';
import { hasVnc } from '../../../src/host/has-vnc.ts';
import { probeHost, probeResources } from '../../../src/host/probe-host.ts';
import { qemuVersion } from '../../../src/host/qemu-version.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-host-'));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

describe('probeHost', () => {
  it('finds QEMU and what guests run on, and asks no program the second time', async () => {
    const commands: string[] = [];
    const logger = { ...silentLogger, debug: (line: string) => commands.push(line) };
    const first = await probeHost({ cacheDir: folder, logger });
    expect(first.qemuVersion).toMatch(/^\d+\.\d+/);
    await access(first.emulator);
    expect(['kvm', 'tcg']).toContain(first.accelerator.use);
    expect(first.memory).toBeGreaterThan(first.memoryAvailable);
    expect(commands.length).toBeGreaterThan(0);
    commands.length = 0;
    const second = await probeHost({ cacheDir: folder, logger });
    expect(second.accelerator).toEqual(first.accelerator);
    expect(commands).toEqual([]);
  });

  it('misses qemu-img before anything is installed', async () => {
    await writeFile(join(folder, 'qemu-system-x86_64'), '#!/bin/sh\n', { mode: 0o755 });
    vi.stubEnv('PATH', folder);
    await expect(probeHost({ cacheDir: folder })).rejects.toMatchObject({
      code: 'host.tool-missing',
      details: { tool: 'qemu-img' },
    });
  });

  it.each([
    ['#!/bin/sh\nexit 0\n', true],
    ['#!/bin/sh\n[ "$1" != -vnc ] || { echo "VNC support is disabled" >&2; exit 1; }\n', false],
  ])('tells a QEMU with VNC from one without: %j', async (script, expected) => {
    const emulator = join(folder, 'qemu');
    await writeFile(emulator, script, { mode: 0o755 });
    const probe = { emulator, cacheDir: folder, logger: silentLogger };
    expect(await hasVnc(probe)).toBe(expected);
  });

  it('finds VNC in the QEMU of this host', async () => {
    const { emulator, lacksVnc } = await probeHost({ cacheDir: folder });
    expect(lacksVnc).toBeUndefined();
    expect(await hasVnc({ emulator, cacheDir: join(folder, 'other'), logger: silentLogger })).toBe(true);
  });

  it('the examination warns of a QEMU without VNC and says what to install', async () => {
    const emulator = join(folder, 'qemu');
    const script = '#!/bin/sh\n[ "$1" != -vnc ] || exit 1\necho "QEMU emulator version 9.1.0"\n';
    await writeFile(emulator, script, { mode: 0o755 });
    const findings = await examineQemu({ emulator, cacheDir: folder, logger: silentLogger });
    expect(findings.map(({ id, status }) => `${id} ${status}`)).toEqual(['qemu ok', 'screen warn']);
    expect(findings[1]?.fix).toContain('VNC');
  });

  it('does not wait for a QEMU that hangs, nor for what it has started', async () => {
    const emulator = join(folder, 'qemu');
    await writeFile(emulator, '#!/bin/sh\nsleep 5\n', { mode: 0o755 });
    const started = performance.now();
    const asked = qemuVersion({ emulator, cacheDir: folder, logger: silentLogger, limitMs: 100 });
    await expect(asked).rejects.toMatchObject({ code: 'host.qemu-broken' });
    await expect(asked).rejects.toThrow('does not answer --version');
    expect(performance.now() - started).toBeLessThan(4000);
  });
});

describe('requireSpace', () => {
  it('accepts a folder that is still to be made', async () => {
    await expect(requireSpace(join(folder, 'a/b/c'), 1, 'a test')).resolves.toBeUndefined();
  });

  it('refuses more than there is', async () => {
    const free = await freeSpace(folder);
    const refused = requireSpace(folder, free * 4, 'a test');
    await expect(refused).rejects.toMatchObject({ code: 'host.no-space', details: { folder } });
  });

  it('refuses a file system that holds no files, without speaking of room', async () => {
    const refused = requireSpace('/proc/kiln', 1, 'a test');
    await expect(refused).rejects.toMatchObject({ code: 'host.bad-path', details: { folder: '/proc/kiln' } });
  });

  it('refuses what cannot become a folder', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    await expect(requireSpace(join(file, 'below'), 0, 'a test')).rejects.toMatchObject({
      code: 'host.no-permission',
    });
  });
});

describe('examineHost', () => {
  /** What guests run on is found out once for all of them. */
  let cache: string;
  beforeAll(async () => {
    cache = await mkdtemp(join(tmpdir(), 'kiln-host-'));
  });
  afterAll(() => rm(cache, { recursive: true, force: true }));

  const examine = (chooseLibvirt: () => Promise<never>) =>
    examineHost({
      env: {},
      places: { cache, state: folder, runtime: folder },
      logger: silentLogger,
      chooseLibvirt,
    });

  it('tells of everything though one thing is missing', async () => {
    const findings = await examine(async () => {
      throw new HostError('host.libvirt-unreachable', 'libvirt cannot be reached.');
    });
    const byId = new Map(findings.map((finding) => [finding.id, finding]));
    expect(byId.get('libvirt')).toMatchObject({ status: 'fail', what: 'libvirt cannot be reached.' });
    expect(byId.get('node')).toMatchObject({ status: 'ok' });
    for (const id of ['qemu', 'accelerator', 'uefi-firmware', 'memory', 'space.cache', 'apt-sources']) {
      expect(byId.has(id), id).toBe(true);
    }
    expect(byId.size).toBe(findings.length);
  });

  it.each([
    ['a libvirt that is not QEMU', { LIBVIRT_DEFAULT_URI: 'test:///default' }, '', 'libvirt', 'QEMU'],
    ['a state folder where none can be', {}, '/proc/kiln', 'space.state', '/proc/kiln'],
    ['a name that is too long', {}, `/tmp/${'x'.repeat(300)}`, 'space.state', 'too long'],
  ])('fails for %s', async (_case, env, state, id, says) => {
    const places = { cache, state: state || folder, runtime: folder };
    const findings = await examineHost({ env, places, logger: silentLogger });
    const found = findings.find((finding) => finding.id === id);
    expect(found).toMatchObject({ status: 'fail', what: expect.stringContaining(says) });
  });

  it('tells of everything though a folder of the system refuses', async () => {
    const findings = await examine(() => makeFolder('/proc/kiln') as Promise<never>);
    const what = expect.stringContaining('/proc/kiln cannot be used');
    expect(findings).toContainEqual({ id: 'libvirt', status: 'fail', what });
    expect(findings.length).toBeGreaterThan(5);
  });

  it('does not hide a bug behind a finding', async () => {
    await expect(
      examine(async () => {
        throw new TypeError('a bug');
      }),
    ).rejects.toThrow(TypeError);
  });
});

it('names the package of what is missing', async () => {
  const packages = { apt: 'deb', dnf: 'rpm', zypper: 'suse', pacman: 'arch' };
  const findings = await examinePackages([
    { group: 'run', probes: ['kiln-no-such-program', '/nowhere/*/x'], packages },
    { group: 'run', probes: ['/bin/s*'], packages },
    { group: 'test', probes: ['kiln-no-such-program'], packages },
  ]);
  expect(findings).toMatchObject([
    { id: 'package.kiln-no-such-program', status: 'fail', fix: expect.any(String) },
    { status: 'ok' },
  ]);
});

it('warns of little memory', async () => {
  const plenty = { ...probeResources(), memoryAvailable: bytes(2 ** 34) };
  expect(await examineMemory(plenty)).toMatchObject([{ status: 'ok' }]);
  const little = { ...plenty, memoryAvailable: bytes(2 ** 28) };
  expect(await examineMemory(little)).toMatchObject([{ status: 'warn' }]);
});

it('tells of a folder that cannot be used', async () => {
  const findings = await examinePlaces({ cache: '/dev/null/kiln', state: folder, runtime: folder });
  const cache = findings.find(({ id }) => id === 'space.cache');
  expect(cache?.status).toBe('fail');
});

import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HostError } from '../../../src/foundation/errors.ts';
import { silentLogger } from '../../../src/foundation/logger.ts';
import { bytes } from '../../../src/foundation/size.ts';
import { examineHost } from '../../../src/host/doctor.ts';
import { examinePackages } from '../../../src/host/examine-programs.ts';
import { examineMemory, examinePlaces } from '../../../src/host/examine-resources.ts';
import { freeSpace, requireSpace } from '../../../src/host/free-space.ts';
import { probeHost, probeResources } from '../../../src/host/probe-host.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-host-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

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

  it('refuses what cannot become a folder', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    await expect(requireSpace(join(file, 'below'), 0, 'a test')).rejects.toMatchObject({
      code: 'host.no-permission',
    });
  });
});

describe('examineHost', () => {
  const examine = (chooseLibvirt: () => Promise<never>) =>
    examineHost({
      env: {},
      places: { cache: folder, state: folder, runtime: folder },
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

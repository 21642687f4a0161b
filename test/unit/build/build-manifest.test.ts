import { expect, test } from 'vitest';
import { buildManifest, type ManifestFacts, manifestHost } from '../../../src/build/build-manifest.ts';
import { planFixture } from '../../support/plan-fixture.ts';

test("the manifest's host has the host's own processor, not the guest's", () => {
  expect(manifestHost({ arch: 'x86_64', cpuModel: 'A Processor' }, 'tcg')).toEqual({
    arch: 'x86_64',
    accelerator: 'tcg',
    cpuModel: 'A Processor',
  });
  expect(manifestHost({ arch: 'x86_64' }, 'kvm').cpuModel).toBe('unknown');
});

test("the manifest's plan has addresses without their logins", () => {
  const plan = planFixture({
    variables: { mirror: 'http://joe:hush@host/debian', my_token: 'hush' },
    kernelArguments: ['inst.proxy=http://joe:hush@host:3128'],
  });
  const facts: Partial<ManifestFacts> = {
    plan,
    createdAt: new Date(0),
    host: { arch: 'x86_64' } as ManifestFacts['host'],
    origin: { kind: 'imported', format: 'vpc' } as ManifestFacts['origin'],
    artifacts: [],
    redact: (text) => text,
  };
  const manifest = buildManifest(facts as ManifestFacts);
  expect(JSON.stringify(manifest)).not.toContain('hush');
  expect(manifest.outcome.detail).toBe('from vhd');
  expect(manifest.plan).toMatchObject({
    variables: { mirror: 'http://host/debian', my_token: '********' },
    kernelArguments: ['inst.proxy=http://host:3128/'],
  });
});

test('secrets are hidden in what the guest and lines of the script say', () => {
  const facts: Partial<ManifestFacts> = {
    plan: planFixture(),
    createdAt: new Date(0),
    host: { arch: 'x86_64' } as ManifestFacts['host'],
    origin: {
      kind: 'completed',
      ending: 'power-off',
      warnings: [{ meaning: '"echo root:hush | chpasswd" failed', remedy: 'Mend it.' }],
    } as unknown as ManifestFacts['origin'],
    boot: { line: 'root/hush login:', seconds: 1 },
    artifacts: [],
    redact: (text) => text.replaceAll('hush', '********'),
  };
  const { outcome, bootCheck } = buildManifest(facts as ManifestFacts);
  expect(outcome.warnings).toEqual([expect.stringContaining('echo root:********')]);
  expect(bootCheck).toMatchObject({ line: 'root/******** login:' });
});

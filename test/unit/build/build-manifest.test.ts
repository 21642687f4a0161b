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
  };
  const manifest = buildManifest(facts as ManifestFacts);
  expect(JSON.stringify(manifest)).not.toContain('hush');
  expect(manifest.outcome.detail).toBe('from vhd');
  expect(manifest.plan).toMatchObject({
    variables: { mirror: 'http://host/debian', my_token: '********' },
    kernelArguments: ['inst.proxy=http://host:3128/'],
  });
});

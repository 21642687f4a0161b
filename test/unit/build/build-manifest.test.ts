import { expect, test } from 'vitest';
import { manifestHost } from '../../../src/build/build-manifest.ts';

test("the manifest's host has the host's own processor, not the guest's", () => {
  expect(manifestHost({ arch: 'x86_64', cpuModel: 'A Processor' }, 'tcg')).toEqual({
    arch: 'x86_64',
    accelerator: 'tcg',
    cpuModel: 'A Processor',
  });
  expect(manifestHost({ arch: 'x86_64' }, 'kvm').cpuModel).toBe('unknown');
});

import { expect, it } from 'vitest';
import { levelOfFlags } from '../../../src/host/cpu-level.ts';
import { levelOfModel, missingFeatures } from '../../../src/os/cpu-level.ts';

it.each([
  ['Haswell-noTSX-IBRS', 'x86-64-v3'],
  ['EPYC-Milan-v2', 'x86-64-v3'],
  ['SandyBridge', 'x86-64-v2'],
  ['qemu64-v1', 'x86-64'],
  ['pentium3', '32-bit'],
  ['kvm32-v1', '32-bit'],
  ['Wonderlake', undefined],
])('%s is of level %s', (model, level) => expect(levelOfModel(model)).toBe(level));

it('counts what was added and taken away', () => {
  const cpu = (level: 'x86-64' | 'x86-64-v2' | '32-bit' | undefined, ...words: string[]) => ({
    level,
    features: words.map((word) => ({
      name: word.slice(1),
      policy: word.startsWith('-') ? ('disable' as const) : ('require' as const),
    })),
  });
  expect(missingFeatures('x86-64-v2', cpu('x86-64-v2'))).toEqual([]);
  expect(missingFeatures('x86-64-v2', cpu('x86-64-v2', '-cx16'))).toEqual(['cx16']);
  expect(missingFeatures('x86-64-v2', cpu(undefined, '-sse4-2'))).toEqual(['sse4.2']);
  expect(missingFeatures('x86-64', cpu('x86-64', '-cx16'))).toEqual([]);
  expect(missingFeatures('x86-64', cpu('x86-64-v2', '-lm'))).toEqual(['lm']);
  expect(missingFeatures('x86-64', cpu(undefined, '-sse2'))).toEqual(['sse2']);
  expect(missingFeatures('x86-64', cpu('32-bit'))).toEqual(['lm']);
  expect(
    missingFeatures(
      'x86-64-v2',
      cpu('x86-64', '+cx16', '+lahf_lm', '+popcnt', '+sse3', '+sse4.1', '+sse4.2', '+ssse3'),
    ),
  ).toEqual([]);
});

it('reads the level of this host from its flags', () => {
  const v1 = 'cmov cx8 fpu fxsr lm mmx pae sse sse2 syscall'.split(' ');
  const v2 = [...v1, ...'cx16 lahf_lm popcnt pni sse4_1 sse4_2 ssse3'.split(' ')];
  expect(levelOfFlags(v1)).toBe('x86-64');
  expect(levelOfFlags(v2)).toBe('x86-64-v2');
  expect(levelOfFlags([...v2, ...'avx avx2 bmi1 bmi2 f16c fma abm movbe xsave'.split(' ')])).toBe(
    'x86-64-v3',
  );
});

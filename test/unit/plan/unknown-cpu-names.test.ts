import { expect, test } from 'vitest';
import { unknownCpuNames } from '../../../src/plan/unknown-cpu-names.ts';

const MAP = {
  models: ['Haswell', 'Haswell-noTSX', 'Nehalem'],
  features: ['aes', 'erms', 'pni', 'sse4.1', 'svm'],
  aliases: new Map([['sse4_1', 'sse4.1']]),
};

test.each([
  [{ model: 'Nehalem', features: ['aes', 'sse4.1'] }, []],
  [{ features: [] }, []],
  [{ model: 'Haswel', features: [] }, ['model "Haswel". Did you mean "Haswell"?']],
  [{ model: 'haswell', features: [] }, ['model "haswell". Did you mean "Haswell"?']],
  [{ model: 'maximun', features: [] }, ['model "maximun". Did you mean "maximum"?']],
  [
    { features: ['aess', 'SVM'] },
    ['feature "aess". Did you mean "aes"?', 'feature "SVM". Did you mean "svm"?'],
  ],
  [{ features: ['sse4_1', 'zzzzzz'] }, ['feature "sse4_1". Did you mean "sse4.1"?', 'feature "zzzzzz".']],
])('%j', (cpu, expected) => {
  const problems = unknownCpuNames(cpu, MAP, '--cpu');
  expect(problems).toEqual(
    expected.map((text) => ({ where: '--cpu', problem: `libvirt on this machine knows no CPU ${text}` })),
  );
});

test('a model that is too new for this libvirt comes with those of its family, and with what gives all', () => {
  const problemOf = (model: string) => unknownCpuNames({ model, features: [] }, MAP, '--cpu')[0]?.problem;
  expect(problemOf('Haswell-Tomorrow')).toContain(
    'Name one that it knows, such as Haswell, Haswell-noTSX, or take all that there is: host-passthrough with KVM, max when emulated.',
  );
  expect(problemOf('Fancy-v9')).toContain('Name one that it knows, or take all');
});

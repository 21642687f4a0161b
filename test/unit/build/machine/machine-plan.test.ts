import { expect, test } from 'vitest';
import { cpuPlanOf } from '../../../../src/build/machine/machine-plan.ts';
import { machineFacts } from '../../../../src/build/machine/machine-xml.ts';

const cpuOf = (cpu: string) => cpuPlanOf(machineFacts(`<domain type="qemu"><name>vm</name>${cpu}</domain>`));

test.each([
  ['', { mode: 'custom', features: [] }],
  ['<cpu mode="host-model"/>', { mode: 'host-model', features: [] }],
  ['<cpu mode="maximum"/>', { mode: 'maximum', features: [] }],
  ['<cpu mode="host-passthrough"/>', { mode: 'host-passthrough', features: [] }],
])('the processor of a machine with %j', (xml, expected) => {
  expect(cpuOf(xml)).toEqual(expected);
});

test('a model keeps the features that were asked for and forbidden', () => {
  const features = ['require', 'force', 'optional', 'disable', 'forbid'].map(
    (policy) => `<feature policy="${policy}" name="${policy}d"/>`,
  );
  expect(cpuOf(`<cpu mode="custom"><model>Nehalem</model>${features.join('')}</cpu>`)).toEqual({
    mode: 'custom',
    model: 'Nehalem',
    features: [
      { name: 'required', policy: 'require' },
      { name: 'forced', policy: 'require' },
      { name: 'disabled', policy: 'disable' },
      { name: 'forbidd', policy: 'disable' },
    ],
  });
});

import { expect, test } from 'vitest';
import { specErrorOf } from '../../../src/foundation/errors.ts';

test('values of any length are told by their beginning, and problems by both their ends', () => {
  const value = 'v'.repeat(5000);
  const { message, details } = specErrorOf('The line', [
    { where: `--name ${value}`, problem: `"${value}" is no name` },
    { where: '--memory', problem: 'x'.repeat(2000) },
  ]);
  const [, name = '', memory = ''] = message.split('\n');
  expect(name).toMatch(/^ {2}--name v+…: "v+ … v+" is no name$/);
  expect(name.length).toBeLessThan(1100);
  expect(memory).toBe(`  --memory: ${'x'.repeat(2000)}`);
  // Programs get all of it.
  expect(details.problems).toContainEqual({ where: `--name ${value}`, problem: `"${value}" is no name` });
});

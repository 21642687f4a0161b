import { expect, test } from 'vitest';
import { asksForWordsAlone } from '../../../src/virt-install/find-target.ts';

test.each([
  ['--disk=?', true],
  ['--disk ?', true],
  ['--disk help', true],
  ['--xml=?', true],
  ['--osinfo list', true],
  ['--name a --print-xml', true],
  ['--name ?', false],
  ['--name=?', false],
  ['--name help', false],
  ['-n ?', false],
  ['--name a --disk size=1', false],
])('whether a line asks for words alone: %s', (line, expected) => {
  expect(asksForWordsAlone(line.split(' '))).toBe(expected);
});

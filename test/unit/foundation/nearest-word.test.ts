import { expect, test } from 'vitest';
import { nearestWord, suggestion } from '../../../src/foundation/nearest-word.ts';

const OPTIONS = ['memory', 'vcpus', 'name', 'network', 'os'];

test.each([
  ['memroy', 'memory'],
  ['MEMORY', 'memory'],
  ['vcpu', 'vcpus'],
  ['netwrk', 'network'],
])('%s means %s', (typed, meant) => {
  expect(nearestWord(typed, OPTIONS)).toBe(meant);
});

test.each(['frobnicate', 'zzz', '', 'x'.repeat(100_000)])('nothing is near %.10s', (typed) => {
  expect(nearestWord(typed, OPTIONS)).toBeUndefined();
  expect(suggestion(typed, OPTIONS)).toBe('');
});

test.each([
  ['role', 'locale'],
  ['nope', 'noble'],
  ['init', 'lint'],
  ['x', 'y'],
])('%s is another word than %s', (typed, other) => {
  expect(nearestWord(typed, [other])).toBeUndefined();
});

test('a suggestion is a sentence to append', () => {
  expect(suggestion('nmae', OPTIONS)).toBe(' Did you mean "name"?');
});

import { expect, it } from 'vitest';
import { parseRange } from '../../../src/http-server/byte-range.ts';

it.each([
  ['bytes=0-3', 10, { kind: 'part', first: 0, last: 3 }],
  ['bytes=4-', 10, { kind: 'part', first: 4, last: 9 }],
  ['bytes=-3', 10, { kind: 'part', first: 7, last: 9 }],
  ['bytes=-30', 10, { kind: 'part', first: 0, last: 9 }],
  ['bytes=8-99', 10, { kind: 'part', first: 8, last: 9 }],
  ['bytes=10-', 10, { kind: 'outside' }],
  ['bytes=-0', 10, { kind: 'outside' }],
  ['bytes=0-', 0, { kind: 'outside' }],
  ['bytes=5-4', 10, { kind: 'whole' }],
  ['bytes=0-1,4-5', 10, { kind: 'whole' }],
  ['bytes=-', 10, { kind: 'whole' }],
  ['lines=0-3', 10, { kind: 'whole' }],
  [undefined, 10, { kind: 'whole' }],
])('%s of %i bytes', (header, size, expected) => {
  expect(parseRange(header, size)).toEqual(expected);
});

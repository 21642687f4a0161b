import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../../src/foundation/duration.ts';
import { bytes, formatSize, parseSize } from '../../../src/foundation/size.ts';

describe('parseSize', () => {
  it.each([
    ['4GiB', 4 * 2 ** 30],
    ['512M', 512 * 2 ** 20],
    ['1.5 G', 1.5 * 2 ** 30],
    ['10GB', 10e9],
    ['123', 123],
    ['1e3', 1000],
    ['1.5e+2 M', 150 * 2 ** 20],
  ])('%s', (text, expected) => expect(parseSize(text)).toBe(expected));

  it.each(['', 'G', '-1G', '4XB', '1e400', '4 GiB more', '99999999T'])('refuses %j', (text) => {
    expect(() => parseSize(text)).toThrow(expect.objectContaining({ code: 'size.invalid' }));
  });
});

it.each([
  ['99999999T', undefined, '8.0 PiB'],
  ['1e400', undefined, '8.0 PiB'],
  ['2TiB', bytes(2 ** 40), '1.0 TiB'],
])('a size too large is told as that, with the largest: %s', (text, largest, most) => {
  expect(() => parseSize(text, largest)).toThrow(`"${text}" is too large; the most is ${most}.`);
});

describe('formatSize', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [4 * 2 ** 30, '4.0 GiB'],
    [99_999_999_999 * 2 ** 30, '93.1 EiB'],
  ])('%d', (count, text) => expect(formatSize(count)).toBe(text));
});

describe('parseDuration', () => {
  it.each([
    ['90', 90],
    ['90s', 90],
    ['1h30m', 5400],
    ['1 h 30 min', 5400],
    ['1d 2h 3m 4s', 93784],
    ['0', 0],
  ])('%s', (text, expected) => expect(parseDuration(text)).toBe(expected));

  it.each(['', 'm', '5x', '-5', '5 minutes ago', '2h1h', '30s1m', '5m1min'])('refuses %j', (text) => {
    expect(() => parseDuration(text)).toThrow(expect.objectContaining({ code: 'duration.invalid' }));
  });
});

it.each([
  ['1h30', '1h30m'],
  ['1d 6', '1d6h'],
  ['10min5', '10min5s'],
])('says what to write for %s', (text, instead) => {
  const message = `"${text}" is not a duration; its last number lacks a unit. Write ${instead}, for example.`;
  expect(() => parseDuration(text)).toThrow(expect.objectContaining({ code: 'duration.invalid', message }));
});

describe('formatDuration', () => {
  it.each([
    [9.3, '9s'],
    [65, '1m 05s'],
    [3725, '1h 02m 05s'],
  ])('%d', (value, text) => expect(formatDuration(value)).toBe(text));
});
